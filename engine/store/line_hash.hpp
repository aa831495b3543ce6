#pragma once
// Which lines of an input changed since a key's line was last written: the hash of each key's fields, kept in atom_hash. Stands for the
// written row only where the row is a pure function of these fields (job/rules.cpp decides that).

#include "engine/layout/bitmap.hpp"
#include "engine/layout/relation.hpp"

#include <string>
#include <vector>

namespace atom {

class Database;

/// Remembers the hash of every row's `fields` (record field indices) under its key and returns the lines where it is new or other than
/// before. `salt` changes when the rule, the layout or the table does. In the caller's transaction.
Bitmap changed_lines(Database &db, std::string const &job, std::string const &rule, Relation const &relation, std::vector<int> const &key,
                     std::vector<int> const &fields, std::uint64_t salt);

} // namespace atom
