// What a layout says of itself, and what is marked in it when all jobs are read (declared in layout/layout.hpp).

#include "engine/layout/layout.hpp"

#include <fmt/format.h>

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

namespace {

/// EBCDIC has no line ends that anybody agrees on, and a packed or binary number may have any byte: such records must be of one size, which
/// is their length if they have one.
void find_block(Layout &layout, Faults &faults)
{
    bool const ebcdic = layout.encoding && is_ebcdic(*layout.encoding);
    auto const binary = [](Field const &f) { return f.form == NumberForm::packed || f.form == NumberForm::binary; };
    for (auto const &r : layout.records) {
        bool const needed = ebcdic || std::any_of(r.fields.begin(), r.fields.end(), binary);
        auto const &first = layout.records.front().length;
        if (layout.block == 0 && needed && (!first || r.length != first)) {
            faults.add(r.pos, "block is missing; records in EBCDIC, or with packed or binary numbers, have no line ends but one size");
            return;
        }
        layout.block = layout.block == 0 && needed ? *first : layout.block;
    }
}

} // namespace

void settle_block(Layout &layout, Faults &faults)
{
    if (layout.format != Format::fixed) {
        return;
    }
    find_block(layout, faults);
    for (auto &r : layout.records) {
        if (layout.block == 0) {
            return;
        }
        if (r.length && *r.length != layout.block) {
            faults.add(r.pos, fmt::format("length {} is not block {}: records without line ends are as long as the block; leave length out",
                                          *r.length, layout.block));
        }
        for (auto const &f : r.fields) {
            if (f.at + f.len > layout.block) {
                faults.add(f.pos, fmt::format("field \"{}\" ends at byte {}, past the block's {}", f.name, f.at + f.len, layout.block));
            }
        }
        r.length = layout.block;
    }
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
