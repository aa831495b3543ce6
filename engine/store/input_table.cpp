#include "engine/store/input_table.hpp"

#include "engine/layout/read_ahead_cursor.hpp"
#include "engine/store/callback.hpp"
#include "engine/store/database.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <cassert>
#include <cctype>
#include <limits>
#include <map>

namespace atom {

struct InputTables::Table
{
    std::string name;
    Relation relation;
    using Parts = std::vector<KeyIndex::Part>;
    using Indices = std::map<Parts, std::unique_ptr<KeyIndex>>;
    Indices indices;
    Indices partial; // made while only some lines are rows: these alone are in them

    KeyIndex const &index(Parts const &parts)
    {
        if (auto const it = indices.find(parts); it != indices.end()) {
            return *it->second; // a cursor passes over candidates that are no rows (any more)
        }
        auto &slot = (relation.restriction() != nullptr ? partial : indices)[parts];
        if (!slot) {
            slot = std::make_unique<KeyIndex>(relation, parts);
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
    k_key = 2   // columns of idxStr = ?; and its last word, if it is one of these: the rowid or the line is more than, or not less than ?
};
/// An input never says that it has more rows than this: so SQLite goes through its lines and seeks each in the tables' indices, and does
/// not go through a table of which it knows no size. That is linear whatever the sizes, and no rule needs to say in which order to join.
constexpr std::uint64_t k_few = 1000;

constexpr char k_rowid_after = 'r', k_rowid_from = 'R', k_line_after = 'l', k_line_from = 'L';

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

int connect(sqlite3 *db, Table *table, sqlite3_vtab **out, char **error)
{
    std::string sql = "create table x(";
    for (auto const &c : table->relation.columns()) {
        using Kind = RelationColumn::Kind;
        bool const text = table->relation.as_text() && c.kind != Kind::linha && c.kind != Kind::ordem && c.kind != Kind::posicao;
        sql += fmt::format("{}{} {}", sql.back() == '(' ? "" : ", ", sql_name(c.name), text ? "text" : sql_type(c.type));
    }
    int rc = sqlite3_declare_vtab(db, (sql + ")").c_str());
    rc = rc == SQLITE_OK ? sqlite3_vtab_config(db, SQLITE_VTAB_INNOCUOUS) : rc;
    if (rc != SQLITE_OK) {
        *error = sqlite3_mprintf("%s", sqlite3_errmsg(db));
        return rc;
    }
    *out = &(new Vtab{{}, table})->base;
    return SQLITE_OK;
}

int disconnect(sqlite3_vtab *v)
{
    delete reinterpret_cast<Vtab *>(v);
    return SQLITE_OK;
}

bool is_binary(sqlite3_index_info *info, int constraint) { return std::string_view(sqlite3_vtab_collation(info, constraint)) == "BINARY"; }

/// The word for a constraint that leaves out a key's first rows; 0 if it is none.
char lower_bound_of(sqlite3_index_info::sqlite3_index_constraint const &c, int linha)
{
    bool const after = c.op == SQLITE_INDEX_CONSTRAINT_GT;
    if (c.usable == 0 || (!after && c.op != SQLITE_INDEX_CONSTRAINT_GE)) {
        return 0;
    }
    return c.iColumn < 0 ? (after ? k_rowid_after : k_rowid_from) : c.iColumn != linha ? '\0' : after ? k_line_after : k_line_from;
}

/// Prefers a line, then all columns that are compared with `=`, from some row on if that is asked, then a scan.
int best_index(Table &table, sqlite3_index_info *info)
{
    auto const linha = static_cast<int>(table.relation.columns().size()) - 1;
    std::map<int, int> keys; // column -> constraint
    int bound = -1;          // constraint
    for (int i = 0; i < info->nConstraint; ++i) {
        auto const &c = info->aConstraint[i];
        bound = lower_bound_of(c, linha) != 0 ? i : bound;
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
        info->estimatedRows = static_cast<sqlite3_int64>(std::min(table.relation.about_rows(), k_few)) + 1;
        info->estimatedCost = 2.0 * static_cast<double>(info->estimatedRows);
        return SQLITE_OK;
    }
    std::string list;
    int n = 0;
    for (auto const &[column, constraint] : keys) {
        info->aConstraintUsage[constraint].argvIndex = ++n;
        list += fmt::format("{} ", column);
    }
    if (bound >= 0) {
        info->aConstraintUsage[bound].argvIndex = ++n;
        list += lower_bound_of(info->aConstraint[bound], linha);
    }
    info->idxNum = k_key;
    info->idxStr = sqlite3_mprintf("%s", list.c_str());
    info->needToFreeIdxStr = 1;
    info->estimatedRows = 2;
    info->estimatedCost = 5;
    return info->idxStr == nullptr ? SQLITE_NOMEM : SQLITE_OK;
}

int close_cursor(sqlite3_vtab_cursor *c)
{
    delete &cursor_of(c);
    return SQLITE_OK;
}

/// Goes to the next candidate that is a row.
int next_row(Cursor &c)
{
    switch (c.plan) {
    case k_scan: c.eof = !c.rows.next(); return SQLITE_OK;
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

/// The columns that best_index() wrote down, and the word for a bound; 0 if there is none.
std::pair<std::vector<int>, char> read_list(char const *list)
{
    std::vector<int> out;
    for (char *end = nullptr; std::isdigit(static_cast<unsigned char>(*list)) != 0; list = end + 1) {
        out.push_back(static_cast<int>(std::strtol(list, &end, 10)));
    }
    return {out, *list};
}

Value text_of(sqlite3_value *v)
{
    return Value::of(
        std::string_view(reinterpret_cast<char const *>(sqlite3_value_text(v)), static_cast<std::size_t>(sqlite3_value_bytes(v))));
}

/// A compared value as an index knows it. SQLite compares a text with a number by the number that it is the text of, and looks itself
/// at each row that is found here. Nothing equals none: that is null, or bytes.
Value key_value(sqlite3_value *v, bool of_text_column)
{
    switch (of_text_column ? sqlite3_value_type(v) : sqlite3_value_numeric_type(v)) {
    case SQLITE_INTEGER: return Value::of(static_cast<std::int64_t>(sqlite3_value_int64(v)));
    case SQLITE_FLOAT: return KeyIndex::number(sqlite3_value_double(v));
    case SQLITE_TEXT: return text_of(v);
    default: return {};
    }
}

/// The first row that a bound leaves; SQLite looks at the others again, so that a bound that is no whole number may leave all.
std::uint64_t first_rowid(Relation const &relation, char bound, sqlite3_value *v)
{
    constexpr auto k_none = std::numeric_limits<std::uint64_t>::max();
    auto const least = sqlite3_value_type(v) == SQLITE_INTEGER ? sqlite3_value_int64(v) : 0;
    if (least < 0) {
        return 0;
    }
    bool const after = bound == k_rowid_after || bound == k_line_after;
    auto const first = static_cast<std::uint64_t>(least) + (after ? 1 : 0);
    auto const times = bound == k_line_after || bound == k_line_from ? relation.times() : 1;
    return first > k_none / times ? k_none : first * times;
}

int find_rows(Cursor &c, char const *list, int argc, sqlite3_value **argv)
{
    auto const &relation = c.table->relation;
    auto const [columns, bound] = read_list(list);
    Table::Parts parts;
    std::vector<Value> values;
    for (std::size_t i = 0; i < columns.size(); ++i) {
        bool const is_text = relation.as_text() || sql_type(relation.columns()[static_cast<std::size_t>(columns[i])].type) == "text";
        values.push_back(key_value(argv[i], is_text));
        if (values.back().none()) {
            c.eof = true;
            return SQLITE_OK;
        }
        parts.push_back({columns[i], !is_text || values.back().kind == Value::Kind::integer});
    }
    auto const first = bound == 0 ? 0 : first_rowid(relation, bound, argv[argc - 1]);
    std::tie(c.candidate, c.last) = c.table->index(parts).find(KeyIndex::hash_of(values.data(), values.size()), first);
    return next_row(c);
}

int find_line(Cursor &c, std::int64_t linha)
{
    auto const times = c.table->relation.times();
    c.line_rowid = linha < 1 ? 0 : static_cast<std::uint64_t>(linha) * times;
    c.line_end = linha < 1 ? 0 : c.line_rowid + times;
    return next_row(c);
}

int filter(Cursor &c, int plan, char const *list, int argc, sqlite3_value **argv)
{
    c.plan = plan;
    c.eof = false;
    if (plan == k_line) {
        return find_line(c, sqlite3_value_int64(argv[0]));
    }
    if (plan == k_key) {
        return find_rows(c, list, argc, argv);
    }
    c.rows.rewind();
    return next_row(c);
}

int column(Cursor &c, sqlite3_context *context, int i)
{
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

/// What SQLite calls.
sqlite3_module make_module()
{
    sqlite3_module m{};
    m.iVersion = 1;
    m.xConnect = [](sqlite3 *db, void *table, int, char const *const *, sqlite3_vtab **out, char **error) { // no xCreate: eponymous only
        return guarded([&] { return connect(db, static_cast<Table *>(table), out, error); });
    };
    m.xBestIndex = [](sqlite3_vtab *v, sqlite3_index_info *info) { return guarded([&] { return best_index(table_of(v), info); }); };
    m.xDisconnect = disconnect;
    m.xOpen = [](sqlite3_vtab *v, sqlite3_vtab_cursor **out) {
        return guarded([&] {
            *out = &(new Cursor(table_of(v)))->base;
            return SQLITE_OK;
        });
    };
    m.xClose = close_cursor;
    m.xFilter = [](sqlite3_vtab_cursor *c, int plan, char const *list, int argc, sqlite3_value **argv) {
        return guarded([&] { return filter(cursor_of(c), plan, list, argc, argv); });
    };
    m.xNext = [](sqlite3_vtab_cursor *c) { return guarded([&] { return next_row(cursor_of(c)); }); };
    m.xEof = [](sqlite3_vtab_cursor *c) { return cursor_of(c).eof ? 1 : 0; };
    m.xColumn = [](sqlite3_vtab_cursor *c, sqlite3_context *context, int i) {
        return guarded([&] { return column(cursor_of(c), context, i); });
    };
    m.xRowid = [](sqlite3_vtab_cursor *c, sqlite3_int64 *out) {
        *out = static_cast<sqlite3_int64>(cursor_of(c).rows.rowid());
        return SQLITE_OK;
    };
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
        [[maybe_unused]] int const rc = sqlite3_create_module_v2(m_db->handle(), t->name.c_str(), nullptr, nullptr, nullptr);
        assert(rc == SQLITE_OK && "a statement outlives its input");
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
