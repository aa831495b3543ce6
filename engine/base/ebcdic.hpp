#pragma once
// The code pages of mainframes that files of Brazil come in: cp037, cp500 and cp1047. Each has the 256 characters of ISO-8859-1, every one
// at another byte, so no byte is ever wrong.

#include "engine/base/encoding.hpp"

#include <string_view>

namespace atom {

constexpr char k_ebcdic_blank = '\x40';

/// `page` must be one of the three.
unsigned char ebcdic_to_latin1(unsigned char byte, Encoding page) noexcept;
unsigned char latin1_to_ebcdic(unsigned char character, Encoding page) noexcept;

/// Most bytes are letters, digits or blanks of EBCDIC, and next to none are of ASCII: what no other text is.
bool looks_like_ebcdic(std::string_view bytes) noexcept;

} // namespace atom
