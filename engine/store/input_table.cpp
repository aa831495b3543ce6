#include "engine/store/input_table.hpp"

#include "engine/base/progress.hpp"
#include "engine/layout/read_ahead_cursor.hpp"
#include "engine/store/database.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <map>

namespace atom {

struct InputTables::Table
{
    std::string name;
    Relation relation;
    using Indices = std::map<std::vector<int>, std::unique_ptr<KeyIndex>>;
    Indices indices;
    Indices partial; // made while only some lines are rows: these alone are in them

    KeyIndex const &index(std::vector<int> const &columns)
    {
        if (auto const it = indices.find(columns); it != indices.end()) {
            return *it->second; // a cursor passes over candidates that are no rows (any more)
        }
        auto &slot = (relation.restriction() != nullptr ? partial : indices)[columns];
        if (!slot) {
            slot = std::make_unique<KeyIndex>(relation, columns);
        }
        return *slot;
    }
};

namespace {

using Table = InputTables::Table;

/// How xFilter finds rows; xBestIndex chooses.
enum Plan
{
    k_scan = 0,
    k_line = 1, // linha = ?
    k_key = 2   // columns of idxStr = ?
};

struct Vtab
{
    sqlite3_vtab base; // first, as SQLite wants it
    Table *table = nullptr;
};

struct Cursor
{
    explicit Cursor(Table &t) : table(&t), rows(t.relation), file(t.relation.input().bytes()) {}

