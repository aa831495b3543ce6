#include "engine/run/work_files.hpp"

#include "engine/base/file.hpp"
#include "engine/base/kill_point.hpp"
#include "engine/base/log.hpp"
#include "engine/base/stopwatch.hpp"
#include "engine/base/text.hpp"
#include "engine/intake/fetch.hpp"
#include "engine/intake/preconditions.hpp"
#include "engine/run/online_rows.hpp"
#include "engine/run/process_file.hpp"

#include <fmt/format.h>

namespace atom {

namespace {

/// Days first, then the jobs' order, then the hour; a name without an hour comes first.
using WorkOrder = std::tuple<std::string, std::int64_t, std::string, std::int64_t>;

WorkOrder order_of(Site const &site, FileRow const &r)
{
    auto const *const job = site.workspace.job(r.job);
    return {r.data.empty() ? iso_day(site.clock.today()) : r.data, job != nullptr ? job->order : 0, r.hora, r.id};
}

void report(FileRow const &row)
{
    auto const name = printable(row.file);
    if (row.status == "failed" || row.status == "held") {
        log_warning("{}: {}: {}: {}", row.job, name, row.status, row.reason);
    } else if (row.status == "waiting") {
        log_info("{}: {}: waiting: {}", row.job, name, row.reason);
    } else {
        log_info("{}: {}: {}, {} read, {} accepted, {} rejected, {:.1f} s", row.job, name, row.status, row.read, row.accepted, row.rejected,
                 row.seconds);
    }
}

std::int64_t seconds_since(Site const &site, FileRow const &row)
{
    auto const since = parse_iso(row.seen_at, DateKind::datetime);
    auto const seconds = [](Civil const &c) { return std::int64_t{day_of(c)} * 86400 + c.hour * 3600 + c.minute * 60 + c.second; };
    return since ? seconds(site.clock.local()) - seconds(*since) : 0;
}

/// It was first seen so long ago that it holds up nobody any more.
bool is_stuck(Site const &site, FileRow const &row)
{
    constexpr std::int64_t k_patience_seconds = 30 * 60;
    return seconds_since(site, row) > k_patience_seconds;
}

/// … that it holds up no other source: a slow one is its own affair.
bool is_slow(Site const &site, FileRow const &row)
{
    constexpr std::int64_t k_patience_seconds = 2 * 60;
    return seconds_since(site, row) > k_patience_seconds;
}

class Work
{
public:
    Work(Site &site, Standing &standing, std::vector<FileRow> rows, Sources::Patience patience, Outcome &out)
        : m_site(site), m_standing(standing), m_rows(std::move(rows)), m_patience(patience), m_out(out)
    {}

    void run(std::vector<FileRow> const &unfinished)
    {
        set_orphans_aside();
        sort();
        for (auto const &row : barriers(unfinished)) {
            hold_up(row);
        }
        fetch_ahead();
        work();
        if (!m_site.stop.stop_requested()) {
            set_waiting_aside();
        }
    }

private:
    /// Files that were seen under a job that the pack has no more.
    void set_orphans_aside()
    {
        auto const is_orphan = [&](FileRow const &r) {
            auto const *const job = m_site.workspace.job(r.job);
            return job == nullptr || (job->take.empty() && m_site.workspace.layouts.count(r.layout) == 0);
        };
        for (auto &row : m_rows) {
            if (is_orphan(row)) {
                set_aside(row, "unmatched", fmt::format("there is no job {} any more", row.job));
            }
        }
        m_rows.erase(std::remove_if(m_rows.begin(), m_rows.end(), is_orphan), m_rows.end());
    }

    void sort()
    {
        std::stable_sort(m_rows.begin(), m_rows.end(),
                         [&](FileRow const &a, FileRow const &b) { return order_of(m_site, a) < order_of(m_site, b); });
    }

    /// Of each source the first upload, in the order of work, that is not finished. One that takes too long holds up nobody.
    std::vector<FileRow> barriers(std::vector<FileRow> const &unfinished)
    {
        std::map<std::string, FileRow> first;
        for (auto row : unfinished) {
            if (is_stuck(m_site, row)) {
                row.reason = "o envio não termina há mais de 30 minutos";
                m_site.ledger.save(row);
                continue;
            }
            auto const [it, is_new] = first.try_emplace(row.source, row);
            if (!is_new && order_of(m_site, row) < order_of(m_site, it->second)) {
                it->second = row;
            }
        }
        std::vector<FileRow> out;
        for (auto &[source, row] : first) {
            out.push_back(std::move(row));
        }
        return out;
    }

