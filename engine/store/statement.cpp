// Statements of SQLite (declared in store/database.hpp).

#include "engine/store/callback.hpp"
#include "engine/store/database.hpp"
#include "engine/store/sqlite_error.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace atom {

namespace {

/// SQLite's words, and for a fault of the file or the machine, of which file: there are several.
std::string told(sqlite3 *db, int code)
{
    std::string const words = db != nullptr ? sqlite3_errmsg(db) : sqlite3_errstr(code);
    auto const *const file = db != nullptr ? sqlite3_db_filename(db, "main") : nullptr;
    if (file == nullptr || *file == '\0') {
        return words;
    }
    switch (code & 0xff) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: return fmt::format("{}: {}; put a backup in its place", file, words);
    case SQLITE_BUSY:
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN: return fmt::format("{}: {}", file, words);
    default: return words;
    }
}

} // namespace

void fail_with(sqlite3 *db, int code, std::string_view sql)
{
    throw_kept_exception(); // it is why
    auto const extended = db != nullptr ? sqlite3_extended_errcode(db) : code;
    throw StoreError(extended, told(db, extended), std::string(sql));
}

Statement::Statement(Statement &&other) noexcept : m_db(other.m_db), m_statement(std::exchange(other.m_statement, nullptr)) {}

Statement &Statement::operator=(Statement &&other) noexcept
{
    std::swap(m_db, other.m_db);
    std::swap(m_statement, other.m_statement);
    return *this;
}

Statement::~Statement()
{
    sqlite3_finalize(m_statement); // repeats the last step's code, which was reported then
}

void Statement::fail(int code) const { fail_with(m_db, code, sqlite3_sql(m_statement)); }

Statement &Statement::bind(int i, std::int64_t value)
{
    if (int const rc = sqlite3_bind_int64(m_statement, i, value); rc != SQLITE_OK) {
        fail(rc);
    }
    return *this;
}

Statement &Statement::bind(int i, std::string_view text)
{
    // a null pointer would bind null
    char const *const data = text.data() != nullptr ? text.data() : "";
    if (int const rc = sqlite3_bind_text64(m_statement, i, data, text.size(), SQLITE_TRANSIENT, SQLITE_UTF8); rc != SQLITE_OK) {
        fail(rc);
    }
    return *this;
}

Statement &Statement::bind_view(int i, std::string_view text)
{
    char const *const data = text.data() != nullptr ? text.data() : "";
    if (int const rc = sqlite3_bind_text64(m_statement, i, data, text.size(), SQLITE_STATIC, SQLITE_UTF8); rc != SQLITE_OK) {
        fail(rc);
    }
    return *this;
}

Statement &Statement::bind_null(int i)
{
    if (int const rc = sqlite3_bind_null(m_statement, i); rc != SQLITE_OK) {
        fail(rc);
    }
    return *this;
}

Statement &Statement::bind(int i, SqlValue const &value)
{
    if (auto const *n = std::get_if<std::int64_t>(&value)) {
        return bind(i, *n);
    }
    if (auto const *s = std::get_if<std::string>(&value)) {
        return bind(i, std::string_view(*s));
    }
    if (auto const *d = std::get_if<double>(&value)) {
        if (int const rc = sqlite3_bind_double(m_statement, i, *d); rc != SQLITE_OK) {
            fail(rc);
        }
        return *this;
    }
    return bind_null(i);
}

std::vector<std::string> Statement::parameter_names() const
{
    std::vector<std::string> names;
    int const n = sqlite3_bind_parameter_count(m_statement);
    for (int i = 1; i <= n; ++i) {
        char const *const name = sqlite3_bind_parameter_name(m_statement, i);
        names.emplace_back(name != nullptr ? name + 1 : "?");
    }
    return names;
}

Statement &Statement::bind(Parameters const &parameters)
{
    auto const names = parameter_names();
    for (std::size_t i = 0; i < names.size(); ++i) {
        auto const it = parameters.find(names[i]);
        if (it == parameters.end()) {
            throw StoreError(SQLITE_ERROR, fmt::format("no value is bound to :{}", names[i]), sqlite3_sql(m_statement));
        }
        bind(static_cast<int>(i) + 1, it->second);
    }
    return *this;
}

bool Statement::step()
{
    int const rc = sqlite3_step(m_statement);
    if (rc == SQLITE_ROW) {
        return true;
    }
    if (rc != SQLITE_DONE) {
        fail(rc);
    }
    throw_kept_exception(); // of a hook, which cannot make the statement fail
    return false;
}

void Statement::run()
{
    while (step()) {
    }
    reset();
}

void Statement::reset() noexcept
{
    sqlite3_reset(m_statement); // repeats the last step's code, which was reported then
}

int Statement::columns() const { return sqlite3_column_count(m_statement); }
std::string Statement::column_name(int i) const { return sqlite3_column_name(m_statement, i); }
bool Statement::is_null(int i) const { return sqlite3_column_type(m_statement, i) == SQLITE_NULL; }
bool Statement::is_text(int i) const { return sqlite3_column_type(m_statement, i) == SQLITE_TEXT; }
bool Statement::is_real(int i) const { return sqlite3_column_type(m_statement, i) == SQLITE_FLOAT; }
std::int64_t Statement::integer(int i) const { return sqlite3_column_int64(m_statement, i); }
double Statement::real(int i) const { return sqlite3_column_double(m_statement, i); }

std::string_view Statement::view(int i) const
{
    auto const *const text = reinterpret_cast<char const *>(sqlite3_column_text(m_statement, i));
    return text == nullptr ? std::string_view{} : std::string_view(text, static_cast<std::size_t>(sqlite3_column_bytes(m_statement, i)));
}

SqlValue Statement::value(int i) const
{
    switch (sqlite3_column_type(m_statement, i)) {
    case SQLITE_NULL: return {};
    case SQLITE_INTEGER: return integer(i);
    case SQLITE_FLOAT: return real(i);
    default: return text(i);
    }
}

SqlCell Statement::cell(int i) const
{
    auto *const value = sqlite3_column_value(m_statement, i); // of one thread's connection: sqlite3_value_… may be used on it
    auto const text = [&](SqlCell::Kind kind) -> SqlCell {
        auto const *const bytes = reinterpret_cast<char const *>(sqlite3_value_text(value));
        return {kind, 0,
                bytes == nullptr ? std::string_view{} : std::string_view(bytes, static_cast<std::size_t>(sqlite3_value_bytes(value)))};
    };
    switch (sqlite3_value_type(value)) {
    case SQLITE_NULL: return {};
    case SQLITE_INTEGER: return {SqlCell::Kind::integer, sqlite3_value_int64(value), {}};
    case SQLITE_FLOAT: return text(SqlCell::Kind::real);
    case SQLITE_TEXT: return text(SqlCell::Kind::text);
    default: return text(SqlCell::Kind::blob);
    }
}

std::pair<std::string, std::string> Statement::origin(int i) const
{
    char const *const table = sqlite3_column_table_name(m_statement, i);
    char const *const column = sqlite3_column_origin_name(m_statement, i);
    return {table != nullptr ? table : "", column != nullptr ? column : ""};
}

bool Statement::is_read_only() const { return sqlite3_stmt_readonly(m_statement) != 0; }

} // namespace atom
