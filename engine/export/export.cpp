#include "engine/export/export.hpp"

#include "engine/base/kill_point.hpp"
#include "engine/base/text.hpp"
#include "engine/export/delivered.hpp"
#include "engine/export/outbox.hpp"
#include "engine/export/watch.hpp"
#include "engine/layout/writer.hpp"

#include <fmt/format.h>
#include <xxhash.h>

#include <array>
#include <charconv>
#include <optional>

namespace atom {

namespace {

Value value_of(SqlCell const &cell, Statement const &row, int i)
{
    switch (cell.kind) {
    case SqlCell::Kind::none: return {};
    case SqlCell::Kind::integer: return Value::of(cell.integer);
    case SqlCell::Kind::real:
        throw WriteError(fmt::format("column {} is {}, a floating number; decimals are whole numbers in units of their scale",
                                     row.column_name(i), cell.text));
    default: return Value::of(cell.text);
    }
}

constexpr std::size_t k_examples = 10; // keys told of each output

class Exporter
{
public:
    Exporter(ExportSetting const &setting, Export const &x, bool only_removals)
        : m_set(setting), m_db(setting.db), m_export(x), m_only_removals(only_removals), m_now(setting.clock.local())
    {}

    ExportResult run(bool full)
    {
        Transaction transaction(m_db);
        load_state();
        m_full = full || !m_started;
        m_touched_only = m_touched_only && !m_full;
        if (m_touched_only) {
            list_touched();
        }
        make_folder(m_set.workspace.spool / "out");
        write_rows();
        kill_point("after-export-rows");
        write_removed();
        kill_point("after-export-removals");
        auto result = release();
        end_watching();
        kill_point("before-export-commit");
        transaction.commit();
        kill_point("after-export-commit");
        return result;
    }

private:
    void load_state()
    {
        m_db.prepare("insert into atom_export(name) values(?1) on conflict do nothing").bind(1, m_export.name).run();
        auto s = m_db.prepare("select id, started, compared from atom_export where name = ?1");
        s.bind(1, m_export.name);
        s.step();
        m_id = s.integer(0);
        m_started = s.integer(1) != 0;
        m_fingerprint = watch_fingerprint(m_db, m_export);
        m_touched_only = !m_export.watch.empty() && !s.is_null(2) && s.integer(2) == m_fingerprint;
        m_delivered.emplace(m_db, m_id);
        m_seq = m_delivered->outputs_of(today());
    }

    std::string today() const { return iso_day(day_of(m_now)); }

    /// temp.atom_asked(key, k0, k1, …): the touched keys, as the query's rows will be named, and their values.
    void list_touched()
    {
        std::string values, keys;
        for (std::size_t i = 0; i < m_export.key.size(); ++i) {
            auto const value = fmt::format("json_extract(key, '$[{}]')", i);
            values += fmt::format(", {} as k{}", value, i);
            keys += (i > 0 ? ", " : "") + value;
        }
        m_db.exec("drop table if exists temp.atom_asked");
        m_db.exec(fmt::format("create temp table atom_asked as select json_array({}) as key{} from atom_touched where export = {}", keys,
                              values, m_id));
    }

    /// What was touched is asked; and what is compared from now on is compared to this.
    void end_watching()
    {
        m_db.exec("drop table if exists temp.atom_asked");
        if (m_export.watch.empty() || m_only_removals) { // what was kept back is asked again
            return;
        }
        m_db.prepare("delete from atom_touched where export = ?1").bind(1, m_id).run();
        m_db.prepare("update atom_export set compared = ?2 where id = ?1 and compared is not ?2")
            .bind(1, m_id)
            .bind(2, m_fingerprint)
            .run();
    }

    /// One file that is being written.
    struct Output
    {
        Output(char const *kind_of_file, Layout const &l, std::filesystem::path const &in_spool, std::int64_t output_id)
            : kind(kind_of_file), layout(l), path(in_spool), id(output_id), writer(l, in_spool)
        {}
        std::string kind;
        Layout const &layout;
        std::filesystem::path path; // fixed before the sequence moves on
        std::int64_t id;
        RowWriter writer;
        std::vector<std::vector<std::string>> examples;
    };

