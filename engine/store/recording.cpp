#define SQLITE_ENABLE_SESSION
#define SQLITE_ENABLE_PREUPDATE_HOOK
#include "engine/store/recording.hpp"

#include "engine/store/database.hpp"
#include "engine/store/sqlite_error.hpp"

#include <sqlite3.h>

#include <string_view>

namespace atom {

namespace {

/// Memory that SQLite gave away.
struct Given
{
    void *bytes = nullptr;
    int size = 0;
    Given() = default;
    ~Given() { sqlite3_free(bytes); }
    Given(Given const &) = delete;
    Given &operator=(Given const &) = delete;
};

void check(Database &db, int code, char const *doing)
{
    if (code != SQLITE_OK) {
        fail_with(db.handle(), code, doing);
    }
}

int is_recorded(void *, char const *table) { return std::string_view(table).substr(0, 5) == "atom_" ? 0 : 1; }

int on_conflict(void *, int, sqlite3_changeset_iter *) { return SQLITE_CHANGESET_ABORT; }

} // namespace

Recording::Recording(Database &db) : m_db(db)
{
    check(db, sqlite3session_create(db.handle(), sqlite3_db_name(db.handle(), 0), &m_session), "record changes");
    sqlite3session_table_filter(m_session, is_recorded, nullptr);
    if (int const code = sqlite3session_attach(m_session, nullptr); code != SQLITE_OK) {
        sqlite3session_delete(m_session);
        fail_with(db.handle(), code, "record changes");
    }
}

Recording::~Recording() { sqlite3session_delete(m_session); }

std::string Recording::changes() const
{
    Given set;
    check(m_db, sqlite3session_changeset(m_session, &set.size, &set.bytes), "record changes");
    return set.size == 0 ? std::string() : std::string(static_cast<char const *>(set.bytes), static_cast<std::size_t>(set.size));
}

bool take_back(Database &db, std::string const &changes)
{
    if (changes.empty()) {
        return true;
    }
    Given back;
    check(db, sqlite3changeset_invert(static_cast<int>(changes.size()), changes.data(), &back.size, &back.bytes), "take changes back");
    int const code = sqlite3changeset_apply(db.handle(), back.size, back.bytes, nullptr, on_conflict, nullptr);
    if (code == SQLITE_ABORT) {
        return false;
    }
    check(db, code, "take changes back");
    return true;
}

} // namespace atom
