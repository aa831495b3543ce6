#pragma once
// What a transaction writes, counted row by row as it happens (SQLite's preupdate hook: update_hook misses WITHOUT ROWID tables).
// The engine's own tables (atom_*) and temporary ones are not counted.

#include "engine/layout/bitmap.hpp"
#include "engine/store/changed_row.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

struct sqlite3;

namespace atom {

class Database;

struct TableChanges
{
    std::uint64_t inserted = 0, updated = 0, deleted = 0;
    bool any() const noexcept { return inserted + updated + deleted > 0; }
};

/// Counts from its making to its end. One at a time on a connection; the database must outlive it.
class ChangeCounter
{
public:
    explicit ChangeCounter(Database &db);
    ~ChangeCounter();
    ChangeCounter(ChangeCounter const &) = delete;
    ChangeCounter &operator=(ChangeCounter const &) = delete;

    std::map<std::string, TableChanges> const &tables() const noexcept { return m_tables; }

    /// From now on the value of this column (0-based) of each row written to this table is set as a line in `lines`; null ends it.
    void follow(std::string table, int linha_column, Bitmap *lines);

    /// From now on it sees the rows of the tables that it wants. It must outlive this.
    void observe(RowObserver &observer) { m_observers.push_back(&observer); }

    /// Called by SQLite: 'i', 'u' or 'd'.
    void note(char verb, char const *database, char const *table);

private:
    sqlite3 *m_db;
    std::map<std::string, TableChanges> m_tables;
    std::string m_last_name; // most changes hit the table of the one before
    TableChanges *m_last = nullptr;
    bool m_last_counts = false;
    std::vector<RowObserver *> m_observers, m_last_observers; // all; those that want the last table
    std::string m_followed;
    int m_linha_column = -1;
    Bitmap *m_lines = nullptr;
};

} // namespace atom