    /// What comes after it is not worked now.
    void hold_up(FileRow const &by) { m_barriers.push_back({order_of(m_site, by), by.source, !is_slow(m_site, by)}); }

    bool is_held_up(FileRow const &row) const
    {
        return std::any_of(m_barriers.begin(), m_barriers.end(),
                           [&](Barrier const &b) { return (b.for_all || row.source == b.source) && b.order < order_of(m_site, row); });
    }

    Precondition precondition(FileRow const &row)
    {
        return precondition_of(m_site.ledger, *m_site.workspace.job(row.job), row, m_site.clock.today());
    }

    /// All sources at once get to work on what may run as things stand; what may run later is fetched in its turn.
    void fetch_ahead()
    {
        std::map<std::string, std::vector<Wanted>> wanted;
        Transaction transaction(m_site.db);
        for (auto &row : m_rows) {
            bool const is_lost = m_standing.lost.count(row.id) > 0;
            if (row.source.empty() || is_lost || is_held_up(row) || precondition(row).verdict != Precondition::Verdict::go) {
                continue;
            }
            wanted[row.source].push_back(Wanted::of(row));
            row.status = "fetching";
            m_site.ledger.save(row);
        }
        transaction.commit();
        for (auto const &[source, files] : wanted) {
            m_standing.sources.want(source, files);
        }
    }

    /// Its bytes, if they are not on this machine. False if they could not be had now.
    bool get_bytes(FileRow &row)
    {
        if (row.source.empty() || m_here.count(row.id) > 0) {
            return true;
        }
        if (m_standing.lost.count(row.id) > 0) {
            return false; // once a look is enough for a server in trouble
        }
        auto const fetched = m_standing.sources.await(row.source, Wanted::of(row), m_patience);
        if (!fetched) {
            return false; // on its way
        }
        row.status = "seen";
        try {
            bool const is_whole = take_up(row, *fetched);
            m_site.ledger.save(row);
            if (is_whole) {
                m_here.insert(row.id);
            }
            return is_whole;
        } catch (FileRefused const &why) {
            fail_unread(m_site, row, why);
            m_out.files.push_back(row);
        } catch (RemoteError const &e) {
            m_standing.lost.insert(row.id);
            note(m_standing, m_out, fmt::format("source {}: {}: {}", row.source, printable(row.file), e.what()));
        } catch (FileError const &e) { // the spool
            m_standing.lost.insert(row.id);
            note(m_standing, m_out, fmt::format("{}: {}: {}", row.job, printable(row.file), e.what()));
        }
        m_site.ledger.save(row);
        return false;
    }

    /// False if its bytes cannot be read now.
    bool get_hash(FileRow &row)
    {
        try {
            row.sha256 = row.sha256.empty() ? sha256_of(row.path) : row.sha256;
            return true;
        } catch (FileError const &e) {
            note(m_standing, m_out, fmt::format("{}: {}: {}", row.job, printable(row.file), e.what()));
            return false;
        }
    }

    /// What stands in the way of a file; none if its bytes are needed to tell and cannot be had now. Bytes that were had before wait for
    /// nothing and are out of no date: they are a duplicate. They are looked at only where a file of this size is done for the job and
    /// date.
    std::optional<Precondition> judge(FileRow &row)
    {
        auto const now = precondition(row);
        if (now.verdict == Precondition::Verdict::go || row.forced || is_taken_online(m_site, row) ||
            !m_site.ledger.may_be_known(row.job, row.data, row.size)) {
            return now;
        }
        if (row.sha256.empty() && (!get_bytes(row) || !get_hash(row))) {
            return std::nullopt;
        }
        return m_site.ledger.find_done(row.sha256, row.job, row.data, row.id) ? Precondition{} : now;
    }