    sqlite3_vtab_cursor base{}; // first
    Table *table;
    ReadAheadCursor rows;
    std::string_view file;
    int plan = k_scan;
    bool eof = true;
    KeyIndex::Entry const *candidate = nullptr;
    KeyIndex::Entry const *last = nullptr;
    std::uint64_t line_rowid = 0, line_end = 0; // rowids of one line
    std::string scratch;
};

Cursor &cursor_of(sqlite3_vtab_cursor *c) { return *reinterpret_cast<Cursor *>(c); }
Table &table_of(sqlite3_vtab *v) { return *reinterpret_cast<Vtab *>(v)->table; }

std::string_view sql_type(FieldType type)
{
    return type == FieldType::integer || type == FieldType::decimal || type == FieldType::boolean ? "integer" : "text";
}

int connect(sqlite3 *db, void *context, int, char const *const *, sqlite3_vtab **out, char **error)
{
    auto *const table = static_cast<Table *>(context);
    std::string sql = "create table x(";
    for (auto const &c : table->relation.columns()) {
        bool const text = table->relation.as_text() && c.kind != RelationColumn::Kind::linha && c.kind != RelationColumn::Kind::ordem;
        sql += fmt::format("{}{} {}", sql.back() == '(' ? "" : ", ", sql_name(c.name), text ? "text" : sql_type(c.type));
    }
    int const rc = sqlite3_declare_vtab(db, (sql + ")").c_str());
    if (rc != SQLITE_OK) {
        *error = sqlite3_mprintf("%s", sqlite3_errmsg(db));
        return rc;
    }
    sqlite3_vtab_config(db, SQLITE_VTAB_INNOCUOUS);
    *out = &(new Vtab{{}, table})->base;
    return SQLITE_OK;
}

int disconnect(sqlite3_vtab *v)
{
    delete reinterpret_cast<Vtab *>(v);
    return SQLITE_OK;
}

bool is_binary(sqlite3_index_info *info, int constraint) { return std::string_view(sqlite3_vtab_collation(info, constraint)) == "BINARY"; }

/// Prefers a line, then all columns that are compared with `=`, then a scan.
int best_index(sqlite3_vtab *v, sqlite3_index_info *info)
{
    auto const &columns = table_of(v).relation.columns();
    auto const linha = static_cast<int>(columns.size()) - 1;
    std::map<int, int> keys; // column -> constraint
    for (int i = 0; i < info->nConstraint; ++i) {
        auto const &c = info->aConstraint[i];
        if (c.usable == 0 || c.op != SQLITE_INDEX_CONSTRAINT_EQ) {
            continue;
        }
        if (c.iColumn == linha) {
            info->aConstraintUsage[i].argvIndex = 1;
            info->idxNum = k_line;
            info->estimatedCost = 2;
            info->estimatedRows = 1;
            return SQLITE_OK;
        }
        if (c.iColumn >= 0 && is_binary(info, i)) {
            keys.emplace(c.iColumn, i);
        }
    }
    if (keys.empty()) {
        info->idxNum = k_scan;
        info->estimatedRows = static_cast<sqlite3_int64>(table_of(v).relation.about_rows()) + 1;
        info->estimatedCost = 2.0 * static_cast<double>(info->estimatedRows);
        return SQLITE_OK;
    }
    std::string list;
    int n = 0;
    for (auto const &[column, constraint] : keys) {
        info->aConstraintUsage[constraint].argvIndex = ++n;
        list += fmt::format("{} ", column);
    }
    info->idxNum = k_key;
    info->idxStr = sqlite3_mprintf("%s", list.c_str());
    info->needToFreeIdxStr = 1;
    info->estimatedRows = 2;
    info->estimatedCost = 5;
    return info->idxStr == nullptr ? SQLITE_NOMEM : SQLITE_OK;
}

int open_cursor(sqlite3_vtab *v, sqlite3_vtab_cursor **out)
{
    *out = &(new Cursor(table_of(v)))->base;
    return SQLITE_OK;
}

int close_cursor(sqlite3_vtab_cursor *c)
{
    delete &cursor_of(c);
    return SQLITE_OK;
}

/// Goes to the next candidate that is a row.
int next_row(sqlite3_vtab_cursor *base)
{
    auto &c = cursor_of(base);
    switch (c.plan) {
    case k_scan:
        Progress::step();
        c.eof = !c.rows.next();
        return SQLITE_OK;
    case k_line:
        while (c.line_rowid < c.line_end) {
            if (c.rows.seek(c.line_rowid++)) {
                return SQLITE_OK;
            }
            if (c.rows.is_past_line(c.line_rowid - 1)) {
                break;
            }
        }
        break;
    default:
        while (c.candidate != c.last) {
            if (c.rows.seek((c.candidate++)->rowid)) {
                return SQLITE_OK;
            }
        }
    }
    c.eof = true;
    return SQLITE_OK;
}

std::vector<int> columns_of(char const *list)
{
    std::vector<int> out;
    for (char *end = nullptr; *list != 0; list = end + 1) {
        out.push_back(static_cast<int>(std::strtol(list, &end, 10)));
    }
    return out;
}

/// A compared value as the index knows it; none where only SQLite's own comparison can tell (the caller then scans).
std::optional<Value> key_value(sqlite3_value *v, std::string_view type)
{
    bool const wants_text = type == "text";
    int const kind = wants_text ? sqlite3_value_type(v) : sqlite3_value_numeric_type(v);
    if (wants_text && kind == SQLITE_TEXT) {
        return Value::of(
            std::string_view(reinterpret_cast<char const *>(sqlite3_value_text(v)), static_cast<std::size_t>(sqlite3_value_bytes(v))));
    }
    if (!wants_text && kind == SQLITE_INTEGER) {
        return Value::of(sqlite3_value_int64(v));
    }
    return std::nullopt;
}

int begin_scan(Cursor &c)
{
    c.plan = k_scan;
    c.rows.rewind();
    return next_row(&c.base);
}

int filter_key(Cursor &c, char const *list, int argc, sqlite3_value **argv)
{
    auto const columns = columns_of(list);
    std::vector<Value> values;
    for (int i = 0; i < argc; ++i) {
        if (sqlite3_value_type(argv[i]) == SQLITE_NULL) {
            c.eof = true; // nothing equals null
            return SQLITE_OK;
        }
        auto const &column = c.table->relation.columns()[static_cast<std::size_t>(columns[static_cast<std::size_t>(i)])];
        auto const value = key_value(argv[i], c.table->relation.as_text() ? "text" : sql_type(column.type));
        if (!value) {
            return begin_scan(c);
        }
        values.push_back(*value);
    }
    std::tie(c.candidate, c.last) = c.table->index(columns).find(KeyIndex::hash_of(values.data(), values.size()));
    return next_row(&c.base);
}

int next(sqlite3_vtab_cursor *base)
{
    try {
        return next_row(base);
    } catch (std::bad_alloc const &) {
        return SQLITE_NOMEM;
    }
}

int filter(sqlite3_vtab_cursor *base, int plan, char const *list, int argc, sqlite3_value **argv)
{
    auto &c = cursor_of(base);
    c.plan = plan;
    c.eof = false;
    try {
        if (plan == k_line) {
            auto const linha = sqlite3_value_int64(argv[0]);
            auto const times = c.table->relation.times();
            c.line_rowid = linha < 1 ? 0 : static_cast<std::uint64_t>(linha) * times;
            c.line_end = linha < 1 ? 0 : c.line_rowid + times;
            return next_row(base);
        }
        if (plan == k_key) {
            return filter_key(c, list, argc, argv);
        }
        return begin_scan(c);
    } catch (std::bad_alloc const &) {
        return SQLITE_NOMEM;
    }
}

int eof(sqlite3_vtab_cursor *c) { return cursor_of(c).eof ? 1 : 0; }

int column(sqlite3_vtab_cursor *base, sqlite3_context *context, int i)
{
    auto &c = cursor_of(base);
    auto const v = c.rows.value(i, c.scratch);
    switch (v.kind) {
    case Value::Kind::none: break;
    case Value::Kind::integer: sqlite3_result_int64(context, v.integer); break;
    case Value::Kind::text: {
        // text that stands in the mapped file is handed out in place; the mapping outlives every statement
        bool const in_place = v.text.data() >= c.file.data() && v.text.data() < c.file.data() + c.file.size();
        sqlite3_result_text64(context, v.text.data(), v.text.size(), in_place ? SQLITE_STATIC : SQLITE_TRANSIENT, SQLITE_UTF8);
        break;
    }
    }
    return SQLITE_OK;
}

int rowid(sqlite3_vtab_cursor *c, sqlite3_int64 *out)
{
    auto const &cursor = cursor_of(c);
    *out = static_cast<sqlite3_int64>(cursor.rows.rowid());
    return SQLITE_OK;
}

sqlite3_module make_module()
{
    sqlite3_module m{};
    m.iVersion = 1;
    m.xConnect = connect; // and no xCreate: eponymous only
    m.xBestIndex = best_index;
    m.xDisconnect = disconnect;
    m.xOpen = open_cursor;
    m.xClose = close_cursor;
    m.xFilter = filter;
    m.xNext = next;
    m.xEof = eof;
    m.xColumn = column;
    m.xRowid = rowid;
    return m;
}

sqlite3_module const k_module = make_module();

void set_module(Database &db, std::string const &name, Table *table)
{
    int const rc = sqlite3_create_module_v2(db.handle(), name.c_str(), table != nullptr ? &k_module : nullptr, table, nullptr);
    if (rc != SQLITE_OK) {
        throw StoreError(rc, sqlite3_errmsg(db.handle()), name);
    }
}

} // namespace

InputTables::InputTables(Database &db, Input const &input, bool as_text) : m_db(&db), m_input(&input), m_as_text(as_text)
{
    auto const &layout = input.layout();
    for (std::size_t r = 0; r < layout.records.size(); ++r) {
        auto const &record = layout.records[r];
        if (!record.name.empty() && !record.fields.empty()) {
            add("e_" + record.name, static_cast<int>(r), -1);
        }
        for (std::size_t g = 0; g < record.groups.size(); ++g) {
            add("e_" + record.groups[g].name, static_cast<int>(r), static_cast<int>(g));
        }
    }
    if (auto const details = layout.detail_records(); details.size() == 1) {
        set_current(details.front());
    }
}

InputTables::~InputTables()
{
    for (auto const &t : m_tables) {
        sqlite3_create_module_v2(m_db->handle(), t->name.c_str(), nullptr, nullptr, nullptr);
    }
}

void InputTables::add(std::string name, int record, int group)
{
    auto const same = std::find_if(m_tables.begin(), m_tables.end(), [&](auto const &t) { return t->name == name; });
    auto table = std::make_unique<Table>(Table{name, Relation(*m_input, record, group, m_as_text), {}, {}});
    set_module(*m_db, name, table.get());
    if (same != m_tables.end()) {
        *same = std::move(table);
    } else {
        m_tables.push_back(std::move(table));
    }
}

void InputTables::set_current(int record)
{
    if (record != m_current) {
        m_current = record;
        add("e", record, -1);
    }
}

void InputTables::restrict(Bitmap const *lines)
{
    for (auto const &t : m_tables) {
        t->relation.restrict_to(lines);
        t->partial.clear();
    }
}

Relation const *InputTables::relation(std::string_view table) const
{
    for (auto const &t : m_tables) {
        if (t->name == table) {
            return &t->relation;
        }
    }
    return nullptr;
}

std::vector<std::string> InputTables::names() const
{
    std::vector<std::string> out;
    for (auto const &t : m_tables) {
        out.push_back(t->name);
    }
    return out;
}

} // namespace atom
