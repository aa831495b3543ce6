#include "engine/export/export.hpp"

#include "engine/base/kill_point.hpp"
#include "engine/export/outbox.hpp"
#include "engine/layout/writer.hpp"

#include <fmt/format.h>
#include <xxhash.h>

#include <optional>

namespace atom {

namespace {

Value value_of(Statement const &row, int i)
{
    if (row.is_real(i)) {
        throw WriteError(fmt::format("column {} is {}, a floating number; decimals are whole numbers in units of their scale",
                                     row.column_name(i), row.text(i)));
    }
    return row.is_null(i) ? Value{} : row.is_text(i) ? Value::of(row.view(i)) : Value::of(row.integer(i));
}

class Exporter
{
public:
    Exporter(ExportSetting const &setting, Export const &x, bool only_removals)
        : m_set(setting), m_db(setting.db), m_export(x), m_only_removals(only_removals)
    {}

    ExportResult run(bool full)
    {
        Transaction transaction(m_db);
        load_state();
        m_full = full || !m_started;
        make_folder(m_set.workspace.spool / "out");
        write_rows();
        kill_point("after-export-rows");
        write_removed();
        kill_point("after-export-removals");
        auto result = release();
        kill_point("before-export-commit");
        transaction.commit();
        kill_point("after-export-commit");
        return result;
    }

private:
    void load_state()
    {
        m_db.prepare("insert into atom_export(name) values(?1) on conflict do nothing").bind(1, m_export.name).run();
        auto s = m_db.prepare("select id, seq_day, seq, started from atom_export where name = ?1");
        s.bind(1, m_export.name);
        s.step();
        m_id = s.integer(0);
        m_started = s.integer(3) != 0;
        m_seq = s.text(1) == iso_day(m_set.clock.today()) ? s.integer(2) : 0;
    }

    /// One path a kind, fixed before the sequence moves on.
    std::filesystem::path const &spool_path(char const *kind)
    {
        return m_paths[kind] =
                   m_set.workspace.spool / "out" / fmt::format("{}-{}-{}-{}", m_export.name, iso_day(m_set.clock.today()), m_seq + 1, kind);
    }

