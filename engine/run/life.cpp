#include "engine/run/life.hpp"

#include "engine/base/language.hpp"
#include "engine/base/text.hpp"
#include "engine/job/waiting.hpp"
#include "engine/store/schema.hpp"

#include <fmt/format.h>

#include <tuple>

namespace atom {

namespace {

std::string text_of(SqlValue const &v)
{
    if (auto const *const n = std::get_if<std::int64_t>(&v)) {
        return std::to_string(*n);
    }
    auto const *const s = std::get_if<std::string>(&v);
    return s != nullptr ? *s : "";
}

/// The rule of a file's job that writes this table, if there is only one.
std::string only_writer(Workspace const &workspace, std::string const &job_name, std::string const &table)
{
    auto const *const job = workspace.job(job_name);
    std::string found;
    for (auto const &r : job != nullptr ? job->rules : std::vector<Rule>{}) {
        bool const tells_lines = r.verb == Verb::reject || r.verb == Verb::warn || r.verb == Verb::hold;
        if (r.verb == Verb::sql ? r.text.find(table) != std::string::npos : !tells_lines && r.text == table) {
            if (!found.empty()) {
                return {};
            }
            found = r.name;
        }
    }
    return found;
}

class LifeReader
{
public:
    LifeReader(Database &db, Workspace const &workspace, Clock const &clock, SubjectKey const &who)
        : m_db(db), m_ledger(db), m_workspace(workspace), m_clock(clock), m_who(who), m_subject(*who.subject)
    {}

    std::vector<LifeEvent> read()
    {
        auto tables = m_subject.history;
        if (std::find(tables.begin(), tables.end(), m_subject.table) == tables.end()) {
            tables.push_back(m_subject.table);
        }
        for (auto const &t : tables) {
            read_table(t);
        }
        read_rejects();
        for (auto const &x : m_workspace.exports) {
            if (x.key == std::vector<std::string>{m_subject.key}) {
                read_outputs(x);
            }
        }
        std::stable_sort(m_events.begin(), m_events.end(), [](Placed const &a, Placed const &b) { return a.place < b.place; });
        std::vector<LifeEvent> out;
        for (auto &e : m_events) {
            out.push_back(std::move(e.event));
        }
        read_now(out);
        return out;
    }

private:
    /// By time; at the same time files before outputs, files in their order of work, their lines in order.
    using Place = std::tuple<std::string, int, std::string, std::int64_t, std::string, std::int64_t, std::int64_t>;
    struct Placed
    {
        Place place;
        LifeEvent event;
    };

    void add_of_file(LifeEvent event)
    {
        auto const file = file_of(event.arquivo_id);
        event.at = file.ended_at;
        event.arquivo = file.file;
        event.job = file.job;
        event.data = file.data;
        auto const *const job = m_workspace.job(file.job);
        Place place{file.ended_at, 0, file.data, job != nullptr ? job->order : 0, file.hora, file.id, event.linha};
        m_events.push_back({std::move(place), std::move(event)});
    }

    FileRow const &file_of(std::int64_t id)
    {
        auto const [it, fresh] = m_files.try_emplace(id);
        if (fresh) {
            it->second = m_ledger.find(id).value_or(FileRow{});
        }
        return it->second;
    }

    void read_table(std::string const &name)
    {
        auto const table = table_info(m_db, name);
        if (!table || !table->has(m_subject.key) || !table->has("arquivo_id")) {
            return; // atom check tells
        }
        auto s = m_db.prepare(fmt::format("select * from {} where {} = ?1", sql_name(name), sql_name(m_subject.key)));
        s.bind(1, m_who.key);
        while (s.step()) {
            LifeEvent e;
            e.event = "written";
            e.table = name;
            for (int i = 0; i < s.columns(); ++i) {
                auto const column = s.column_name(i);
                if (column == "arquivo_id") {
                    e.arquivo_id = s.integer(i);
                } else if (column == "linha") {
                    e.linha = s.integer(i);
                } else if (column == "regra") {
                    e.regra = s.text(i);
                } else if (column != m_subject.key && !s.is_null(i)) {
                    e.values.emplace_back(column, s.value(i));
                }
            }
            if (e.regra.empty() && !table->has("regra")) {
                e.regra = only_writer(m_workspace, file_of(e.arquivo_id).job, name);
            }
            add_of_file(std::move(e));
        }
    }

