#include "engine/store/line_hash.hpp"

#include "engine/store/database.hpp"

#include <fmt/format.h>
#include <xxhash.h>

#include <algorithm>
#include <cctype>
#include <set>

namespace atom {

namespace {

std::int64_t rule_id(Database &db, std::string const &job, std::string const &rule)
{
    db.prepare("insert into atom_rule(job, rule) values(?1, ?2) on conflict do nothing").bind(1, job).bind(2, rule).run();
    auto s = db.prepare("select id from atom_rule where job = ?1 and rule = ?2");
    s.bind(1, job).bind(2, rule);
    s.step();
    return s.integer(0);
}

/// SQLite counts each change of a schema, whoever makes it. A migration need not change it.
std::string schema_state(Database &db)
{
    auto const migrations =
        db.text("select group_concat(name || sha256) from (select name, sha256 from atom_migration order by name)").value_or("");
    return fmt::format("{} {}", db.integer("pragma schema_version"), XXH3_64bits(migrations.data(), migrations.size()));
}

/// Bytes of the line, 0-based: the runs that the fields of a fixed record cover.
std::vector<std::pair<std::size_t, std::size_t>> runs_of(Record const &record, std::vector<int> const &fields)
{
    std::vector<std::pair<std::size_t, std::size_t>> runs; // begin, end
    for (int const i : fields) {
        auto const &f = record.fields[static_cast<std::size_t>(i)];
        runs.emplace_back(f.at, f.at + f.len);
    }
    std::sort(runs.begin(), runs.end());
    std::vector<std::pair<std::size_t, std::size_t>> merged;
    for (auto const &r : runs) {
        if (!merged.empty() && r.first <= merged.back().second) {
            merged.back().second = std::max(merged.back().second, r.second);
        } else {
            merged.push_back(r);
        }
    }
    return merged;
}

class RowHasher
{
public:
    RowHasher(Relation const &relation, std::vector<int> const &fields, std::uint64_t salt)
        : m_input(relation.input()), m_fields(fields), m_salt(salt), m_cells(m_input, relation.record())
    {
        if (m_input.layout().format == Format::fixed) {
            m_runs = runs_of(m_input.record(relation.record()), fields);
        }
    }