    Output &output(std::optional<Output> &out, Layout const &layout, char const *kind)
    {
        if (!out) {
            auto path = m_set.workspace.spool / "out" / fmt::format("{}-{}-{}-{}", m_export.name, today(), m_seq + 1, kind);
            out.emplace(kind, layout, path, m_delivered->begin_output(kind));
        }
        return *out;
    }

    /// "json_array(q.key…)"
    std::string key_json() const
    {
        std::string keys;
        for (auto const &k : m_export.key) {
            keys += fmt::format("{}q.{}", keys.empty() ? "" : ", ", sql_name(k));
        }
        return fmt::format("json_array({})", keys);
    }

    /// The key in front of all that a query gives, as its first column.
    std::string with_key(std::string const &query) const { return fmt::format("select {}, q.* from ({}) as q", key_json(), query); }

    /// The rows that may have changed: all, or those of the touched keys, sought one by one.
    std::string rows_sql() const
    {
        if (!m_touched_only) {
            return with_key(m_export.query);
        }
        std::string matches;
        for (std::size_t i = 0; i < m_export.key.size(); ++i) {
            matches += fmt::format("{}q.{} = a.k{}", i > 0 ? " and " : "", sql_name(m_export.key[i]), i);
        }
        return fmt::format("select {}, q.* from temp.atom_asked a cross join ({}) as q on {}", key_json(), m_export.query, matches);
    }

    /// The full or the delta: every row, or those that are new or changed; and which keys are still there.
    void write_rows()
    {
        auto query = m_db.prepare_guarded(rows_sql(), {true, {}, {}});
        auto const compared = compared_columns(query);
        auto const columns = layout_columns(query, *m_export.layout);
        while (query.step()) {
            auto const known = m_delivered->find(query.view(0));
            if (m_only_removals) {
                m_delivered->note_seen(known.id);
                continue;
            }
            read_cells(query);
            auto const hash = hash_of(compared);
            auto const held = m_delivered->hold(known, query.view(0), hash);
            bool const is_first = m_delivered->note_seen(held.id);
            if (!is_first && held.changed) {
                throw WriteError(
                    fmt::format("the query gives the key {} twice, with different rows; each key must be one row", shown_key(query)));
            }
            if (is_first && (m_full || held.changed)) {
                write_row(output(m_rows, *m_export.layout, m_full ? "full" : "delta"), query, columns, held.id);
            }
        }
    }

    /// For the log: what is personal in it is masked.
    std::string shown_key(Statement const &query) const
    {
        auto const &record = m_export.layout->records.front();
        std::string out;
        for (int i = 1; i < query.columns(); ++i) {
            auto const name = query.column_name(i);
            if (std::find(m_export.key.begin(), m_export.key.end(), name) != m_export.key.end()) {
                int const f = record.field_index(name);
                bool const is_sensitive = f >= 0 && record.fields[static_cast<std::size_t>(f)].sensitive;
                out += fmt::format("{}{} = {}", out.empty() ? "" : ", ", name, is_sensitive ? masked(query.view(i)) : query.text(i));
            }
        }
        return out;
    }

    /// Columns of `select json_array(key), q.*` that count as a change.
    std::vector<int> compared_columns(Statement const &query) const
    {
        auto const in = [](std::vector<std::string> const &list, std::string const &name) {
            return std::find(list.begin(), list.end(), name) != list.end();
        };
        std::vector<int> out;
        for (int i = 1; i < query.columns(); ++i) {
            auto const name = query.column_name(i);
            if (m_export.compare.empty() ? !in(m_export.ignore, name) : in(m_export.compare, name)) {
                out.push_back(i);
            }
        }
        return out;
    }

