#include "engine/layout/repeated_keys.hpp"

#include <algorithm>

namespace atom {

bool same_key(RelationCursor &a, RelationCursor &b, std::vector<int> const &columns)
{
    std::string left_scratch, right_scratch;
    return std::all_of(columns.begin(), columns.end(), [&](int c) {
        auto const left = a.value(c, left_scratch);
        auto const right = b.value(c, right_scratch);
        return left.kind == right.kind && left.integer == right.integer && left.text == right.text;
    });
}

Bitmap last_of_keys(Relation const &relation, std::vector<int> const &columns)
{
    Bitmap last;
    KeyIndex const index(relation, columns);
    RelationCursor earlier(relation), later(relation);
    auto const &entries = index.entries(); // by hash, then line: a later one of the same key is near
    for (std::size_t i = 0; i < entries.size(); ++i) {
        bool followed = false;
        for (auto j = i + 1; j < entries.size() && entries[j].hash == entries[i].hash && !followed; ++j) {
            followed = earlier.seek(entries[i].rowid) && later.seek(entries[j].rowid) && same_key(earlier, later, columns);
        }
        if (!followed) {
            last.set(entries[i].rowid);
        }
    }
    return last;
}

std::vector<Row> later_of_keys(Input const &input, int record)
{
    Relation const relation(input, record);
    auto const &columns = input.record(record).unique; // a record's fields come first among its relation's columns
    KeyIndex const index(relation, columns);
    RelationCursor earlier(relation), later(relation);
    auto const &entries = index.entries();
    std::vector<Row> out;
    for (std::size_t i = 1; i < entries.size(); ++i) {
        for (auto j = i; j-- > 0 && entries[j].hash == entries[i].hash;) {
            if (later.seek(entries[i].rowid) && earlier.seek(entries[j].rowid) && same_key(earlier, later, columns)) {
                out.push_back({later.row().linha, later.row().offset, {}});
                break;
            }
        }
    }
    return out;
}

} // namespace atom
