// Prepares all SQL of a workspace against the base's schema (declared in job/rules.hpp): what SQLite would refuse at night is told by day.

#include "engine/base/text.hpp"
#include "engine/job/attempt.hpp"
#include "engine/job/column_facts.hpp"
#include "engine/job/rules.hpp"
#include "engine/job/take.hpp"

#include <fmt/format.h>

#include <stdexcept>

namespace atom {

namespace {

/// Scales by table and column, with who said so: one column has one scale.
class Scales
{
public:
    explicit Scales(Faults &faults) : m_faults(faults) {}

    void note(std::string const &table, std::string const &column, int scale, SourcePos const &pos)
    {
        auto const [it, fresh] = m_scales.emplace(std::pair(table, column), std::pair(scale, pos));
        if (!fresh && it->second.first != scale) {
            m_faults.add(pos, fmt::format("column {}.{} would hold decimals of scale {} here and of scale {} from {}", table, column, scale,
                                          it->second.first, it->second.second.text()));
        }
    }
    int const *find(std::string const &table, std::string const &column) const
    {
        auto const it = m_scales.find(std::pair(table, column));
        return it == m_scales.end() ? nullptr : &it->second.first;
    }

private:
    Faults &m_faults;
    std::map<std::pair<std::string, std::string>, std::pair<int, SourcePos>> m_scales;
};

class SqlChecker
{
public:
    SqlChecker(Database &db, Workspace const &workspace, Faults &faults)
        : m_db(db), m_workspace(workspace), m_facts(workspace), m_faults(faults), m_scales(faults)
    {}

    void run()
    {
        for (auto const &job : m_workspace.jobs) {
            if (!job.take.empty()) {
                attempt(m_faults, job.pos, job.name, [&] { check_job(job, take_layout(m_db, job.take)); });
                continue;
            }
            for (auto const &layout : job.endpoint ? std::vector<std::shared_ptr<Layout const>>{} : job.layouts()) {
                check_job(job, layout);
            }
        }
        for (auto const &send : m_workspace.sends) {
            check_send(send);
        }
        for (auto const &x : m_workspace.exports) {
            check_export(x);
        }
        for (auto const &s : m_workspace.subjects) {
            check_subject(m_db, s, m_faults);
        }
    }

    /// The endpoints, on the online base.
    void run_online()
    {
        for (auto const &job : m_workspace.jobs) {
            if (job.endpoint && job.endpoint->layout) {
                check_job(job, job.endpoint->layout);
                check_answers(job);
            }
        }
    }

private:
    void check_answers(Job const &job)
    {
        auto const input = empty_input(job.endpoint->layout);
        InputTables const tables(m_db, input);
        auto const parameters = endpoint_parameters(job, "", "", "");
        attempt(m_faults, job.endpoint->answer_pos, "answer", [&] {
            bool sensitive = false;
            m_db.prepare_guarded(job.endpoint->answer, {true, answers_sensitive(m_facts, *job.endpoint, sensitive), {}}).bind(parameters);
            if (sensitive && job.endpoint->subject.empty()) {
                m_faults.add_new(job.endpoint->answer_pos, "answer: it may show personal data without a trail; subject = \"select KEY …\" "
                                                           "says whose, \"select null\" that it is nobody's");
            }
        });
        if (!job.endpoint->subject.empty()) {
            attempt(m_faults, job.endpoint->subject_pos, "subject", [&] {
                m_db.prepare_guarded(job.endpoint->subject, {true, {}, {}}).bind(parameters);
            });
        }
        for (auto const &rule : job.rules) {
            if (job.endpoint->method == "GET" && rule.verb != Verb::reject && rule.verb != Verb::warn) {
                m_faults.add(rule.pos, fmt::format("{}: a GET only reads; allowed: reject, warn", rule.name));
            }
        }
    }

    void check_job(Job const &job, std::shared_ptr<Layout const> const &layout)
    {
        auto const input = empty_input(layout);
        InputTables tables(m_db, input);
        RulePlanner planner(m_db, tables, input);
        Captures captures;
        for (auto const &f : job.files) {
            for (auto const &name : f.pattern.capture_names()) {
                captures[name] = "";
            }
        }
        auto const parameters = job.endpoint ? endpoint_parameters(job, "", "", "") : rule_parameters(job, captures, "", "", 0, "");
        for (auto const &rule : job.rules) {
            attempt(m_faults, rule.pos, rule.name, [&] { check_rule(rule, planner, tables, input, parameters); });
        }
    }

