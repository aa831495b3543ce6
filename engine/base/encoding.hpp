#pragma once
// Bytes of a file <-> UTF-8. Tables: ISO-8859-1 is the first 256 code points; Windows-1252 as the WHATWG Encoding Standard
// has it, except that its five undefined bytes (81 8D 8F 90 9D) are faults here, not control characters.

#include <optional>
#include <string>
#include <string_view>

namespace atom {

enum class Encoding
{
    utf8,
    iso_8859_1,
    windows_1252
};

std::optional<Encoding> encoding_from_name(std::string_view name);
std::string_view encoding_name(Encoding e) noexcept;

/// True if every byte is under 0x80. Eight bytes a step.
bool is_ascii(std::string_view bytes) noexcept;

/// Strict: no overlong forms, surrogates or code points over 10FFFF.
bool is_valid_utf8(std::string_view bytes) noexcept;

/// Offset of the first byte that the encoding does not have, or a NUL byte; npos if all is well.
std::size_t find_invalid(std::string_view bytes, Encoding e) noexcept;

/// Bytes as UTF-8. Bytes that the encoding does not have become U+FFFD: callers that may not lose them ask find_invalid() first.
std::string to_utf8(std::string_view bytes, Encoding e);
/// The same into a string that is used again and again. `bytes` must not be part of it.
void to_utf8(std::string_view bytes, Encoding e, std::string &out);

/// UTF-8 as bytes of `e`; none if a character does not exist there.
std::optional<std::string> from_utf8(std::string_view utf8, Encoding e);

/// Code points in a valid UTF-8 text.
std::size_t count_characters(std::string_view utf8) noexcept;

} // namespace atom
