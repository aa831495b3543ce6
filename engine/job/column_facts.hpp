#pragma once
// What a column of the base holds, as far as the jobs' layouts say: which scale its whole numbers have, and whether it is personal data.
// Known for columns that a rule fills from a field, by the field's name or by `set = { column = "e.field" }`.

#include "engine/job/workspace.hpp"

#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>

namespace atom {

class ColumnFacts
{
public:
    explicit ColumnFacts(Workspace const &workspace);

    /// Decimals are whole numbers in units of 10^-scale. None: no decimal, or not known.
    std::optional<int> scale(std::string const &table, std::string const &column) const;
    /// What the field that fills it holds. None: not known.
    std::optional<FieldType> type(std::string const &table, std::string const &column) const;
    /// A sensitive field fills this column, or one of this name in any table; or a rule's own select over lines with sensitive fields does,
    /// and no field has the column's name: it may hold anything.
    bool is_sensitive(std::string const &table, std::string const &column) const;
    /// The same of a column that SQLite says a query reads. Of the ledger's views it says so of all columns: what their lines hold is read
    /// by who names it, or takes all.
    bool is_read_by(std::string_view sql, std::string const &table, std::string const &column) const;

private:
    void note(Job const &job, Record const &record);
    void note_write(Rule const &rule, Record const &record);
    void note_field(std::string const &table, std::string const &column, Field const &field);

    std::map<std::pair<std::string, std::string>, int> m_scales;
    std::map<std::pair<std::string, std::string>, FieldType> m_types;
    std::set<std::string> m_sensitive;                        // column names
    std::map<std::string, std::set<std::string>> m_explained; // by table: columns whose field is known
    std::set<std::string> m_opaque;                           // tables that a select over sensitive lines fills
};

/// For the guard of an endpoint's answer: sets `sensitive` when it reads a sensitive column of a base. What the request itself brought (e)
/// is known to who asks.
std::function<void(std::string_view, std::string_view)> answers_sensitive(ColumnFacts const &facts, HttpEndpoint const &endpoint,
                                                                          bool &sensitive);

} // namespace atom
