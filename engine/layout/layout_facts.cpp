// What a layout says of itself, and what is marked in it when all jobs are read (declared in layout/layout.hpp).

#include "engine/layout/layout.hpp"

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

std::size_t Layout::longest() const noexcept
{
    std::size_t most = 0;
    for (auto const &r : records) {
        most = std::max(most, r.length.value_or(0));
        for (auto const &f : r.fields) {
            most = std::max(most, f.at + f.len);
        }
    }
    return most;
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
    }
}

std::string Layout::relation_of(Record const &r) const
{
    return detail_records().size() == 1 && r.role == RecordRole::detail ? "e" : "e_" + r.name;
}

} // namespace atom