    void check_rule(Rule const &rule, RulePlanner &planner, InputTables &tables, Input const &input, Parameters const &parameters)
    {
        if (int const r = planner.record_of(rule); r >= 0) {
            tables.set_current(r);
        } else if (rule.verb != Verb::sql && rule.from.empty()) {
            throw std::invalid_argument("the layout has several records; record = \"…\" says which one is e");
        }
        if (rule.verb == Verb::sql) {
            m_db.exec("savepoint atom_check");
            try {
                m_db.run_guarded(rule.text, parameters);
            } catch (...) {
                m_db.exec("rollback to atom_check; release atom_check");
                throw;
            }
            m_db.exec("rollback to atom_check; release atom_check");
            return;
        }
        auto const plan = planner.plan(rule);
        check_field(rule, planner, input);
        if (rule.brake) {
            m_db.prepare_guarded(rule.brake->of, {true, {}, {}}).bind(parameters);
        }
        if (!plan.hold.empty()) {
            m_db.prepare_guarded(plan.hold, {true, {}, {}}).bind(parameters);
            return;
        }
        if (!plan.lines.empty()) {
            m_db.prepare_guarded(plan.lines).bind(parameters);
            return;
        }
        note_scales(plan.write, tables);
        run_on_nothing(plan, parameters);
    }

    /// The input has no rows, so running the statements writes nothing; they need each other's temporary tables.
    void run_on_nothing(RulePlan const &plan, Parameters const &parameters)
    {
        if (!plan.empty_key.empty() && plan.empty_key_from == RulePlan::From::input) {
            m_db.prepare_guarded(plan.empty_key).bind(parameters);
        }
        m_db.exec("savepoint atom_check");
        try {
            if (!plan.sweep.sweep.empty()) {
                m_db.exec(plan.sweep.make_named);
                m_db.exec(plan.sweep.index_named);
                m_db.prepare_guarded(plan.sweep.sweep).bind(parameters);
            }
            if (!plan.into_empty_table.empty()) {
                m_db.prepare_guarded(plan.into_empty_table).bind(parameters);
            }
            for (auto const *statements : {&plan.prepare, &plan.writes, &plan.cleanup}) {
                for (auto const &sql : *statements) {
                    auto s = m_db.prepare_guarded(sql);
                    s.bind(parameters);
                    if (statements != &plan.writes || sql.find("create temp") == 0) {
                        s.run();
                    }
                }
            }
        } catch (...) {
            m_db.exec("rollback to atom_check; release atom_check");
            throw;
        }
        m_db.exec("rollback to atom_check; release atom_check");
    }

    static void check_field(Rule const &rule, RulePlanner const &planner, Input const &input)
    {
        int const r = planner.record_of(rule);
        if (rule.field.empty() || r < 0) {
            return;
        }
        auto const &record = input.record(r);
        std::vector<std::string> names;
        for (auto const &f : record.fields) {
            names.push_back(f.name);
        }
        for (auto const &g : record.groups) {
            for (auto const &c : g.columns) {
                names.push_back(c.name);
            }
        }
        if (std::find(names.begin(), names.end(), rule.field) == names.end()) {
            throw std::invalid_argument(unknown_word("field", rule.field, names));
        }
    }

    void note_scales(WriteSpec const &w, InputTables const &tables)
    {
        auto const *const relation = tables.relation(w.from);
        for (auto const &[column, expression] : w.values) {
            int const i = relation == nullptr || expression != "e." + sql_name(column) ? -1 : relation->column_index(column);
            auto const *const c = i < 0 ? nullptr : &relation->columns()[static_cast<std::size_t>(i)];
            int const f = c == nullptr ? -1 : relation->field_of(*c, 0);
            if (f >= 0 && c->type == FieldType::decimal) {
                auto const &field = relation->input().record(relation->record()).fields[static_cast<std::size_t>(f)];
                m_scales.note(w.table, column, c->scale, field.pos);
            }
        }
    }

    void check_export(Export const &x)
    {
        attempt(m_faults, x.query_pos, x.name, [&] {
            auto const query = m_db.prepare_guarded(x.query, {true, {}, {}});
            if (!query.parameter_names().empty()) {
                throw std::invalid_argument(
                    fmt::format("no value is bound to :{}; an export's query has none", query.parameter_names().front()));
            }
            std::vector<std::string> columns;
            for (int i = 0; i < query.columns(); ++i) {
                columns.push_back(query.column_name(i));
            }
            need(columns, x.key, "key");
            need(columns, x.ignore, "ignore");
            need(columns, x.compare, "compare");
            check_output(*x.layout, query, columns);
        });
        if (!x.watch.empty()) {
            attempt(m_faults, x.watch_pos, x.name, [&] { check_watch(x); });
        }
        if (x.removed_layout) {
            attempt(m_faults, x.removed_pos, x.name, [&] {
                m_db.exec(fmt::format("create temp table removidos as select {} from ({}) where false", join(x.key, ", "), x.query));
                auto const query = m_db.prepare_guarded(x.removed_query, {true, {}, {}});
                std::vector<std::string> columns;
                for (int i = 0; i < query.columns(); ++i) {
                    columns.push_back(query.column_name(i));
                }
                check_output(*x.removed_layout, query, columns);
            });
            m_db.exec("drop table if exists temp.removidos");
        }
    }

