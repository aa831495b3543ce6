#pragma once
// One row as a statement writes it, and who wants to see such rows. SQLite tells of them from within the statement: whoever looks may not
// use the connection meanwhile.

#include "engine/store/database.hpp"

#include <string>

namespace atom {

class ChangedRow
{
public:
    ChangedRow(sqlite3 *db, char verb, std::string const &table) noexcept : m_db(db), m_verb(verb), m_table(table) {}

    char verb() const noexcept { return m_verb; } // 'i', 'u' or 'd'
    std::string const &table() const noexcept { return m_table; }
    /// By the column's number in the table, 0-based. Before: of an update or delete; after: of an insert or update; else nothing.
    SqlValue before(int column) const;
    SqlValue after(int column) const;

private:
    sqlite3 *m_db;
    char m_verb;
    std::string const &m_table;
};

class RowObserver
{
public:
    virtual ~RowObserver() = default;
    /// Asked when the table of a change differs from that of the change before: rows of other tables cost nothing.
    virtual bool wants(std::string const &table) = 0;
    virtual void on_row(ChangedRow const &row) = 0;
};

} // namespace atom