    void work()
    {
        m_waits.assign(m_rows.size(), false);
        std::set<std::size_t> open; // to be looked at, by their place in m_rows
        for (std::size_t i = 0; i < m_rows.size(); ++i) {
            open.insert(open.end(), i);
        }
        while (!open.empty() && !m_site.stop.stop_requested()) {
            auto const i = *open.begin();
            open.erase(open.begin());
            auto &row = m_rows[i];
            m_waits[i] = false;
            if (is_held_up(row)) {
                continue;
            }
            auto const now = judge(row);
            if (now && now->verdict == Precondition::Verdict::wait) {
                m_waits[i] = true;
                wait_for_jobs(i);
                continue;
            }
            deal_with(row, now);
            if (row.status == "done") {
                for (auto const other : m_waiting[row.job]) {
                    if (m_waits[other]) {
                        open.insert(other);
                    }
                }
                m_waiting.erase(row.job);
            }
        }
    }

    /// Only a file of these jobs that is done can change what was said of it.
    void wait_for_jobs(std::size_t i)
    {
        auto const &job = *m_site.workspace.job(m_rows[i].job);
        m_waiting[job.name].push_back(i); // the same bytes
        for (auto const &name : job.stale_after) {
            m_waiting[name].push_back(i);
        }
        for (auto const &need : job.needs) {
            m_waiting[need.job].push_back(i);
        }
    }

    void deal_with(FileRow &row, std::optional<Precondition> const &now)
    {
        if (now && now->verdict == Precondition::Verdict::hold) {
            set_aside(row, "held", now->reason);
            return;
        }
        bool const dealt_with = now ? work_one(row) : row.status == "failed";
        if (!dealt_with && !is_stuck(m_site, row)) {
            hold_up(row); // as an upload that is not finished does
        }
    }

    /// False if nothing became of it this time: it begins again by itself.
    bool work_one(FileRow &row)
    {
        try {
            if (!get_bytes(row)) {
                return row.status == "failed";
            }
            process_file(m_site, row);
        } catch (FileError const &e) { // its bytes or the spool
            note(m_standing, m_out, fmt::format("{}: {}: {}", row.job, printable(row.file), e.what()));
            return false;
        }
        report(row);
        if (!row.source.empty()) {
            kill_point("before-spool-removal");
            std::error_code ignored; // recover() removes what is left
            std::filesystem::remove(row.path, ignored);
        }
        m_out.files.push_back(row);
        checkpoint(row);
        return true;
    }

    /// The file is told by now: a disk that is too full for this is no fault of it.
    void checkpoint(FileRow const &row)
    {
        Stopwatch const watch;
        kill_point("before-checkpoint");
        m_site.db.checkpoint();
        kill_point("after-checkpoint");
        log_debug("{}: checkpoint in {:.2f} s", row.job, watch.seconds());
    }

    /// A file that may not run now says why in the ledger; told once.
    void set_aside(FileRow &row, char const *status, std::string const &reason)
    {
        if (row.status == status && row.reason == reason) {
            return;
        }
        row.status = status;
        row.reason = reason;
        m_site.ledger.save(row);
        kill_point("after-set-aside");
        report(row);
        m_out.files.push_back(row);
    }

    void set_waiting_aside()
    {
        for (std::size_t i = 0; i < m_rows.size(); ++i) {
            if (m_waits[i] && !is_held_up(m_rows[i])) {
                set_aside(m_rows[i], "waiting", precondition(m_rows[i]).reason);
            }
        }
    }

    Site &m_site;
    Standing &m_standing;
    std::vector<FileRow> m_rows;
    Sources::Patience m_patience;
    Outcome &m_out;
    std::set<std::int64_t> m_here; // whose bytes are in the spool by this poll

    /// A file that could not be had or worked: those of its source that come after it do not run, or those of all.
    struct Barrier
    {
        WorkOrder order;
        std::string source;
        bool for_all = false;
    };
    std::vector<Barrier> m_barriers;
    std::vector<bool> m_waits;                                 // by place in m_rows: it waits for another file
    std::map<std::string, std::vector<std::size_t>> m_waiting; // by job: places of those that its next done file may set free
};

} // namespace

void note(Standing &standing, Outcome &out, std::string const &error)
{
    if (standing.told.insert(error).second) {
        log_error("{}", error);
    }
    out.errors.push_back(error);
}

void work_files(Site &site, Standing &standing, std::vector<FileRow> rows, std::vector<FileRow> const &unfinished,
                Sources::Patience patience, Outcome &out)
{
    Work(site, standing, std::move(rows), patience, out).run(unfinished);
}

} // namespace atom