    void check_send(Send const &send)
    {
        Parameters parameters{{"agora", {}}};
        attempt(m_faults, send.query.pos, send.name, [&] {
            auto query = m_db.prepare_guarded(send.query.text, {true, {}, {}});
            query.bind(parameters);
            std::vector<std::string> columns;
            for (int i = 0; i < query.columns(); ++i) {
                columns.push_back(query.column_name(i));
                parameters[columns.back()] = {};
            }
            need_in_body(columns, send.body);
            need(columns, send.key, "key");
        });
        parameters["http"] = {};
        parameters["resposta"] = {};
        for (auto const *sql : {&send.before, &send.on_success, &send.on_failure, &send.on_unknown, &send.on_gone}) {
            SqlGuard const guard{
                false, {}, [&](char, std::string_view table, std::string_view) { m_sent_tables[std::string(table)] = send.name; }};
            attempt(m_faults, sql->pos, send.name, [&] { m_db.check_guarded(sql->text, parameters, guard); });
        }
        if (!send.doctor.text.empty()) {
            attempt(m_faults, send.doctor.pos, send.name, [&] { m_db.check_guarded(send.doctor.text, {}, {true, {}, {}}); });
        }
    }

    void need_in_body(std::vector<std::string> const &columns, BodyPart const &part)
    {
        if (part.kind == BodyPart::Kind::column && std::find(columns.begin(), columns.end(), part.text) == columns.end()) {
            m_faults.add(part.pos, unknown_word("column of the query in body", part.text, columns));
        }
        for (auto const &inner : part.parts) {
            need_in_body(columns, inner);
        }
    }

    /// A table that is not watched would change in silence; one without the key says of a change not whom it touches.
    void check_watch(Export const &x)
    {
        std::set<std::string> read;
        m_db.prepare_guarded(x.query, {true, [&](std::string_view table, std::string_view) { read.emplace(table); }, {}});
        for (auto const &name : read) {
            bool const is_watched = std::find(x.watch.begin(), x.watch.end(), name) != x.watch.end();
            if (!is_watched && table_info(m_db, name)) {
                throw std::invalid_argument(
                    fmt::format("watch does not name {}, which the query reads; changes of it would not be seen", name));
            }
        }
        for (auto const &name : x.watch) {
            auto const table = table_info(m_db, name);
            if (!table) {
                throw std::invalid_argument(unknown_word("table in watch", name, table_names(m_db)));
            }
            if (auto const send = m_sent_tables.find(name); send != m_sent_tables.end()) {
                throw std::invalid_argument(fmt::format(
                    "watch names {}, which send {} writes; what a send writes is not seen: leave watch out", name, send->second));
            }
            for (auto const &k : x.key) {
                if (!table->has(k)) {
                    throw std::invalid_argument(fmt::format(
                        "watch names {}, which has no column {} of the key: a change of it would not say whom it touches", name, k));
                }
            }
        }
    }

    static void need(std::vector<std::string> const &columns, std::vector<std::string> const &wanted, char const *what)
    {
        for (auto const &w : wanted) {
            if (std::find(columns.begin(), columns.end(), w) == columns.end()) {
                throw std::invalid_argument(unknown_word(fmt::format("column of the query in {}", what), w, columns));
            }
        }
    }

    /// Each field of a written layout is a column of the query, in its column's scale.
    void check_output(Layout const &layout, Statement const &query, std::vector<std::string> const &columns)
    {
        for (auto const &f : layout.records.front().fields) {
            need(columns, {f.name}, fmt::format("layout {}", layout.name).c_str());
            auto const i = static_cast<int>(std::find(columns.begin(), columns.end(), f.name) - columns.begin());
            auto const [table, column] = query.origin(i);
            int const *const scale = m_scales.find(table, column);
            if (f.type == FieldType::decimal && scale != nullptr && *scale != f.scale) {
                m_faults.add(f.pos, fmt::format("field \"{}\" has scale {}, but column {}.{} that it comes from has {}", f.name, f.scale,
                                                table, column, *scale));
            }
        }
    }

    Database &m_db;
    Workspace const &m_workspace;
    ColumnFacts m_facts;
    Faults &m_faults;
    Scales m_scales;
    std::map<std::string, std::string> m_sent_tables; // that sends write, with one that does
};

} // namespace

void check_sql(Database &db, Workspace const &workspace, Faults &faults) { SqlChecker(db, workspace, faults).run(); }

void check_online_sql(Database &online, Workspace const &workspace, Faults &faults) { SqlChecker(online, workspace, faults).run_online(); }

} // namespace atom
