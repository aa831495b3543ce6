// What a layout says of itself, and what is marked in it when all jobs are read (declared in layout/layout.hpp).

#include "engine/layout/layout.hpp"

#include <algorithm>

namespace atom {

int Record::field_index(std::string_view wanted) const noexcept
{
    for (std::size_t i = 0; i < fields.size(); ++i) {
        if (fields[i].name == wanted) {
            return static_cast<int>(i);
        }
    }
    return -1;
}

std::size_t Record::columns() const noexcept
{
    auto const first = std::find_if(fields.begin(), fields.end(), [](Field const &f) { return f.of_group; });
    return static_cast<std::size_t>(first - fields.begin());
}

std::size_t Record::written_fields() const noexcept
{
    return static_cast<std::size_t>(std::count_if(fields.begin(), fields.end(), [](Field const &f) { return !f.is_joined(); }));
}

std::vector<int> Record::sources_of(std::vector<int> const &of) const
{
    std::vector<int> out;
    for (int const i : of) {
        auto const &f = fields[static_cast<std::size_t>(i)];
        if (f.is_joined()) {
            out.insert(out.end(), f.join.begin(), f.join.end());
        } else {
            out.push_back(i);
        }
    }
    return out;
}

std::vector<int> Layout::detail_records() const
{
    std::vector<int> out;
    for (std::size_t i = 0; i < records.size(); ++i) {
        if (records[i].role == RecordRole::detail) {
            out.push_back(static_cast<int>(i));
        }
    }
    return out;
}

int Layout::record_index(std::string_view wanted) const noexcept
{
    for (std::size_t i = 0; i < records.size(); ++i) {
        if (records[i].name == wanted) {
            return static_cast<int>(i);
        }
    }
    return -1;
}

void mark_key(Layout &layout, std::string_view column)
{
    for (auto &r : layout.records) {
        if (int const i = r.field_index(column); i >= 0) {
            r.fields[static_cast<std::size_t>(i)].key = true;
        }
        for (auto const &g : r.groups) {
            for (auto const &c : g.columns) {
                for (int const i : c.fields) {
                    auto &f = r.fields[static_cast<std::size_t>(i)];
                    f.key = f.key || c.name == column;
                }
            }
        }
        for (auto const &f : r.fields) { // what a key is made of
            for (int const i : f.key ? f.join : std::vector<int>{}) {
                r.fields[static_cast<std::size_t>(i)].key = true;
            }
        }
    }
}

std::string Layout::relation_of(Record const &r) const
{
    return detail_records().size() == 1 && r.role == RecordRole::detail ? "e" : "e_" + r.name;
}

} // namespace atom
