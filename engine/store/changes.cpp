#define SQLITE_ENABLE_PREUPDATE_HOOK
#include "engine/store/changes.hpp"

#include "engine/store/callback.hpp"
#include "engine/store/database.hpp"

#include <sqlite3.h>

namespace atom {

namespace {

void on_change(void *context, sqlite3 *db, int op, char const *database, char const *table, sqlite3_int64, sqlite3_int64)
{
    int const rc = guarded([&] {
        static_cast<ChangeCounter *>(context)->note(op == SQLITE_INSERT ? 'i' : op == SQLITE_DELETE ? 'd' : 'u', database, table);
        return SQLITE_OK;
    });
    if (rc != SQLITE_OK) {
        sqlite3_interrupt(db);
    }
}

SqlValue value_of(sqlite3_value *v)
{
    switch (sqlite3_value_type(v)) {
    case SQLITE_INTEGER: return static_cast<std::int64_t>(sqlite3_value_int64(v));
    case SQLITE_FLOAT: return sqlite3_value_double(v);
    case SQLITE_NULL: return {};
    default: {
        auto const *const text = reinterpret_cast<char const *>(sqlite3_value_text(v));
        return std::string(text != nullptr ? text : "", static_cast<std::size_t>(sqlite3_value_bytes(v)));
    }
    }
}

} // namespace

SqlValue ChangedRow::before(int column) const
{
    sqlite3_value *v = nullptr;
    return m_verb != 'i' && sqlite3_preupdate_old(m_db, column, &v) == SQLITE_OK ? value_of(v) : SqlValue{};
}

SqlValue ChangedRow::after(int column) const
{
    sqlite3_value *v = nullptr;
    return m_verb != 'd' && sqlite3_preupdate_new(m_db, column, &v) == SQLITE_OK ? value_of(v) : SqlValue{};
}

ChangeCounter::ChangeCounter(Database &db) : m_db(db.handle()) { sqlite3_preupdate_hook(m_db, on_change, this); }

ChangeCounter::~ChangeCounter() { sqlite3_preupdate_hook(m_db, nullptr, nullptr); }

void ChangeCounter::follow(std::string table, int linha_column, Bitmap *lines)
{
    m_followed = std::move(table);
    m_linha_column = linha_column;
    m_lines = lines;
}

void ChangeCounter::note(char verb, char const *database, char const *table)
{
    if (m_last_name != table) {
        m_last_name = table;
        m_last_counts = std::string_view(database) != "temp" && m_last_name.compare(0, 5, "atom_") != 0;
        m_last = m_last_counts ? &m_tables[m_last_name] : nullptr;
        m_last_observers.clear();
        std::copy_if(m_observers.begin(), m_last_counts ? m_observers.end() : m_observers.begin(), std::back_inserter(m_last_observers),
                     [&](RowObserver *o) { return o->wants(m_last_name); });
    }
    if (!m_last_counts) {
        return;
    }
    (verb == 'i' ? m_last->inserted : verb == 'd' ? m_last->deleted : m_last->updated) += 1;
    for (auto *const observer : m_last_observers) {
        observer->on_row(ChangedRow(m_db, verb, m_last_name));
    }
    if (m_lines != nullptr && verb != 'd' && m_last_name == m_followed) {
        sqlite3_value *linha = nullptr;
        if (sqlite3_preupdate_new(m_db, m_linha_column, &linha) == SQLITE_OK && sqlite3_value_int64(linha) > 0) {
            m_lines->set(static_cast<std::uint64_t>(sqlite3_value_int64(linha)));
        }
    }
}

} // namespace atom
