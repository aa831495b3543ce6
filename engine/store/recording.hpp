#pragma once
// What SQL changed, kept so that it can be taken back after it was committed: SQLite's sessions.

#include <string>

struct sqlite3_session;

namespace atom {

class Database;

/// Notes from its making to its end what is written to tables with a primary key; the engine's own (atom_*) and temporary ones aside. Not
/// while a ChangeCounter lives: a connection has one preupdate hook. The database must outlive it.
class Recording
{
public:
    explicit Recording(Database &db);
    ~Recording();
    Recording(Recording const &) = delete;
    Recording &operator=(Recording const &) = delete;

    /// For take_back(), in SQLite's own form.
    std::string changes() const;

private:
    Database &m_db;
    sqlite3_session *m_session = nullptr;
};

/// Puts the rows back as they were before the changes. False, and nothing is done, if one of them is no longer as the changes left it.
/// Belongs into a transaction of the caller's.
bool take_back(Database &db, std::string const &changes);

} // namespace atom
