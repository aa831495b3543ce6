#pragma once
// An input as tables of SQL: `e` and `e_NAME`, read straight from the mapped file. Nothing is copied: a statement parses only the columns
// it names, `=` on any columns is answered by an index made at first use, lines that are no longer good are not rows. (SQLite's virtual
// tables, sqlite.org/vtab.html; eponymous-only, so they leave no trace in the schema.)

#include "engine/layout/input.hpp"
#include "engine/layout/relation.hpp"

#include <memory>
#include <string>
#include <vector>

namespace atom {

class Database;

class InputTables
{
public:
    /// Makes e_RECORD for each record that has a name, e_GROUP for each group, and `e` where there is one detail record. With `as_text`
    /// columns give the text of the file. Database and input must outlive this; statements on the tables must not.
    InputTables(Database &db, Input const &input, bool as_text = false);
    ~InputTables();
    InputTables(InputTables const &) = delete;
    InputTables &operator=(InputTables const &) = delete;

    /// Makes `e` stand for this record (index in the layout). No statement on `e` may be open.
    void set_current(int record);
    int current() const noexcept { return m_current; } // -1: `e` does not exist
    /// Only these lines of every relation are rows until restrict(nullptr). The set must outlive that.
    void restrict(Bitmap const *lines);

    /// The relation behind a table's name; null if there is none.
    Relation const *relation(std::string_view table) const;
    std::vector<std::string> names() const;

    struct Table; // one virtual table's context

private:
    void add(std::string name, int record, int group);

    Database *m_db;
    Input const *m_input;
    bool m_as_text;
    int m_current = -1;
    std::vector<std::unique_ptr<Table>> m_tables;
};

} // namespace atom
