#pragma once
// What every file under jobs/ has in common when it is read: a name, SQL in place or in a file of its own, a layout by name. Faults go to
// the table's faults, at the key's place.

#include "engine/base/toml.hpp"

#include <filesystem>
#include <map>
#include <memory>
#include <string>

namespace atom {

struct Layout;
using Layouts = std::map<std::string, std::shared_ptr<Layout const>>;

/// A name of letters, digits, `_`, `-` and `.`.
std::string name_of(TomlTable &t, std::string const &key);

/// SQL as it goes into a larger statement: without the semicolon that files end with; a comment at its end must not swallow what follows.
std::string embedded(std::string sql);

/// `key = "SQL"` or `key_file = "path"`, relative to the jobs folder. `pos` gets the place of the one that is there.
std::string sql_or_file(TomlTable &t, std::string const &key, std::filesystem::path const &folder, SourcePos &pos);

/// Null and a fault if there is no such layout.
std::shared_ptr<Layout const> layout_named(TomlTable &t, std::string const &key, std::string const &name, Layouts const &layouts);

} // namespace atom
