#pragma once
// What a dry run would change: rows by table, verb and state, with the first keys of each.

#include "engine/store/changed_row.hpp"

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

namespace atom {

/// Columns that name a row for people, and the one that says its state; 0-based.
struct PlannedTable
{
    std::vector<std::string> key_names;
    std::vector<int> key;
    int state = -1; // none
};

class ChangePlan : public RowObserver
{
public:
    static constexpr std::size_t k_examples = 10;

    struct Group
    {
        std::string table;
        char verb = 'i';
        std::string before, after; // the state; "" = none, or the table has no such column
        auto operator<=>(Group const &) const = default;
    };
    struct Rows
    {
        std::uint64_t count = 0;
        std::vector<std::vector<std::string>> examples; // key values, in the order of the table's key_names
    };

    /// `people_keys`: columns that name a row where a table has them, first come first; else its primary key or first unique index does.
    /// `states`: columns that say a row's state. Reads the schema; the database may change it no more.
    ChangePlan(Database &db, std::vector<std::string> const &people_keys, std::vector<std::string> const &states);

    bool wants(std::string const &table) override;
    void on_row(ChangedRow const &row) override;

    /// What was seen since the last of these two is part of the plan; or came to nothing.
    void keep();
    void drop() { m_pending.clear(); }

    std::map<Group, Rows> const &groups() const noexcept { return m_kept; }
    PlannedTable const &table(std::string const &name) const { return m_tables.at(name); }

private:
    std::map<std::string, PlannedTable> m_tables;
    std::map<Group, Rows> m_pending, m_kept;
};

} // namespace atom
