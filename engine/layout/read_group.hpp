#pragma once
// Fields that are made of others, and groups of repeated ones, from their TOML tables. Part of layout.cpp's work, in a file of its own;
// nobody else reads layouts.

#include "engine/layout/read_field.hpp"

namespace atom {

std::vector<std::string> field_names(Record const &r);

/// Binds the fields that the record's field number `i` is joined of, once all are read. `t` is its table.
void bind_join(Record &r, std::size_t i, TomlTable &t);

/// Adds the group to the record, whose fields must all be there.
void read_group(Record &r, TomlTable &t, FieldSetting const &setting);

} // namespace atom
