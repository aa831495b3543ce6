#pragma once
// Text that tells rows apart: one form for what looks the same, and no value for what only looks like a key.

#include "engine/base/encoding.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace atom {

/// True if the text is its own form, as far as a quick look tells: no accents apart from their letters, no blank that nobody sees.
bool is_plain_key(std::string_view bytes, Encoding e) noexcept;

/// UTF-8 in its one form: accents composed, without what takes no room. None if it is refused: see key_fault().
std::optional<std::string> key_form(std::string_view utf8);

/// Why a key is refused, in Portuguese; "" if it is not. A blank within that is not U+0020 would make another key that nobody sees; a
/// number that a spreadsheet shows as 1,23457E+11 has lost its digits.
std::string_view key_fault(std::string_view utf8);

} // namespace atom