    /// The full or the delta: every row, or those that are new or changed; and which keys are still there.
    void write_rows()
    {
        std::string keys;
        for (auto const &k : m_export.key) {
            keys += fmt::format("{}q.{}", keys.empty() ? "" : ", ", sql_name(k));
        }
        auto query = m_db.prepare_guarded(fmt::format("select json_array({}), q.* from ({}) as q", keys, m_export.query), {true, {}, {}});
        auto const compared = compared_columns(query);
        auto const columns = layout_columns(query, *m_export.layout);
        auto known = m_db.prepare("select id, hash from atom_delivered where export = ?1 and key = ?2");
        auto remember = m_db.prepare("insert into atom_delivered(export, key, hash) values(?1, ?2, ?3)");
        auto renew = m_db.prepare("update atom_delivered set hash = ?2 where id = ?1");
        while (query.step()) {
            auto const hash = hash_of(query, compared);
            known.bind(1, m_id).bind_view(2, query.view(0));
            bool const there = known.step();
            if (m_only_removals) {
                note_seen(there ? known.integer(0) : 0);
                known.reset();
                continue;
            }
            bool const same = there && known.integer(1) == hash;
            if (there) {
                note_seen(known.integer(0));
                if (!same) {
                    renew.bind(1, known.integer(0)).bind(2, hash).run();
                }
            } else {
                remember.bind(1, m_id).bind_view(2, query.view(0)).bind(3, hash).run();
                note_seen(m_db.last_rowid());
            }
            known.reset();
            if (m_full || !same) {
                write_row(m_rows, *m_export.layout, m_full ? "full" : "delta", query, columns);
            }
        }
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

    static std::int64_t hash_of(Statement const &query, std::vector<int> const &columns)
    {
        std::uint64_t h = 0;
        for (int const i : columns) {
            auto const text = query.view(i); // an integer's text is one to one with it; null and "" are told apart by the seed
            h = XXH3_64bits_withSeed(text.data(), text.size(), h + (query.is_null(i) ? 1 : 2));
        }
        return static_cast<std::int64_t>(h);
    }

    void note_seen(std::int64_t id)
    {
        auto const i = static_cast<std::size_t>(id);
        if (i >= m_seen.size()) {
            m_seen.resize(i + 1);
        }
        m_seen[i] = true;
    }

    void write_row(std::optional<RowWriter> &writer, Layout const &layout, char const *kind, Statement const &query,
                   std::vector<int> const &columns)
    {
        if (!writer) {
            writer.emplace(layout, spool_path(kind));
        }
        std::vector<Value> values;
        for (int const i : columns) {
            values.push_back(value_of(query, i));
        }
        writer->row(values);
    }

    /// Keys that the target holds and the query gives no more.
    void write_removed()
    {
        m_db.exec("drop table if exists temp.removidos; drop table if exists temp.atom_gone");
        m_db.exec("create temp table atom_gone(id integer primary key, key text)");
        auto known = m_db.prepare("select id, key from atom_delivered where export = ?1 order by id");
        auto gone = m_db.prepare("insert into temp.atom_gone(id, key) values(?1, ?2)");
        known.bind(1, m_id);
        std::uint64_t n = 0;
        while (known.step()) {
            auto const id = static_cast<std::size_t>(known.integer(0));
            if (id >= m_seen.size() || !m_seen[id]) {
                gone.bind(1, known.integer(0)).bind(2, known.view(1)).run();
                ++n;
            }
        }
        if (n > 0) {
            write_gone_keys(n);
            m_db.exec("delete from atom_delivered where id in (select id from temp.atom_gone)");
        }
        m_db.exec("drop table temp.atom_gone");
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
        m_db.exec(fmt::format("create temp table removidos as select {} from temp.atom_gone order by id", columns));
        {
            auto query = m_db.prepare_guarded(m_export.removed_query, {true, {}, {}});
            auto const wanted = layout_columns(query, *m_export.removed_layout);
            while (query.step()) {
                write_row(m_removed, *m_export.removed_layout, "removed", query, wanted);
            }
        }
        if (auto const rows = m_removed ? m_removed->rows() : 0; rows < n) {
            throw WriteError(
                fmt::format("{} keys are gone, but the query of [removed] gives {} rows: the target would keep the others", n, rows));
        }
        m_db.exec("drop table temp.removidos");
    }

    /// Gives the files their names, syncs them and puts them into the outbox: the removal first.
    ExportResult release()
    {
        ExportResult result{m_export.name, {}};
        release_file(m_removed, "removed", m_export.removed, result);
        auto const &name = m_full || m_export.delta.empty() ? m_export.full : m_export.delta;
        release_file(m_rows, m_full ? "full" : "delta", name, result);
        auto s = m_db.prepare("update atom_export set due = ?5, seq_day = ?2, seq = ?3, started = ?4 where id = ?1");
        s.bind(1, m_id).bind(2, iso_day(m_set.clock.today())).bind(3, m_seq).bind(4, m_started || m_rows ? 1 : 0).bind(5, m_only_removals ? 1 : 0).run();
        return result;
    }

    void release_file(std::optional<RowWriter> &writer, char const *kind, std::string const &pattern, ExportResult &result)
    {
        if (!writer) {
            return;
        }
        writer->commit();
        kill_point("after-export-file");
        OutboxRow row;
        row.kind = OutboxRow::Kind::deliver;
        row.folder = "target:" + m_export.target;
        row.local = m_paths[kind].string();
        row.name = expand_name(pattern, m_set.clock.local(), ++m_seq);
        row.staging = m_set.workspace.target(m_export.target)->staging;
        row.export_name = m_export.name;
        add_to_outbox(m_db, m_set.clock, row);
        result.files.push_back({kind, row.name, writer->rows()});
    }

    ExportSetting const &m_set;
    Database &m_db;
    Export const &m_export;
    bool m_only_removals;
    std::int64_t m_id = 0, m_seq = 0;
    bool m_started = false, m_full = false;
    std::vector<bool> m_seen; // by atom_delivered.id
    std::optional<RowWriter> m_rows, m_removed;
    std::map<std::string, std::filesystem::path> m_paths;
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
