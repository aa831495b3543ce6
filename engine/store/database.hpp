#pragma once
// SQLite, owned: a connection, its statements, its transactions. Every return code becomes a StoreError. One thread at a time.
// engine/store is the only user of sqlite3.h.

#include "engine/base/error.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

struct sqlite3;
struct sqlite3_stmt;

namespace atom {

using SqlValue = std::variant<std::monostate, std::int64_t, double, std::string>;
using Parameters = std::map<std::string, SqlValue, std::less<>>; // names without the colon

class Database;

/// What a row has in one of its columns.
struct SqlCell
{
    enum class Kind : std::uint8_t
    {
        none,
        integer,
        real,
        text,
        blob
    } kind = Kind::none;
    std::int64_t integer = 0;
    std::string_view text; // of all but null and integers; until the next step
};

/// A prepared statement. Column and parameter numbers are 0-based and 1-based, as SQLite has them. Must not outlive its database.
class Statement
{
public:
    Statement(Statement &&other) noexcept;
    Statement &operator=(Statement &&other) noexcept;
    Statement(Statement const &) = delete;
    Statement &operator=(Statement const &) = delete;
    ~Statement();

    Statement &bind(int i, std::int64_t value);
    Statement &bind(int i, std::uint64_t value) { return bind(i, static_cast<std::int64_t>(value)); }
    Statement &bind(int i, int value) { return bind(i, static_cast<std::int64_t>(value)); }
    Statement &bind(int i, std::string_view text); // copied
    Statement &bind(int i, char const *text) { return bind(i, std::string_view(text)); }
    Statement &bind(int i, std::string const &text) { return bind(i, std::string_view(text)); }
    Statement &bind(int i, SqlValue const &value);
    Statement &bind_null(int i);
    Statement &bind_view(int i, std::string_view text); // not copied: must live until the next bind or reset
    /// Binds every name that the statement has; one that is not among the parameters is a StoreError.
    Statement &bind(Parameters const &parameters);
    std::vector<std::string> parameter_names() const;

    bool step();           // true: a row
    void run();            // steps to the end, then resets
    void reset() noexcept; // keeps what is bound

    int columns() const;
    std::string column_name(int i) const;
    bool is_null(int i) const;
    bool is_text(int i) const;
    std::int64_t integer(int i) const;
    double real(int i) const;
    bool is_real(int i) const;
    std::string_view view(int i) const; // until the next step
    std::string text(int i) const { return std::string(view(i)); }
    SqlValue value(int i) const;
    SqlCell cell(int i) const; // the quickest way to read one
    /// Table and column that a result column comes from, through views too; empty for an expression.
    std::pair<std::string, std::string> origin(int i) const;
    bool is_read_only() const;

private:
    friend class Database;
    Statement(sqlite3 *db, sqlite3_stmt *statement) noexcept : m_db(db), m_statement(statement) {}
    [[noreturn]] void fail(int code) const;

    sqlite3 *m_db = nullptr;
    sqlite3_stmt *m_statement = nullptr;
};

/// What a reader of SQL may do; see Database::prepare_guarded().
struct SqlGuard
{
    bool read_only = false;
    /// Told of each table and column that the statement reads, while it is prepared.
    std::function<void(std::string_view table, std::string_view column)> on_read;
    /// Told of each table that it writes ('i', 'u', 'd') and, for an update, the column.
    std::function<void(char verb, std::string_view table, std::string_view column)> on_write;
};

enum class OpenMode
{
    read_write, // made if it is not there, with WAL and synchronous=FULL
    existing,   // the same, but never made
    read_only,
    memory,
    shared_memory // the path is the URI of one: several connections of this process see it
};

class Database
{
public:
    Database(std::filesystem::path const &path, OpenMode mode);
    ~Database();
    Database(Database const &) = delete;
    Database &operator=(Database const &) = delete;

    Statement prepare(std::string_view sql);
    /// For SQL that a user wrote: refuses transactions, attaching, pragmas, and writing to the engine's own tables (atom_*).
    Statement prepare_guarded(std::string_view sql, SqlGuard const &guard = {});
    /// Several statements, user-written, all guarded; `parameters` are bound in each. Rows are dropped.
    void run_guarded(std::string_view sql, Parameters const &parameters, SqlGuard const &guard = {});
    /// The same, prepared only: each statement, and that all it names is among the parameters.
    void check_guarded(std::string_view sql, Parameters const &parameters, SqlGuard const &guard = {});
    void exec(std::string const &sql); // several statements, the engine's own
    /// First column of the first row; none if there is no row or it is null.
    std::optional<std::string> text(std::string const &sql);
    std::int64_t integer(std::string const &sql); // 0 if there is none
    std::int64_t last_rowid() const;
    std::int64_t changes() const; // of the last insert, update or delete
    bool in_transaction() const;
    /// Another base beside this one, for reading only: no lock of this connection's transactions is taken on it.
    void attach(std::filesystem::path const &path, std::string const &name);
    /// The name by which SQL may call this base itself, besides "main". Lives as long as the program.
    void set_name(char const *name);
    std::filesystem::path const &path() const noexcept { return m_path; }
    sqlite3 *handle() const noexcept { return m_db; } // for engine/store only

    /// The name that regra() gives in SQL.
    void set_rule_name(std::string name) { *m_rule = std::move(name); }
    std::string const &rule_name() const noexcept { return *m_rule; }

    /// Asked all the time while a statement works, by its thread; false interrupts it (a fault of the base, so nothing is held against a
    /// file).
    void ask_whether_to_go_on(std::function<bool()> go_on);

    /// Writes what was changed so far to the WAL, uncommitted: changed pages keep others out of the cache, and a statement that only looks
    /// something up for each line would read the same pages again and again.
    void write_changed_pages();
    /// Moves the WAL into the base and cuts it to nothing, if no reader is in the way.
    void checkpoint();

private:
    void each_guarded(std::string_view sql, Parameters const &parameters, SqlGuard const &guard, bool run);

    std::filesystem::path m_path;
    sqlite3 *m_db = nullptr;
    std::unique_ptr<std::string> m_rule;
    std::function<bool()> m_go_on;
};

/// begin immediate … commit. The destructor rolls back what was not committed; it does not commit.
class Transaction
{
public:
    explicit Transaction(Database &db);
    ~Transaction();
    Transaction(Transaction const &) = delete;
    Transaction &operator=(Transaction const &) = delete;
    void commit();

private:
    Database *m_db;
    bool m_nested;
    bool m_done = false;
};

/// A fault of the base or the machine (disk full, locked, damaged, no memory), not of the statement: another try may succeed.
bool is_base_fault(StoreError const &e) noexcept;

/// A name for SQL: in double quotes.
std::string sql_name(std::string_view name);
/// A text for SQL: in single quotes.
std::string sql_text(std::string_view text);

} // namespace atom