    static std::vector<int> layout_columns(Statement const &query, Layout const &layout)
    {
        std::map<std::string, int> by_name;
        for (int i = query.columns() - 1; i >= 0; --i) {
            by_name[query.column_name(i)] = i;
        }
        std::vector<int> out;
        for (auto const &f : layout.records.front().fields) {
            auto const it = by_name.find(f.name);
            if (it == by_name.end()) {
                throw WriteError(fmt::format("the query has no column {} for layout {}", f.name, layout.name));
            }
            out.push_back(it->second);
        }
        return out;
    }

    /// The row of the query, each cell once.
    void read_cells(Statement const &query)
    {
        m_cells.clear();
        int const columns = query.columns();
        for (int i = 0; i < columns; ++i) {
            m_cells.push_back(query.cell(i));
        }
    }

    std::int64_t hash_of(std::vector<int> const &columns) const
    {
        std::uint64_t h = 0;
        for (int const i : columns) {
            auto const &cell = m_cells[static_cast<std::size_t>(i)];
            std::array<char, 24> digits; // an integer's text is one to one with it; null and "" are told apart by the seed
            auto text = cell.text;
            if (cell.kind == SqlCell::Kind::integer) {
                auto const end = std::to_chars(digits.data(), digits.data() + digits.size(), cell.integer).ptr;
                text = {digits.data(), static_cast<std::size_t>(end - digits.data())};
            }
            h = XXH3_64bits_withSeed(text.data(), text.size(), h + (cell.kind == SqlCell::Kind::none ? 1 : 2));
        }
        return static_cast<std::int64_t>(h);
    }

    std::vector<std::string> key_values(std::string_view key)
    {
        std::vector<std::string> out;
        auto s = m_db.prepare("select value from json_each(?1)");
        s.bind(1, key);
        while (s.step()) {
            out.push_back(s.text(0));
        }
        return out;
    }

    /// The row of read_cells().
    void write_row(Output &out, Statement const &query, std::vector<int> const &columns, std::int64_t id)
    {
        m_values.clear();
        for (int const i : columns) {
            m_values.push_back(value_of(m_cells[static_cast<std::size_t>(i)], query, i));
        }
        out.writer.row(m_values);
        if (id != 0) {
            m_delivered->note_line(out.id, id, out.writer.rows() + (out.layout.header && out.layout.format == Format::csv ? 1 : 0));
        }
        if (out.examples.size() < k_examples) {
            out.examples.push_back(key_values(query.view(0)));
        }
    }

    /// Keys that the target holds and the query gives no more.
    void write_removed()
    {
        if (auto const n = m_delivered->find_gone(m_touched_only); n > 0) {
            write_gone_keys(n);
            m_delivered->drop_gone();
        }
        m_db.exec("drop table temp.atom_gone");
    }

    /// Where the query of [removed] names the key, each removal's line is known.
    std::string removed_sql()
    {
        auto const query = m_db.prepare_guarded(m_export.removed_query, {true, {}, {}});
        bool const has_key = std::all_of(m_export.key.begin(), m_export.key.end(), [&](std::string const &k) {
            bool found = false;
            for (int i = 0; i < query.columns(); ++i) {
                found = found || query.column_name(i) == k;
            }
            return found;
        });
        return has_key ? with_key(m_export.removed_query) : fmt::format("select null, q.* from ({}) as q", m_export.removed_query);
    }

    void write_gone_keys(std::uint64_t n)
    {
        if (!m_export.removed_layout) {
            return;
        }
        std::string columns;
        for (std::size_t i = 0; i < m_export.key.size(); ++i) {
            columns += fmt::format("{}json_extract(key, '$[{}]') as {}", columns.empty() ? "" : ", ", i, sql_name(m_export.key[i]));
        }
        m_db.exec("drop table if exists temp.removidos");
        m_db.exec(fmt::format("create temp table removidos as select {} from temp.atom_gone order by id", columns));
        {
            auto query = m_db.prepare_guarded(removed_sql(), {true, {}, {}});
            auto const wanted = layout_columns(query, *m_export.removed_layout);
            while (query.step()) {
                auto const id = query.is_null(0) ? 0 : m_delivered->find(query.view(0)).id;
                read_cells(query);
                write_row(output(m_removed, *m_export.removed_layout, "removed"), query, wanted, id);
            }
        }
        if (auto const rows = m_removed ? m_removed->writer.rows() : 0; rows < n) {
            throw WriteError(
                fmt::format("{} keys are gone, but the query of [removed] gives {} rows: the target would keep the others", n, rows));
        }
        m_db.exec("drop table temp.removidos");
    }

