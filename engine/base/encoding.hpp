#pragma once
// Bytes of a file <-> UTF-8. Tables: Windows-1252 as the WHATWG Encoding Standard has it, except that its five undefined bytes (81 8D 8F 90
// 9D) are faults here, not control characters; ISO-8859-1 is the first 256 code points, but what files call so has Windows' characters at
// 80 to 9F, and is read with them (the five stay control characters).

#include <optional>
#include <string>
#include <string_view>

namespace atom {

enum class Encoding
{
    utf8,
    iso_8859_1,
    windows_1252,
    cp037, // EBCDIC: base/ebcdic.hpp
    cp500,
    cp1047
};

constexpr bool is_ebcdic(Encoding e) noexcept { return e >= Encoding::cp037; }

std::optional<Encoding> encoding_from_name(std::string_view name);
std::string_view encoding_name(Encoding e) noexcept;

/// True if every byte is under 0x80. Eight bytes a step.
bool is_ascii(std::string_view bytes) noexcept;

/// Strict: no overlong forms, surrogates or code points over 10FFFF.
bool is_valid_utf8(std::string_view bytes) noexcept;

/// Of a file whose encoding nobody tells: UTF-8, unless most of its lines that are not ASCII are no UTF-8; then windows-1252.
Encoding likely_encoding(std::string_view lines) noexcept;

/// True if a byte is a character in windows-1252 and none in ISO-8859-1.
bool has_windows_bytes(std::string_view bytes) noexcept;

/// Offset of the first byte that the encoding does not have, or a NUL byte; npos if all is well.
std::size_t find_invalid(std::string_view bytes, Encoding e) noexcept;

/// Bytes as UTF-8. Bytes that the encoding does not have become U+FFFD: callers that may not lose them ask find_invalid() first.
std::string to_utf8(std::string_view bytes, Encoding e);
/// The same into a string that is used again and again. `bytes` must not be part of it.
void to_utf8(std::string_view bytes, Encoding e, std::string &out);

/// UTF-8 as bytes of `e`, letters and their accents composed before; none if a character does not exist there.
std::optional<std::string> from_utf8(std::string_view utf8, Encoding e);
/// The same, where a character that does not exist is written without its accent, a dash or quote as the plain one, and else as '?'.
/// `lost` counts these.
std::string from_utf8_or_plain(std::string_view utf8, Encoding e, std::size_t *lost = nullptr);

/// Code points in a valid UTF-8 text.
std::size_t count_characters(std::string_view utf8) noexcept;

} // namespace atom
