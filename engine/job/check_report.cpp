// Prepares the queries of a report and checks what its tables name (declared in job/report_run.hpp).

#include "engine/base/text.hpp"
#include "engine/job/attempt.hpp"
#include "engine/job/report_run.hpp"

#include <fmt/format.h>

#include <stdexcept>

namespace atom {

namespace {

std::vector<std::string> names_of(std::vector<Report> const &reports)
{
    std::vector<std::string> out;
    for (auto const &r : reports) {
        out.push_back(r.name);
    }
    return out;
}

class ReportChecker
{
public:
    ReportChecker(Report const &report, std::vector<Report> const &others, std::vector<std::string> const &endpoints,
                  ColumnFacts const &facts, Faults &faults)
        : m_report(report), m_others(others), m_endpoints(endpoints), m_facts(facts), m_faults(faults)
    {}

    void check(Database &db)
    {
        if (!m_report.subject.empty()) {
            attempt(m_faults, m_report.subject_pos, "subject", [&] { prepare(db, m_report.subject); });
        }
        for (auto const &t : m_report.tables) {
            check_detail(t);
            check_actions(t);
            attempt(m_faults, t.query_pos, t.name, [&] {
                check_query(db, t);
                check_trail(db, t);
            });
        }
    }

private:
    void check_detail(ReportTable const &t)
    {
        if (t.detail.empty()) {
            return;
        }
        auto const it = std::find_if(m_others.begin(), m_others.end(), [&](Report const &r) { return r.name == t.detail; });
        if (it == m_others.end()) {
            m_faults.add(t.pos, unknown_word("report in detail", t.detail, names_of(m_others)));
        } else if (it->params.empty()) {
            m_faults.add(t.pos, fmt::format("detail = \"{}\" has no param that a row's first column could be", t.detail));
        }
    }

    void check_actions(ReportTable const &t)
    {
        auto allowed = m_endpoints;
        allowed.insert(allowed.end(), engine_actions().begin(), engine_actions().end());
        for (auto const &a : t.actions) {
            if (std::find(allowed.begin(), allowed.end(), a) == allowed.end()) {
                m_faults.add(t.pos, unknown_word("action", a, allowed));
            }
        }
    }

    /// All that a query binds is a parameter, or the engine's.
    Statement prepare(Database &db, std::string const &sql) const
    {
        auto query = db.prepare_guarded(sql, {true, {}, {}});
        std::vector<std::string> bound = {"data", "agora", "quem"};
        for (auto const &p : m_report.params) {
            if (p.name != "data") {
                bound.push_back(p.name);
            }
        }
        for (auto const &name : query.parameter_names()) {
            if (std::find(bound.begin(), bound.end(), name) == bound.end()) {
                throw std::invalid_argument(unknown_word("parameter", ":" + name, with_colon(bound)));
            }
        }
        return query;
    }

    void check_query(Database &db, ReportTable const &t)
    {
        auto const query = prepare(db, t.query);
        std::vector<std::string> columns;
        for (int i = 0; i < query.columns(); ++i) {
            columns.push_back(query.column_name(i));
        }
        for (auto const &[column, label] : t.labels) {
            if (std::find(t.actions.begin(), t.actions.end(), column) == t.actions.end()) {
                need(columns, column, "labels");
            }
        }
        for (auto const &[column, show] : t.shows) {
            need(columns, column, "show");
        }
        for (auto const &[column, scale] : t.decimals) {
            need(columns, column, "decimals");
        }
        if (t.chart != Chart::none && columns.size() < 2) {
            throw std::invalid_argument("a chart needs two columns at least: what is counted, and the number");
        }
        bool const about_files =
            std::any_of(t.actions.begin(), t.actions.end(), [](auto const &a) { return a.compare(0, 5, "atom:") == 0; });
        if (about_files && !file_column(columns)) {
            throw std::invalid_argument("an atom: action needs a column arquivo_id or id, the file's");
        }
    }

    /// Who opens it over HTTP must leave a trail of whom they saw.
    void check_trail(Database &db, ReportTable const &t)
    {
        if (m_report.scope.empty() || !m_report.subject.empty()) {
            return;
        }
        for (auto const &c : report_columns(db, t, m_facts)) {
            if (c.sensitive) {
                m_faults.add_new(t.query_pos,
                                 fmt::format("{}: column {} may show personal data over HTTP without a trail; subject = \"select "
                                             "KEY …\" in the report says whose, \"select null\" that it is nobody's",
                                             t.name, c.name));
                return;
            }
        }
    }

    static void need(std::vector<std::string> const &columns, std::string const &column, std::string_view where)
    {
        if (std::find(columns.begin(), columns.end(), column) == columns.end()) {
            throw std::invalid_argument(unknown_word(fmt::format("column of the query in {}", where), column, columns));
        }
    }

    static std::vector<std::string> with_colon(std::vector<std::string> names)
    {
        for (auto &n : names) {
            n = ":" + n;
        }
        return names;
    }

    Report const &m_report;
    std::vector<Report> const &m_others;
    std::vector<std::string> const &m_endpoints;
    ColumnFacts const &m_facts;
    Faults &m_faults;
};

} // namespace

void check_report(Database &db, Report const &report, std::vector<Report> const &others, std::vector<std::string> const &endpoints,
                  ColumnFacts const &facts, Faults &faults)
{
    ReportChecker(report, others, endpoints, facts, faults).check(db);
}

} // namespace atom
