#include "engine/run/situation.hpp"

#include "engine/base/language.hpp"
#include "engine/base/local_time.hpp"
#include "engine/base/lock_file.hpp"
#include "engine/base/text.hpp"
#include "engine/job/bases.hpp"

#include <chrono>

#include <sys/statvfs.h>

namespace atom {

namespace {

constexpr int k_outputs = 5; // that are told

/// Seconds since 1970 by the machine's clock; none if there is no such file.
std::optional<std::int64_t> modified_at(std::filesystem::path const &path)
{
    std::error_code failed;
    auto const at = std::filesystem::last_write_time(path, failed);
    auto const since = std::chrono::file_clock::to_sys(at).time_since_epoch();
    return failed ? std::nullopt : std::optional(std::chrono::duration_cast<std::chrono::seconds>(since).count());
}

std::uint64_t free_bytes(std::filesystem::path folder)
{
    struct statvfs st = {};
    while (::statvfs(folder.c_str(), &st) != 0) {
        if (folder == folder.parent_path()) {
            return 0;
        }
        folder = folder.parent_path(); // not made yet
    }
    return static_cast<std::uint64_t>(st.f_bavail) * st.f_frsize;
}

class Reader
{
public:
    Reader(Workspace const &workspace, Clock const &clock, Database &db) : m_workspace(workspace), m_clock(clock), m_db(db), m_ledger(db) {}

    Situation read()
    {
        m_out.running = m_ledger.with_status({"running", "fetching"});
        mark_interrupted(m_out.running, m_workspace);
        m_out.waiting = m_ledger.with_status({"waiting"});
        m_out.held = m_ledger.with_status({"held"});
        m_out.failed = m_ledger.with_status({"failed"});
        for (auto &row : m_ledger.with_status({"seen"})) {
            if (!row.reason.empty()) {
                m_out.stuck.push_back(std::move(row));
            }
        }
        m_out.overdue = overdue_jobs(m_ledger, m_workspace, m_clock);
        m_out.kept_back = kept_back_exports(m_ledger, m_workspace);
        m_out.requests = open_requests(m_db);
        m_out.last_outputs = last_outputs(m_db, k_outputs);
        if (auto const made = replica_made_at(m_db); made && m_workspace.replica) {
            m_out.replica_age = std::max<std::int64_t>(0, m_clock.now() - *made);
        }
        machine(m_out, m_workspace, m_clock);
        needs();
        return std::move(m_out);
    }

    static void machine(Situation &out, Workspace const &workspace, Clock const &clock)
    {
        out.disk_free = free_bytes(workspace.base.parent_path());
        if (LockFile::holder(workspace.base.string() + ".run.lock").empty()) {
            return;
        }
        std::int64_t last = 0;
        for (auto const &source : workspace.sources) {
            last = std::max(last, modified_at(workspace.looked_file(source.name)).value_or(0));
        }
        auto const now = std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
        auto const wait = last == 0 ? 0 : std::clamp<std::int64_t>(last + workspace.every.count() - now, 0, workspace.every.count());
        out.next_look = iso_text(civil_at(seconds_of(clock.local()) + wait), DateKind::datetime);
    }

private:
    void need(std::string what, std::string text, bool is_urgent = true)
    {
        m_out.needs.push_back({std::move(what), std::move(text), is_urgent});
    }

    bool is_asked(FileRow const &row, char const *kind) const
    {
        return std::any_of(m_out.requests.begin(), m_out.requests.end(),
                           [&](Request const &r) { return r.kind == kind && r.target == std::to_string(row.id); });
    }

    void needs()
    {
        for (auto const &f : m_out.failed) {
            if (!is_asked(f, "retry")) {
                need(say("file {}", f.id),
                     say("{} failed: {}; put a mended file in its place, or atom retry {}", printable(f.file), f.reason, f.id));
            }
        }
        for (auto const &f : m_out.held) {
            if (!is_asked(f, "approve")) {
                need(say("file {}", f.id), say("{} is held: {}; atom approve {} lets it run, or put a right file in its place",
                                               printable(f.file), f.reason, f.id));
            }
        }
        for (auto const &f : m_out.stuck) {
            need(say("file {}", f.id), say("{} is stuck: {}; ask who sends it", printable(f.file), f.reason));
        }
        for (auto const &o : m_out.overdue) {
            need(say("job {}", o.job), say("no file has come today, expected {}; ask who sends it", o.expected));
        }
        for (auto const &k : m_out.kept_back) {
            need(say("export {}", k.export_name), kept_back_text(k.export_name, k.rows, k.by), false);
        }
        outside();
        if (m_out.disk_free < k_least_free_bytes) {
            need(say("disk"), say("only {} MB are free at {}; make room before the work stops", m_out.disk_free >> 20U,
                                  m_workspace.base.parent_path().string()));
        }
    }

    /// What does not leave.
    void outside()
    {
        for (auto const &d : stuck_deliveries(m_db)) {
            need(d.folder, say("{} to deliver since {}: {}; atom doctor tells whether it is reached, and each look tries again", d.count,
                               d.since, d.error));
        }
        for (auto const &s : paused_sends(m_db)) {
            need(say("send {}", s.send), say("nothing goes out: {}; it is tried again by itself, and atom doctor tells more", s.why));
        }
        for (auto const &m : lost_messages(m_db, iso_day(m_clock.today()))) {
            need(say("send {}", m.send),
                 say("today {} messages were refused, and of {} nobody knows whether they came; the table atom_sent has them", m.refused,
                     m.unknown),
                 false);
        }
    }

    Workspace const &m_workspace;
    Clock const &m_clock;
    Database &m_db;
    Ledger m_ledger;
    Situation m_out;
};

} // namespace

Situation situation_of(Workspace const &workspace, Clock const &clock, Database &db) { return Reader(workspace, clock, db).read(); }

Situation situation_without_base(Workspace const &workspace, Clock const &clock)
{
    Situation out;
    Reader::machine(out, workspace, clock);
    return out;
}

std::string kept_back_text(std::string const &export_name, std::uint64_t rows, std::vector<FileRow> const &by)
{
    auto const &first = by.front();
    auto const more = by.size() > 1 ? say(" (and {} more)", by.size() - 1) : std::string();
    auto const file = printable(first.file);
    std::string const status(tr(first.status));
    return rows == 1 ? say("1 row waits: {} is {}{}; atom release {}", file, status, more, export_name)
                     : say("{} rows wait: {} is {}{}; atom release {}", rows, file, status, more, export_name);
}

} // namespace atom
