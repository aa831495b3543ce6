#include "engine/store/database.hpp"

#include "engine/base/file.hpp"
#include "engine/store/base_file.hpp"
#include "engine/store/callback.hpp"
#include "engine/store/functions.hpp"
#include "engine/store/sqlite_error.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <cassert>

namespace atom {

namespace {

constexpr int k_busy_ms = 30000;

/// Those that begin with atom_, and the trail of the online base.
bool is_engine_table(std::string_view name, std::string_view database)
{
    return name.substr(0, 5) == "atom_" || (name == "trilha" && database == "online");
}

/// What is asked of a guarded statement, and why it was refused, in words for its writer.
struct GuardState
{
    SqlGuard const &guard;
    std::string main; // the name of the base that may be written
    std::string denied;
};

int deny(GuardState &state, std::string why)
{
    state.denied = std::move(why);
    return SQLITE_DENY;
}

bool is_introspection(std::string_view pragma)
{
    static constexpr std::string_view known[] = {"table_info", "table_xinfo", "table_list", "index_list", "index_info", "foreign_key_list"};
    return std::find(std::begin(known), std::end(known), pragma) != std::end(known);
}

/// What tells who may come in: hashes of tokens and sessions, the engine's keys.
bool is_secret(std::string_view table, std::string_view column)
{
    return (table == "atom_token" && column == "hash") || (table == "atom_session" && column == "hash") ||
           (table == "atom_secret" && column == "value");
}

int authorize_write(GuardState &state, int action, char const *table, char const *column, std::string_view database)
{
    auto const name = std::string_view(table);
    bool const in_temp = database == "temp";
    if (name == "sqlite_master" || name == "sqlite_temp_master") {
        return SQLITE_OK; // SQLite asks so when it sets up a virtual table, and never lets a statement write them
    }
    if (!in_temp && state.guard.read_only) {
        return deny(state, fmt::format("only reading is allowed here; it would write {}", name));
    }
    if (!in_temp && database != "main" && database != state.main) {
        return deny(state, fmt::format("{0} is only read here; it would write {0}.{1}", database, name));
    }
    if (!in_temp && is_engine_table(name, database == "main" ? std::string_view(state.main) : database)) {
        return deny(state, fmt::format("{} is the engine's own table; no rule writes it", name));
    }
    if (state.guard.on_write) {
        state.guard.on_write(action == SQLITE_INSERT ? 'i' : action == SQLITE_DELETE ? 'd' : 'u', name, column != nullptr ? column : "");
    }
    return SQLITE_OK;
}

/// The triggers that keep line hashes true (store/line_hash.hpp) may drop them, whoever wrote the row.
bool drops_a_hash(int action, char const *table, char const *trigger)
{
    return action == SQLITE_DELETE && trigger != nullptr && std::string_view(trigger).substr(0, 10) == "atom_hash_" &&
           std::string_view(table) == "atom_hash";
}

/// SQLite asks this for everything that a statement would do, while it is prepared.
int authorize(GuardState &state, int action, char const *a, char const *b, char const *database, char const *trigger)
{
    bool const in_temp = database != nullptr && std::string_view(database) == "temp";
    switch (action) {
    case SQLITE_TRANSACTION:
    case SQLITE_SAVEPOINT: return deny(state, "begin, commit, rollback and savepoint are not allowed here: a file is one transaction");
    case SQLITE_ATTACH:
    case SQLITE_DETACH: return deny(state, "attach and detach are not allowed here");
    case SQLITE_PRAGMA: return is_introspection(a) ? SQLITE_OK : deny(state, fmt::format("pragma {} is not allowed here", a));
    case SQLITE_READ:
        if (is_secret(a, b)) {
            return SQLITE_IGNORE; // reads as null
        }
        if (state.guard.on_read) {
            state.guard.on_read(a, b);
        }
        return SQLITE_OK;
    case SQLITE_INSERT:
    case SQLITE_DELETE:
    case SQLITE_UPDATE:
        return drops_a_hash(action, a, trigger) ? SQLITE_OK : authorize_write(state, action, a, b, database != nullptr ? database : "main");
    case SQLITE_FUNCTION: // its pointers are addresses of this process
        return std::string_view(b) == "fts3_tokenizer" ? deny(state, "fts3_tokenizer is not allowed here") : SQLITE_OK;
    case SQLITE_SELECT:
    case SQLITE_RECURSIVE: return SQLITE_OK;
    default: // create, drop, alter, analyze, reindex: of tables in temp only
        return in_temp && !state.guard.read_only ? SQLITE_OK : deny(state, "changing the schema is not allowed here");
    }
}

std::string main_name(sqlite3 *db)
{
    char const *const name = sqlite3_db_name(db, 0);
    return name != nullptr ? name : "main";
}

/// The authorizer is set while a user's statement is prepared, and only then.
class GuardScope
{
public:
    GuardScope(sqlite3 *db, SqlGuard const &guard) : m_db(db), m_state{guard, main_name(db), {}}
    {
        auto const ask = [](void *state, int action, char const *a, char const *b, char const *database, char const *trigger) {
            int answer = SQLITE_DENY;
            int const rc = guarded([&] {
                answer = authorize(*static_cast<GuardState *>(state), action, a, b, database, trigger);
                return SQLITE_OK;
            });
            return rc == SQLITE_OK ? answer : SQLITE_DENY;
        };
        sqlite3_set_authorizer(m_db, ask, &m_state);
    }
    ~GuardScope() { sqlite3_set_authorizer(m_db, nullptr, nullptr); }
    GuardScope(GuardScope const &) = delete;
    GuardScope &operator=(GuardScope const &) = delete;
    std::string const &denied() const noexcept { return m_state.denied; }

private:
    sqlite3 *m_db;
    GuardState m_state;
};

sqlite3_stmt *prepare_one(sqlite3 *db, std::string_view sql, char const **tail)
{
    sqlite3_stmt *statement = nullptr;
    int const rc = sqlite3_prepare_v3(db, sql.data(), static_cast<int>(sql.size()), 0, &statement, tail);
    if (rc != SQLITE_OK) {
        fail_with(db, rc, sql);
    }
    return statement;
}

sqlite3_stmt *prepare_guarded_one(sqlite3 *db, std::string_view sql, SqlGuard const &guard, char const **tail)
{
    GuardScope const scope(db, guard);
    try {
        return prepare_one(db, sql, tail);
    } catch (StoreError const &e) {
        if (scope.denied().empty()) {
            throw;
        }
        throw StoreError(e.code(), scope.denied(), std::string(sql));
    }
}

/// Once, before the first use: without it SQLite takes a lock and counts at each of its allocations.
void set_up_sqlite()
{
    [[maybe_unused]] static int const rc = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    assert(rc == SQLITE_OK && "SQLite was used before its first database was opened");
}

bool is_space(std::string_view s) { return s.find_first_not_of(" \t\r\n;") == std::string_view::npos; }

} // namespace

Database::Database(std::filesystem::path const &path, OpenMode mode) : m_path(path), m_rule(std::make_unique<std::string>())
{
    set_up_sqlite();
    bool const in_file = path != ":memory:" && (mode == OpenMode::read_write || mode == OpenMode::existing || mode == OpenMode::read_only);
    if (mode == OpenMode::read_write && !std::filesystem::exists(path)) {
        make_base_file(path);
    }
    if (in_file) {
        refuse_cut_file(path);
    }
    int const flags = mode == OpenMode::read_only ? SQLITE_OPEN_READONLY
                      : in_file                   ? SQLITE_OPEN_READWRITE
                                                  : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    auto const name = mode == OpenMode::memory ? std::string(":memory:") : path.string(); // shared_memory: a URI
    int const rc = sqlite3_open_v2(name.c_str(), &m_db, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_URI, nullptr);
    if (rc != SQLITE_OK) {
        std::string const why = m_db != nullptr ? sqlite3_errmsg(m_db) : sqlite3_errstr(rc);
        sqlite3_close(m_db);
        throw StoreError(rc, fmt::format("cannot open {}: {}", name, why));
    }
    sqlite3_extended_result_codes(m_db, 1);
    sqlite3_busy_timeout(m_db, k_busy_ms);
    try {
        if (mode == OpenMode::read_write || mode == OpenMode::existing) {
            exec("pragma journal_mode = wal; pragma synchronous = full; pragma journal_size_limit = 67108864");
        }
        // a sort takes as much memory as the cache may, and a select can hold two or three at once
        exec("pragma cache_size = -16384; pragma temp_store = file; pragma trusted_schema = on; pragma foreign_keys = off");
        register_functions(m_db, *m_rule);
    } catch (...) {
        sqlite3_close(m_db);
        throw;
    }
}

Database::~Database()
{
    [[maybe_unused]] int const rc = sqlite3_close(m_db);
    assert(rc == SQLITE_OK && "a statement outlives its database");
}

Statement Database::prepare(std::string_view sql) { return {m_db, prepare_one(m_db, sql, nullptr)}; }

Statement Database::prepare_guarded(std::string_view sql, SqlGuard const &guard)
{
    char const *tail = nullptr;
    Statement statement(m_db, prepare_guarded_one(m_db, sql, guard, &tail));
    if (statement.m_statement == nullptr) {
        throw StoreError(SQLITE_ERROR, "the SQL is empty", std::string(sql));
    }
    if (!is_space(sql.substr(static_cast<std::size_t>(tail - sql.data())))) {
        throw StoreError(SQLITE_ERROR, "one statement is allowed here, not several", std::string(sql));
    }
    if (guard.read_only && !statement.is_read_only()) {
        throw StoreError(SQLITE_AUTH, "only reading is allowed here", std::string(sql));
    }
    return statement;
}

void Database::each_guarded(std::string_view sql, Parameters const &parameters, SqlGuard const &guard, bool run)
{
    while (!is_space(sql)) {
        char const *tail = nullptr;
        sqlite3_stmt *const raw = prepare_guarded_one(m_db, sql, guard, &tail);
        if (raw != nullptr) { // else a comment
            Statement statement(m_db, raw);
            statement.bind(parameters);
            if (run) {
                statement.run();
            }
        }
        sql.remove_prefix(static_cast<std::size_t>(tail - sql.data()));
    }
}

void Database::run_guarded(std::string_view sql, Parameters const &parameters, SqlGuard const &guard)
{
    each_guarded(sql, parameters, guard, true);
}

void Database::check_guarded(std::string_view sql, Parameters const &parameters, SqlGuard const &guard)
{
    each_guarded(sql, parameters, guard, false);
}

void Database::exec(std::string const &sql)
{
    if (int const rc = sqlite3_exec(m_db, sql.c_str(), nullptr, nullptr, nullptr); rc != SQLITE_OK) {
        fail_with(m_db, rc, sql);
    }
    throw_kept_exception(); // of a hook, which cannot make a statement fail
}

std::optional<std::string> Database::text(std::string const &sql)
{
    auto s = prepare(sql);
    return s.step() && !s.is_null(0) ? std::optional(s.text(0)) : std::nullopt;
}

std::int64_t Database::integer(std::string const &sql)
{
    auto s = prepare(sql);
    return s.step() ? s.integer(0) : 0;
}

std::int64_t Database::last_rowid() const { return sqlite3_last_insert_rowid(m_db); }
std::int64_t Database::changes() const { return sqlite3_changes64(m_db); }
bool Database::in_transaction() const { return sqlite3_get_autocommit(m_db) == 0; }

void Database::ask_whether_to_go_on(std::function<bool()> go_on)
{
    constexpr int k_steps = 20000; // of SQLite's machine: a millisecond or so
    m_go_on = std::move(go_on);
    auto const ask = [](void *self) { return guarded([&] { return static_cast<Database *>(self)->m_go_on() ? 0 : 1; }); };
    sqlite3_progress_handler(m_db, k_steps, m_go_on ? static_cast<int (*)(void *)>(ask) : nullptr, this);
}

void Database::attach(std::filesystem::path const &path, std::string const &name)
{
    std::string uri = path.is_absolute() ? "file:" : ""; // a memory base is a URI already
    for (char const c : path.string()) {
        bool const reserved = path.is_absolute() && (c == '?' || c == '#' || c == '%');
        uri += reserved ? fmt::format("%{:02X}", static_cast<unsigned char>(c)) : std::string(1, c);
    }
    if (path.is_absolute()) {
        uri += "?mode=ro";
    }
    prepare(fmt::format("attach ?1 as {}", sql_name(name))).bind(1, uri).run();
}

void Database::set_name(char const *name)
{
    if (int const rc = sqlite3_db_config(m_db, SQLITE_DBCONFIG_MAINDBNAME, name); rc != SQLITE_OK) {
        fail_with(m_db, rc, name);
    }
}

void Database::write_changed_pages()
{
    int const rc = sqlite3_db_cacheflush(m_db);
    if (rc != SQLITE_OK && rc != SQLITE_BUSY) { // busy: some are in use
        fail_with(m_db, rc, "write changed pages");
    }
}

void Database::checkpoint()
{
    int const rc = sqlite3_wal_checkpoint_v2(m_db, "main", SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
    if (rc != SQLITE_OK && rc != SQLITE_BUSY) { // busy: a reader is in the way, the next one does it
        fail_with(m_db, rc, "checkpoint");
    }
}

Transaction::Transaction(Database &db) : m_db(&db), m_nested(db.in_transaction())
{
    m_db->exec(m_nested ? "savepoint atom_file" : "begin immediate");
}

Transaction::~Transaction()
{
    if (m_done) {
        return;
    }
    try {
        if (m_nested) {
            m_db->exec("rollback to atom_file; release atom_file");
        } else if (m_db->in_transaction()) { // SQLite rolls back by itself on some errors
            m_db->exec("rollback");
        }
    } catch (StoreError const &) {
        // the connection is unusable: closing it rolls back as well
    }
}

void Transaction::commit()
{
    m_db->exec(m_nested ? "release atom_file" : "commit");
    m_done = true;
}

bool is_base_fault(StoreError const &e) noexcept
{
    switch (e.code() & 0xff) { // the primary code
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_INTERRUPT:
    case SQLITE_NOMEM:
    case SQLITE_READONLY:
    case SQLITE_IOERR:
    case SQLITE_CORRUPT:
    case SQLITE_FULL:
    case SQLITE_CANTOPEN:
    case SQLITE_NOTADB: return true;
    default: return false;
    }
}

std::string sql_name(std::string_view name)
{
    std::string out = "\"";
    for (char const c : name) {
        out += c;
        if (c == '"') {
            out += '"';
        }
    }
    return out + "\"";
}

std::string sql_text(std::string_view text)
{
    std::string out = "'";
    for (char const c : text) {
        out += c;
        if (c == '\'') {
            out += '\'';
        }
    }
    return out + "'";
}

} // namespace atom
