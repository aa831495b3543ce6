#pragma once
// Numbers as fields have them: digits with a sign, a word for it or a letter that has it, amounts as people write them, and the bytes of
// mainframes. Part of layout/value.hpp's work, in a file of its own.

#include "engine/layout/value.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace atom {

/// Of an integer or a decimal that is text, in units of its scale. `s` is trimmed and not empty; none = refused.
std::optional<std::int64_t> read_number(Field const &field, std::string_view s, Encoding encoding);

/// Of a field that is_binary(). It has no blanks but a packed number's: bytes that no number has.
Parsed parse_binary(Field const &field, std::string_view raw);

} // namespace atom