    void read_rejects()
    {
        auto s = m_db.prepare("select file_id, linha, campo, codigo, mensagem, valor, warning from atom_reject where chave = ?1 order by "
                              "file_id, linha, coluna, seq");
        s.bind(1, m_subject.mark(text_of(m_who.key)));
        while (s.step()) {
            LifeEvent e;
            e.arquivo_id = s.integer(0);
            e.linha = s.integer(1);
            e.campo = s.text(2);
            e.codigo = s.text(3);
            e.mensagem = s.text(4);
            e.valor = s.text(5);
            e.event = s.integer(6) != 0 ? "warned" : "rejected";
            e.regra = rule_with_code(file_of(e.arquivo_id).job, e.codigo);
            add_of_file(std::move(e));
        }
    }

    std::string rule_with_code(std::string const &job_name, std::string const &code) const
    {
        auto const *const job = m_workspace.job(job_name);
        std::string found;
        for (auto const &r : job != nullptr ? job->rules : std::vector<Rule>{}) {
            if ((r.verb == Verb::reject || r.verb == Verb::warn) && r.code == code) {
                if (!found.empty()) {
                    return {};
                }
                found = r.name;
            }
        }
        return found;
    }

    void read_outputs(Export const &x)
    {
        auto s = m_db.prepare(
            "select o.id, o.at, o.kind, o.name, d.linha, exists (select 1 from atom_outbox b where b.export = x.name and b.name = o.name) "
            "from atom_export x join atom_delivered k on k.export = x.id and k.key = json_array(?2) "
            "join atom_output o on o.export = x.id join atom_delivery d on d.output = o.id and d.delivered = k.id "
            "where x.name = ?1 order by o.id");
        s.bind(1, x.name).bind(2, m_who.key);
        while (s.step()) {
            LifeEvent e;
            e.event = "sent";
            e.at = s.text(1);
            e.kind = s.text(2);
            e.arquivo = s.text(3);
            e.linha = s.integer(4);
            e.export_name = x.name;
            e.mensagem = s.integer(5) != 0 ? say("not delivered yet: it waits for target {}", x.target) : "";
            Place place{e.at, 1, "", 0, "", s.integer(0), 0};
            m_events.push_back({std::move(place), std::move(e)});
        }
    }

    /// What stands in the table, and for each export why it is out, or is not.
    void read_now(std::vector<LifeEvent> &out)
    {
        for (auto const &x : m_workspace.exports) {
            if (x.key != std::vector<std::string>{m_subject.key}) {
                continue;
            }
            LifeEvent e;
            e.event = "now";
            e.at = m_clock.local_text();
            e.export_name = x.name;
            e.mensagem = standing_in(x);
            e.values = pack_reason(x);
            out.push_back(std::move(e));
        }
        if (!m_who.in_table) {
            LifeEvent e;
            e.event = "now";
            e.at = m_clock.local_text();
            e.table = m_subject.table;
            e.mensagem = say("is not in {}", m_subject.table);
            out.push_back(std::move(e));
        }
    }

    bool is_given_by(Export const &x)
    {
        auto s =
            m_db.prepare_guarded(fmt::format("select 1 from ({}) as q where q.{} = ?1", x.query, sql_name(m_subject.key)), {true, {}, {}});
        s.bind(1, m_who.key);
        return s.step();
    }

    /// Why the query does not give the key, in the pack's own words: what [removed] would send of it, now.
    std::vector<std::pair<std::string, SqlValue>> pack_reason(Export const &x)
    {
        std::vector<std::pair<std::string, SqlValue>> out;
        if (x.removed_query.empty() || is_given_by(x)) {
            return out;
        }
        m_db.exec("drop table if exists temp.removidos");
        m_db.prepare(fmt::format("create temp table removidos as select ?1 as {}", sql_name(m_subject.key))).bind(1, m_who.key).run();
        {
            auto s = m_db.prepare_guarded(x.removed_query, {true, {}, {}});
            bool const is_known = s.step();
            for (int i = 0; is_known && i < s.columns(); ++i) {
                if (s.column_name(i) != m_subject.key && !s.is_null(i)) {
                    out.emplace_back(s.column_name(i), s.value(i));
                }
            }
        }
        m_db.exec("drop table temp.removidos");
        return out;
    }

