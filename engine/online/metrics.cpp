#include "engine/online/metrics.hpp"

#include "engine/base/local_time.hpp"
#include "engine/job/bases.hpp"
#include "engine/job/waiting.hpp"
#include "engine/store/backlog.hpp"

#include <fmt/format.h>

#include <chrono>
#include <filesystem>

namespace atom {

namespace {

/// A label's value: backslash, quote and line end escaped.
std::string label(std::string_view value)
{
    std::string out;
    for (char const c : value) {
        out += c == '\\' ? "\\\\" : c == '"' ? "\\\"" : c == '\n' ? "\\n" : std::string(1, c);
    }
    return out;
}

/// Seconds since 1970; none if there is no such file.
std::optional<std::int64_t> modified_at(std::filesystem::path const &path)
{
    std::error_code failed;
    auto const at = std::filesystem::last_write_time(path, failed);
    auto const since = std::chrono::file_clock::to_sys(at).time_since_epoch();
    return failed ? std::nullopt : std::optional(std::chrono::duration_cast<std::chrono::seconds>(since).count());
}

class Metrics
{
public:
    Metrics(Database &db, Workspace const &workspace, std::map<std::string, RouteCounts> const &routes, Clock const &clock)
        : m_db(db), m_workspace(workspace), m_routes(routes), m_clock(clock)
    {}

    std::string text()
    {
        rows("atom_files", "gauge", "Files of the ledger by status.", "status",
             fmt::format("select case when status in ('running', 'fetching') and {} then 'interrupted' else status end s, count(*) from "
                         "base.atom_file group by s order by s",
                         is_at_work(m_workspace) ? 0 : 1));
        rows("atom_lines_total", "counter", "Lines of files that were worked.", "result",
             "select 'read', coalesce(sum(read), 0) from base.atom_file union all select 'accepted', coalesce(sum(accepted), 0) from "
             "base.atom_file "
             "union all select 'rejected', coalesce(sum(rejected), 0) from base.atom_file union all select 'warned', "
             "coalesce(sum(warnings), 0) from base.atom_file");
        rows("atom_rejects_total", "counter", "Rejected lines by code.", "code",
             "select r.key, sum(r.value) from base.atom_file f, json_each(f.rejects) r group by r.key order by r.key");
        rows("atom_outbox", "gauge", "What is still to be delivered or moved.", "kind",
             "select kind, count(*) from base.atom_outbox group by kind order by kind");
        what_waits();
        messages();
        polls();
        requests();
        return std::move(m_out);
    }

private:
    void head(std::string_view name, std::string_view type, std::string_view help)
    {
        m_out += fmt::format("# HELP {0} {2}\n# TYPE {0} {1}\n", name, type, help);
    }

    void rows(std::string_view name, std::string_view type, std::string_view help, std::string_view by, std::string_view sql)
    {
        head(name, type, help);
        auto s = m_db.prepare(sql);
        while (s.step()) {
            m_out += fmt::format("{}{{{}=\"{}\"}} {}\n", name, by, label(s.view(0)), s.integer(1));
        }
    }

    /// What a person has to see to.
    void what_waits()
    {
        head("atom_outbox_age_seconds", "gauge", "Since the oldest of what is still to be delivered or moved was made.");
        auto const oldest = parse_iso(oldest_in_outbox(m_db).value_or(""), DateKind::datetime);
        m_out += fmt::format("atom_outbox_age_seconds {}\n",
                             oldest ? std::max<std::int64_t>(0, seconds_of(m_clock.local()) - seconds_of(*oldest)) : 0);
        Ledger ledger(m_db);
        std::map<std::string, std::uint64_t> late, held;
        for (auto const &o : overdue_jobs(ledger, m_workspace, m_clock)) {
            late[o.job] = 1;
        }
        for (auto const &k : kept_back_exports(ledger, m_workspace)) {
            held[k.export_name] = k.rows;
        }
        head("atom_overdue", "gauge", "1 while a file that is expected today has not come.");
        for (auto const &job : m_workspace.jobs) {
            if (job.expected) {
                m_out += fmt::format("atom_overdue{{job=\"{}\"}} {}\n", label(job.name), late[job.name]);
            }
        }
        head("atom_export_held", "gauge", "Rows of an export that files keep back.");
        for (auto const &x : m_workspace.exports) {
            m_out += fmt::format("atom_export_held{{export=\"{}\"}} {}\n", label(x.name), held[x.name]);
        }
    }

    void messages()
    {
        head("atom_messages", "gauge", "Messages of sends by state.");
        auto s = m_db.prepare("select send, state, count(*) from base.atom_sent group by send, state order by send, state");
        while (s.step()) {
            m_out += fmt::format("atom_messages{{send=\"{}\",state=\"{}\"}} {}\n", label(s.view(0)), label(s.view(1)), s.integer(2));
        }
    }

    /// A look that could list a source touches a file of the source's name in the spool.
    void polls()
    {
        head("atom_source_last_poll_age_seconds", "gauge", "Since the source's folder could last be listed.");
        for (auto const &source : m_workspace.sources) {
            if (auto const at = modified_at(m_workspace.looked_file(source.name))) {
                m_out += fmt::format("atom_source_last_poll_age_seconds{{source=\"{}\"}} {}\n", label(source.name),
                                     std::max<std::int64_t>(0, m_clock.now() - *at));
            }
        }
    }

    void requests()
    {
        head("atom_http_requests_total", "counter", "Requests answered since the server began.");
        for (auto const &[route, counts] : m_routes) {
            for (auto const &[status, n] : counts.by_status) {
                m_out += fmt::format("atom_http_requests_total{{route=\"{}\",status=\"{}\"}} {}\n", label(route), status, n);
            }
        }
        head("atom_http_request_seconds", "histogram", "Time to answer.");
        for (auto const &[route, counts] : m_routes) {
            std::uint64_t all = 0;
            for (auto const &[status, n] : counts.by_status) {
                all += n;
            }
            for (std::size_t i = 0; i < counts.at_most.size(); ++i) {
                m_out += fmt::format("atom_http_request_seconds_bucket{{route=\"{}\",le=\"{}\"}} {}\n", label(route),
                                     RouteCounts::k_bounds[i], counts.at_most[i]);
            }
            m_out += fmt::format("atom_http_request_seconds_bucket{{route=\"{0}\",le=\"+Inf\"}} "
                                 "{1}\natom_http_request_seconds_sum{{route=\"{0}\"}} {2:.6f}\n"
                                 "atom_http_request_seconds_count{{route=\"{0}\"}} {1}\n",
                                 label(route), all, counts.seconds);
        }
    }

    Database &m_db;
    Workspace const &m_workspace;
    std::map<std::string, RouteCounts> const &m_routes;
    Clock const &m_clock;
    std::string m_out;
};

} // namespace

std::string metrics_text(Database &db, Workspace const &workspace, std::map<std::string, RouteCounts> const &routes, Clock const &clock)
{
    return Metrics(db, workspace, routes, clock).text();
}

void add_metrics(Service &service)
{
    auto const handler = [&service](WebRequest const &, Caller const &) {
        WebAnswer a;
        a.type = "text/plain; version=0.0.4; charset=utf-8";
        service.readers().run([&](Database &db) { a.body = metrics_text(db, service.workspace(), service.counts(), service.clock()); });
        return a;
    };
    service.router().add({"GET", "/metrics", false, {}, handler, "metrics"});
}

} // namespace atom
