#pragma once
// Which keys of an export were touched: the values that its key columns have, or had, in rows that were written to the tables it watches.

#include "engine/store/changed_row.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <unordered_set>
#include <vector>

namespace atom {

class TouchedKeys : public RowObserver
{
public:
    /// So many keys are asked for one by one; more, and all are compared.
    static constexpr std::size_t k_most = 100000;

    /// By watched table the numbers of the key's columns in it.
    TouchedKeys(std::int64_t export_id, std::map<std::string, std::vector<int>> tables) : m_export(export_id), m_tables(std::move(tables))
    {}

    bool wants(std::string const &table) override;
    void on_row(ChangedRow const &row) override;

    /// Adds them to atom_touched, in the caller's transaction; where they are too many, notes that all are to be compared.
    void save(Database &db) const;

private:
    void note(std::vector<SqlValue> const &key);

    std::int64_t m_export;
    std::map<std::string, std::vector<int>> m_tables;
    std::vector<int> const *m_columns = nullptr; // of the table that was last wanted
    std::unordered_set<std::string> m_keys;      // as JSON arrays
    std::string m_last;                          // rows of one key mostly come together
    bool m_too_many = false;
};

} // namespace atom