    /// Gives the files their names, syncs them and puts them into the outbox: the removal first.
    ExportResult release()
    {
        ExportResult result{m_export.name, {}};
        release_file(m_removed, m_export.removed, result);
        auto const &name = m_full || m_export.delta.empty() ? m_export.full : m_export.delta;
        release_file(m_rows, name, result);
        auto s = m_db.prepare("update atom_export set due = ?3, started = ?2 where id = ?1");
        s.bind(1, m_id).bind(2, m_started || m_rows ? 1 : 0).bind(3, m_only_removals ? 1 : 0).run();
        return result;
    }

    void release_file(std::optional<Output> &out, std::string const &pattern, ExportResult &result)
    {
        if (!out) {
            return;
        }
        out->writer.commit();
        kill_point("after-export-file");
        OutboxRow row;
        row.kind = OutboxRow::Kind::deliver;
        row.folder = "target:" + m_export.target;
        row.local = out->path.string();
        row.name = expand_name(pattern, m_now, ++m_seq);
        row.staging = m_set.workspace.target(m_export.target)->staging;
        row.export_name = m_export.name;
        add_to_outbox(m_db, m_set.clock, row);
        m_delivered->end_output(out->id, row.name, out->writer.rows(), iso_text(m_now, DateKind::datetime));
        result.files.push_back({out->kind, row.name, out->writer.rows(), std::move(out->examples)});
    }

    ExportSetting const &m_set;
    Database &m_db;
    Export const &m_export;
    bool m_only_removals;
    Civil m_now; // asked once: it may be midnight
    std::int64_t m_id = 0, m_seq = 0;
    bool m_started = false, m_full = false, m_touched_only = false;
    std::int64_t m_fingerprint = 0;
    std::optional<Delivered> m_delivered;
    std::optional<Output> m_rows, m_removed;
    std::vector<SqlCell> m_cells; // of the row at hand
    std::vector<Value> m_values;
};

} // namespace

ExportResult run_export(ExportSetting const &setting, Export const &x, bool full, bool only_removals)
{
    return Exporter(setting, x, only_removals).run(full);
}

std::vector<std::string> jobs_that_hold(Workspace const &workspace, Export const &x)
{
    std::vector<std::string> out;
    for (auto const &job : workspace.jobs) {
        if (std::find(job.holds.begin(), job.holds.end(), x.name) != job.holds.end()) {
            out.push_back(job.name);
        }
    }
    return out;
}

std::vector<std::string> make_due(Database &db, Workspace const &workspace, std::string const &job)
{
    std::vector<std::string> out;
    for (auto const &x : workspace.exports) {
        if (std::find(x.after.begin(), x.after.end(), job) != x.after.end()) {
            db.prepare("insert into atom_export(name, due) values(?1, 1) on conflict(name) do update set due = 1 where due <> 1")
                .bind(1, x.name)
                .run();
            out.push_back(x.name);
        }
    }
    return out;
}

std::vector<Export const *> due_exports(Database &db, Workspace const &workspace)
{
    std::vector<Export const *> out;
    for (auto const &x : workspace.exports) {
        auto s = db.prepare("select 1 from atom_export where name = ?1 and due = 1");
        s.bind(1, x.name);
        if (s.step() && workspace.target(x.target) != nullptr) {
            out.push_back(&x);
        }
    }
    return out;
}

} // namespace atom
