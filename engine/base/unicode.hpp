#pragma once
// What Unicode says of characters: blanks, composed forms, folded case. All text is UTF-8 unless an encoding is given; bytes that are none
// stay as they are.

#include "engine/base/encoding.hpp"
#include "engine/base/text.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace atom {

/// Blank, tab, line ends, form feed, and Ctrl-Z, the end mark of old systems, which stands inside where files were put together.
constexpr bool is_ascii_blank(char c) noexcept { return c == ' ' || (c >= '\t' && c <= '\r') || c == '\x1a'; }

/// Bytes of the blank that `bytes` begins with; 0 if it is none. Blanks are Unicode's white space, Ctrl-Z, and what takes no room:
/// zero-width characters, marks of direction, byte-order marks, the soft hyphen.
std::size_t blank_at_front(std::string_view bytes, Encoding e) noexcept;

std::string_view trim_any_blanks(std::string_view bytes, Encoding e) noexcept;
/// Without blanks at both ends. The view points into the argument.
inline std::string_view trim_blanks(std::string_view bytes, Encoding e) noexcept
{
    auto const s = trim(bytes);
    auto const is_plain = [](char c) { return static_cast<signed char>(c) > ' '; };
    return s.empty() || (is_plain(s.front()) && is_plain(s.back())) ? s : trim_any_blanks(s, e);
}

/// What takes no room goes; none if a blank stands within that is not ASCII's. For keys: a blank that nobody sees would make another key.
std::optional<std::string> without_unseen(std::string_view utf8);

/// NFC: a letter and its accents as one character, where there is one.
std::string composed(std::string_view utf8);
/// True where that would change nothing, as far as a quick look tells: false only says that it might.
bool is_surely_composed(std::string_view utf8) noexcept;

/// A character that no 8-bit encoding or only some have, as ASCII has it: dashes as '-', quotes as ' and ", an ellipsis as "...", blanks as
/// ' ', what takes no room as nothing. Else the character itself.
std::string_view plain_character(std::string_view character) noexcept;
/// The same for all dashes and blanks of a text, for what is a number or a phone: its quotes stay.
std::string plain_marks(std::string_view utf8);

/// A text as upper and lower case are compared, and where in it each byte came from.
struct FoldedText
{
    std::string text;
    std::vector<std::uint32_t> origin; // of each byte, and of the end: offset in what was folded
};
/// "AÇÃO" and "ação" are the same, "ß" is "ss". What is to be compared should be composed.
FoldedText fold_case(std::string_view utf8);

} // namespace atom