    std::uint64_t operator()(Row const &row)
    {
        std::uint64_t h = m_salt;
        if (m_input.layout().format == Format::fixed) {
            for (auto const &[begin, end] : m_runs) {
                auto const bytes = begin < row.bytes.size() ? row.bytes.substr(begin, end - begin) : std::string_view{};
                h = XXH3_64bits_withSeed(bytes.data(), bytes.size(), h);
            }
            return h;
        }
        m_cells.set(row);
        for (int const f : m_fields) {
            auto const bytes = m_cells.raw(f);
            h = XXH3_64bits_withSeed(bytes.data(), bytes.size(), h);
        }
        return h;
    }

private:
    Input const &m_input;
    std::vector<int> const &m_fields;
    std::uint64_t m_salt;
    RowFields m_cells;
    std::vector<std::pair<std::size_t, std::size_t>> m_runs;
};

std::string text_of(Value const &v) { return v.kind == Value::Kind::text ? std::string(v.text) : std::to_string(v.integer); }

/// The key's values as one text; lengths keep "ab","c" apart from "a","bc".
std::string_view key_text(std::vector<std::string> const &values, std::string &buffer)
{
    if (values.size() == 1) {
        return values.front();
    }
    buffer.clear();
    for (auto const &text : values) {
        buffer += std::to_string(text.size());
        buffer += ':';
        buffer += text;
    }
    return buffer;
}

/// The same of a row of the table, for a trigger: in SQL that every program has.
std::string key_text_sql(std::vector<std::string> const &key, char const *row)
{
    auto const text = [&](std::string const &column) { return fmt::format("cast({}.{} as text)", row, sql_name(column)); };
    if (key.size() == 1) {
        return text(key.front());
    }
    std::string out;
    for (auto const &k : key) {
        out += fmt::format("{}length(cast({} as blob)) || ':' || {}", out.empty() ? "" : " || ", text(k), text(k));
    }
    return out;
}

/// The columns of other keys than this one: by `replace`, a row that has the same there gives way without a trigger being told.
std::vector<std::string> other_keys(TableInfo const &table, std::vector<std::string> const &key)
{
    std::vector<std::string> out;
    for (auto const &unique : table.unique) {
        if (std::set<std::string>(unique.begin(), unique.end()) != std::set<std::string>(key.begin(), key.end())) {
            out.insert(out.end(), unique.begin(), unique.end());
        }
    }
    return out;
}

/// A type's affinity, as far as it matters here (sqlite.org/datatype3.html).
enum class Keeps
{
    texts,
    integers,
    neither
};

Keeps kept_by(std::string type)
{
    std::transform(type.begin(), type.end(), type.begin(), [](unsigned char c) { return std::toupper(c); });
    auto const has = [&](char const *word) { return type.find(word) != std::string::npos; };
    if (has("INT")) {
        return Keeps::integers;
    }
    if (has("CHAR") || has("CLOB") || has("TEXT")) {
        return Keeps::texts;
    }
    bool const is_other = type.empty() || has("BLOB") || has("REAL") || has("FLOA") || has("DOUB");
    return is_other ? Keeps::neither : Keeps::integers;
}

bool compares_bytes(Database &db, std::string const &table)
{
    auto s = db.prepare("select not exists (select 1 from pragma_index_list(?1) i, pragma_index_xinfo(i.name) c "
                        "where i.\"unique\" = 1 and c.key = 1 and c.coll <> 'BINARY')");
    s.bind(1, table);
    return s.step() && s.integer(0) == 1;
}

bool has_temporary_triggers(Database &db, std::string const &table)
{
    auto s = db.prepare("select exists (select 1 from sqlite_temp_schema where type = 'trigger' and tbl_name = ?1 collate nocase)");
    s.bind(1, table);
    return s.step() && s.integer(0) == 1;
}

} // namespace

std::int64_t hash_epoch(Database &db)
{
    db.prepare("insert into atom_schema(id, state, epoch) values(1, ?1, 1) on conflict do update set state = excluded.state, "
               "epoch = epoch + 1 where state <> excluded.state")
        .bind(1, schema_state(db))
        .run();
    return db.integer("select epoch from atom_schema");
}

void note_own_schema(Database &db) { db.prepare("update atom_schema set state = ?1 where state <> ?1").bind(1, schema_state(db)).run(); }

LineHashes::LineHashes(Database &db, std::int64_t rule, TableInfo const &table, std::vector<std::string> key)
    : m_db(&db), m_rule(rule), m_key(std::move(key))
{
    for (auto const &k : m_key) {
        m_keeps_text.push_back(kept_by(table.types[static_cast<std::size_t>(table.column_index(k))]) == Keeps::texts);
    }
    auto const old_key = key_text_sql(m_key, "old");
    auto const new_key = key_text_sql(m_key, "new");
    auto const add = [&](char const *name, std::string const &when, std::string const &which) {
        auto const full = fmt::format("atom_hash_{}_{}", rule, name);
        m_triggers.push_back({full, fmt::format("CREATE TRIGGER {} after {} on {} when not exists (select 1 from atom_rule_at_work "
                                                "where rule = {}) begin delete from atom_hash where rule = {}{}; end",
                                                full, when, sql_name(table.name), rule, rule, which)});
    };
    auto const others = other_keys(table, m_key);
    bool const may_replace = !others.empty() || table.has_partly_unique;
    add("delete", "delete", fmt::format(" and key = {}", old_key));
    add("insert", "insert", may_replace ? "" : fmt::format(" and key = {}", new_key));
    add("update", "update", table.has_partly_unique ? "" : fmt::format(" and key in ({}, {})", old_key, new_key));
    if (!others.empty()) {
        std::string columns;
        for (auto const &c : others) {
            columns += (columns.empty() ? "" : ", ") + sql_name(c);
        }
        add("replace", "update of " + columns, "");
    }
    m_guarded = has_triggers();
    if (!m_guarded) {
        m_db->prepare("delete from atom_hash where rule = ?1").bind(1, m_rule).run();
    }
}

std::optional<LineHashes> LineHashes::of(Database &db, std::string const &job, std::string const &rule, TableInfo const &table,
                                         std::vector<std::string> const &key)
{
    bool const plain = std::none_of(key.begin(), key.end(), [&](auto const &k) {
        return kept_by(table.types[static_cast<std::size_t>(table.column_index(k))]) == Keeps::neither;
    });
    if (!plain || table.has_triggers || has_temporary_triggers(db, table.name) || !compares_bytes(db, table.name)) {
        return std::nullopt;
    }
    return LineHashes(db, rule_id(db, job, rule), table, key);
}

bool LineHashes::has_triggers() const
{
    return std::all_of(m_triggers.begin(), m_triggers.end(), [&](Trigger const &t) {
        auto s = m_db->prepare("select sql from sqlite_schema where type = 'trigger' and name = ?1");
        s.bind(1, t.name);
        return s.step() && s.view(0) == t.sql;
    });
}

void LineHashes::begin_writing()
{
    if (m_guarded) {
        m_db->prepare("insert into atom_rule_at_work(rule) values(?1)").bind(1, m_rule).run();
    }
}

/// Where the triggers are missing they are made now: what a first load writes need not pass them.
void LineHashes::end_writing()
{
    if (m_guarded) {
        m_db->prepare("delete from atom_rule_at_work where rule = ?1").bind(1, m_rule).run();
        return;
    }
    for (auto const &t : m_triggers) {
        m_db->exec(fmt::format("drop trigger if exists {}; {}", t.name, t.sql));
    }
    m_guarded = true;
}

/// A value that the column would keep as another (a text as a number) is found by no trigger.
bool LineHashes::keeps_as_it_comes(std::size_t part, Value const &value) const noexcept
{
    return m_keeps_text[part] || value.kind == Value::Kind::integer;
}

Bitmap LineHashes::changed_lines(Relation const &relation, std::vector<int> const &fields, std::int64_t epoch)
{
    auto const &input = relation.input();
    auto const seal = fmt::format("{} {} {} {} {}", input.layout().fingerprint, static_cast<int>(input.encoding()), k_reader_version, epoch,
                                  fmt::join(m_key, ","));
    auto const sources = input.record(relation.record()).sources_of(fields);
    RowHasher hash(relation, sources, XXH3_64bits(seal.data(), seal.size()));
    std::vector<int> columns;
    for (auto const &k : m_key) {
        columns.push_back(relation.column_index(k));
    }
    auto known = m_db->prepare("select 1 from atom_hash where rule = ?1 and key = ?2 and hash = ?3");
    auto remember =
        m_db->prepare("insert into atom_hash(rule, key, hash) values(?1, ?2, ?3) on conflict do update set hash = excluded.hash");
    known.bind(1, m_rule);
    remember.bind(1, m_rule);
    bool const knows_any = m_db->integer(fmt::format("select exists (select 1 from atom_hash where rule = {})", m_rule)) == 1;
    Bitmap changed;
    RelationCursor cursor(relation);
    std::string scratch, buffer;
    std::vector<std::string> values(columns.size());
    while (cursor.next()) {
        bool is_kept = true;
        for (std::size_t i = 0; i < columns.size(); ++i) {
            auto const value = cursor.value(columns[i], scratch);
            is_kept = is_kept && keeps_as_it_comes(i, value);
            values[i] = text_of(value);
        }
        auto const key_of_row = key_text(values, buffer);
        auto const hash_of_row = static_cast<std::int64_t>(hash(cursor.row()));
        bool const same = is_kept && knows_any && known.bind_view(2, key_of_row).bind(3, hash_of_row).step();
        known.reset();
        if (same) { // a key of the day before is most often the same
            continue;
        }
        changed.set(cursor.row().linha);
        if (is_kept) {
            remember.bind_view(2, key_of_row).bind(3, hash_of_row).run();
        }
    }
    return changed;
}

} // namespace atom
