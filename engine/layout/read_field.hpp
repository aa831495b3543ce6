#pragma once
// One field of a layout, from its TOML table. Part of layout.cpp's work, in a file of its own; nobody else reads layouts.

#include "engine/layout/layout.hpp"

#include <optional>
#include <string>

namespace atom {

/// What a field must know of the layout and record that it stands in.
struct FieldSetting
{
    Format format = Format::fixed;
    std::optional<std::size_t> length; // fixed: of the record
    char decimal_separator = ',';
    bool separator_is_written = false; // fixed: the layout names a separator, so decimals are not implied
    std::optional<Encoding> encoding;  // none = auto
};

/// Whatever is wrong goes to the table's faults; the field is then only good for finding more faults.
Field read_field(TomlTable &table, FieldSetting const &setting);

/// A name of a column: a-z, 0-9 and _, not beginning with a digit; a fault otherwise.
std::string identifier(TomlTable &table, std::string const &key);

} // namespace atom
