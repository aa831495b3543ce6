#pragma once
// Keys that come more than once in an input.

#include "engine/layout/bitmap.hpp"
#include "engine/layout/relation.hpp"

#include <vector>

namespace atom {

/// True if both rows have the same values in these columns.
bool same_key(RelationCursor &a, RelationCursor &b, std::vector<int> const &columns);

/// The lines of a record's relation that no later line with the same key follows; lines with an empty key column are not among them.
Bitmap last_of_keys(Relation const &relation, std::vector<int> const &columns);

/// The good lines of a record whose `unique` key an earlier good line has, by their keys' hashes; without their bytes.
std::vector<Row> later_of_keys(Input const &input, int record);

} // namespace atom
