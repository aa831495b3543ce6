#include "engine/store/change_plan.hpp"

#include "engine/store/schema.hpp"

#include <fmt/format.h>

namespace atom {

namespace {

std::string text_of(SqlValue const &v)
{
    if (auto const *const n = std::get_if<std::int64_t>(&v)) {
        return std::to_string(*n);
    }
    if (auto const *const d = std::get_if<double>(&v)) {
        return fmt::format("{}", *d);
    }
    auto const *const s = std::get_if<std::string>(&v);
    return s != nullptr ? *s : "";
}

void add_new(std::vector<std::vector<std::string>> &examples, std::vector<std::string> example)
{
    if (examples.size() < ChangePlan::k_examples && std::find(examples.begin(), examples.end(), example) == examples.end()) {
        examples.push_back(std::move(example));
    }
}

PlannedTable planned(TableInfo const &info, std::vector<std::string> const &people_keys, std::vector<std::string> const &states)
{
    PlannedTable t;
    auto const known = std::find_if(people_keys.begin(), people_keys.end(), [&](std::string const &k) { return info.has(k); });
    if (known != people_keys.end()) {
        t.key_names = {*known};
    } else if (!info.unique.empty()) {
        t.key_names = info.unique.front();
    }
    for (auto const &name : t.key_names) {
        t.key.push_back(info.column_index(name));
    }
    for (auto const &s : states) {
        t.state = t.state < 0 ? info.column_index(s) : t.state;
    }
    return t;
}

} // namespace

ChangePlan::ChangePlan(Database &db, std::vector<std::string> const &people_keys, std::vector<std::string> const &states)
{
    for (auto const &name : table_names(db)) {
        m_tables.emplace(name, planned(*table_info(db, name), people_keys, states));
    }
}

bool ChangePlan::wants(std::string const &table) { return m_tables.count(table) > 0; }

void ChangePlan::on_row(ChangedRow const &row)
{
    auto const &table = m_tables.at(row.table());
    Group group{row.table(), row.verb(), "", ""};
    if (table.state >= 0) {
        group.before = text_of(row.before(table.state));
        group.after = text_of(row.after(table.state));
    }
    auto &rows = m_pending[std::move(group)];
    ++rows.count;
    if (rows.examples.size() < k_examples && !table.key.empty()) {
        std::vector<std::string> example;
        for (int const column : table.key) {
            example.push_back(text_of(row.verb() == 'd' ? row.before(column) : row.after(column)));
        }
        add_new(rows.examples, std::move(example));
    }
}

void ChangePlan::keep()
{
    for (auto &[group, rows] : m_pending) {
        auto &kept = m_kept[group];
        kept.count += rows.count;
        for (auto &e : rows.examples) {
            add_new(kept.examples, std::move(e));
        }
    }
    m_pending.clear();
}

} // namespace atom