    std::string standing_in(Export const &x)
    {
        auto s = m_db.prepare("select x.due, x.started, k.hash is not null from atom_export x left join atom_delivered k on k.export = "
                              "x.id and k.key = json_array(?2) where x.name = ?1");
        s.bind(1, x.name).bind(2, m_who.key);
        bool const known = s.step();
        bool const due = known && s.integer(0) != 0, started = known && s.integer(1) != 0, held = known && s.integer(2) != 0;
        bool const given = is_given_by(x);
        auto const when = waits_for(x, due, given);
        if (held) {
            return given ? std::string(tr("the target has it"))
                         : say("the target has it still, but the query gives it no more: its removal {}", when);
        }
        if (!given) {
            return std::string(tr(started ? "the target does not have it: the query does not give it"
                                          : "nothing was sent yet, and the query does not give it"));
        }
        return say("the target does not have it, though the query gives it: it {}", when);
    }

    /// "goes out …": when what is new would.
    std::string waits_for(Export const &x, bool due, bool is_new)
    {
        if (m_workspace.target(x.target) == nullptr) {
            return say("waits: target {} is not configured", x.target);
        }
        auto const holders = is_new ? m_ledger.find_holders(jobs_that_hold(m_workspace, x), x.name) : std::vector<FileRow>{};
        if (!holders.empty()) {
            auto const &holder = holders.front();
            return say("waits: only removals leave while {} is {} ({})", printable(holder.file), std::string(tr(holder.status)),
                       holder.reason);
        }
        return std::string(tr(due ? "goes out with the next poll"
                                  : "goes out when one of the jobs that make the export due changes something, or by atom export"));
    }

    Database &m_db;
    Ledger m_ledger;
    Workspace const &m_workspace;
    Clock const &m_clock;
    SubjectKey const &m_who;
    Subject const &m_subject;
    std::map<std::int64_t, FileRow> m_files;
    std::vector<Placed> m_events;
};

/// The keys of a subject whose `find` columns have what was typed.
void find_in_table(Database &db, Subject const &subject, std::string const &typed, std::vector<SubjectKey> &out)
{
    std::string where;
    for (auto const &column : subject.find) { // a column's type decides how a text is compared with it, and an index serves
        where += fmt::format("{}{} in (?1, ltrim(?1, '0'), documento(?1))", where.empty() ? "" : " or ", sql_name(column));
    }
    auto s = db.prepare(
        fmt::format("select distinct {0} from {1} where {2} order by {0}", sql_name(subject.key), sql_name(subject.table), where));
    s.bind(1, typed);
    while (s.step()) {
        out.push_back({&subject, s.value(0), true});
    }
}

bool is_known_elsewhere(Database &db, Subject const &subject, std::string const &key)
{
    auto s = db.prepare("select 1 from atom_reject where chave = ?1 limit 1");
    s.bind(1, subject.mark(key));
    if (s.step()) {
        return true;
    }
    return std::any_of(subject.history.begin(), subject.history.end(), [&](std::string const &table) {
        auto h = db.prepare(fmt::format("select 1 from {} where {} = ?1 limit 1", sql_name(table), sql_name(subject.key)));
        h.bind(1, key);
        return h.step();
    });
}

} // namespace

std::vector<SubjectKey> find_subjects(Database &db, Workspace const &workspace, std::string const &typed)
{
    std::vector<SubjectKey> out;
    for (auto const &subject : workspace.subjects) {
        auto const before = out.size();
        find_in_table(db, subject, typed, out);
        std::string const bare(strip_zeros(typed));
        for (auto const &key : std::set<std::string>{typed, bare}) {
            if (out.size() == before && !key.empty() && is_known_elsewhere(db, subject, key)) {
                out.push_back({&subject, key, false});
            }
        }
    }
    return out;
}

std::vector<LifeEvent> life_of(Database &db, Workspace const &workspace, Clock const &clock, SubjectKey const &who)
{
    return LifeReader(db, workspace, clock, who).read();
}

} // namespace atom
