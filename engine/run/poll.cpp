#include "engine/run/poll.hpp"

#include "engine/base/decimal.hpp"
#include "engine/base/duration.hpp"
#include "engine/base/file.hpp"
#include "engine/base/kill_point.hpp"
#include "engine/base/log.hpp"
#include "engine/base/text.hpp"
#include "engine/intake/look.hpp"
#include "engine/run/leave.hpp"
#include "engine/run/online_rows.hpp"
#include "engine/run/poll_sends.hpp"
#include "engine/run/replica.hpp"
#include "engine/run/work_files.hpp"

#include <fmt/format.h>

#include <fstream>

namespace atom {

bool Outcome::failed_file() const
{
    return std::any_of(files.begin(), files.end(),
                       [](FileRow const &f) { return f.status == "failed" || f.status == "held" || f.status == "unmatched"; });
}

namespace {

/// What was begun and is not under way is as if never begun. Returns the names of those that were being worked.
std::vector<std::string> reset_begun(Site &site, std::set<std::int64_t> const &on_their_way)
{
    std::vector<std::string> worked;
    for (auto &row : site.ledger.with_status({"running", "fetching"})) {
        if (on_their_way.count(row.id) == 0) {
            if (row.status == "running") {
                worked.push_back(row.file);
            }
            row.status = "seen";
            site.ledger.save(row);
        }
    }
    return worked;
}

/// What is in the spool and nobody promised, nor fetches.
void clean_spool(Site &site, char const *folder, std::set<std::string> const &wanted)
{
    std::error_code failed; // a leftover that cannot be removed does no harm
    for (auto const &entry : std::filesystem::directory_iterator(site.workspace.spool / folder, failed)) {
        auto const name = entry.path().stem().string();
        if (wanted.count(entry.path().string()) == 0 && wanted.count(name) == 0) {
            std::filesystem::remove(entry.path(), failed);
        }
    }
}

/// What a process that died had begun is as if never begun.
void recover(Site &site, Sources const &sources)
{
    auto const on_their_way = sources.on_their_way();
    reset_begun(site, on_their_way);
    kill_point("in-recovery");
    std::set<std::string> promised, fetched;
    auto s = site.db.prepare("select local from atom_outbox where local is not null");
    while (s.step()) {
        promised.insert(s.text(0));
    }
    clean_spool(site, "out", promised);
    for (auto const id : on_their_way) {
        fetched.insert(std::to_string(id));
    }
    clean_spool(site, "in", fetched);
    kill_point("after-recovery");
}

/// Requests that no longer fit (the file is done meanwhile, say) are passed over.
void take_request(Site &site, Request const &request)
{
    if (auto const *const x = site.workspace.export_named(request.target); x != nullptr && request.kind == "release") {
        site.ledger.release_export(jobs_that_hold(site.workspace, *x), x->name);
        return;
    }
    auto const id = parse_integer(request.target);
    auto row = id ? site.ledger.find(*id) : std::nullopt;
    auto const wanted = request.kind == "retry" ? "failed" : request.kind == "approve" ? "held" : "waiting";
    if (!row || row->status != wanted) {
        return;
    }
    if (request.kind == "approve") { // what it is held for now, and nothing else
        row->approved += (row->approved.empty() ? "" : "\n") + row->reason.substr(0, row->reason.find(':'));
    }
    row->released = row->released || request.kind == "release";
    row->status = "seen";
    row->by = request.by;
    row->reason.clear();
    site.ledger.save(*row);
}

void take_requests(Site &site)
{
    for (auto const &request : open_requests(site.workspace, site.db)) {
        Transaction transaction(site.db);
        take_request(site, request);
        note_taken(site.db, request);
        kill_point("before-request-commit");
        transaction.commit();
        kill_point("after-request-commit");
    }
}

/// Imported files that were interrupted, or that somebody asked to try again.
std::vector<FileRow> local_files(Site &site)
{
    std::vector<FileRow> out;
    for (auto &row : site.ledger.with_status({"seen", "waiting"})) {
        if (!row.source.empty() || is_taken_online(site, row)) {
            continue;
        }
        std::error_code missing;
        row.size = std::filesystem::file_size(row.path, missing);
        if (row.is_let_through() && !row.sha256.empty() && !missing && sha256_of(row.path) != row.sha256) {
            row.forget_approval();
        }
        row.sha256.clear(); // it may have been mended since
        if (missing) {
            row.status = "removed";
            site.ledger.save(row);
            continue;
        }
        out.push_back(std::move(row));
    }
    return out;
}

/// Tells `atom serve` when the source could last be listed: a look that finds nothing writes no base.
void note_looked(std::filesystem::path const &file)
{
    try {
        make_folder(file.parent_path()); // synced: it may be what makes the spool
        std::ofstream(file, std::ios::trunc) << '\n';
    } catch (FileError const &) { // told where it matters: a disk that is full, or that is not to be written
    }
}

class Poll
{
public:
    Poll(Site &site, Standing &standing, PollOptions const &options, Outcome &out)
        : m_site(site), m_standing(standing), m_options(options), m_out(out)
    {}

    void run()
    {
        ReplicaKeeper replica(m_site);
        m_standing.sources.stop_by(m_site.stop);
        recover(m_site, m_standing.sources);
        take_requests(m_site);
        prepare_sends(m_site, m_standing, m_out);
        deliver(m_site, m_standing, m_out); // what an earlier poll could not
        if (m_options.look) {
            look();
        }
        if (m_options.settle) {
            gather();
            m_site.clock.sleep(std::chrono::seconds(*m_options.settle), m_site.stop);
            look();
        }
        work();
        while (m_options.to_the_end && m_standing.sources.is_busy() && !m_site.stop.stop_requested()) {
            m_standing.sources.await_news(m_news);
            work();
        }
        if (!m_site.stop.stop_requested()) {
            work_sends(m_site, m_standing, m_out);
        }
        if (auto const fault = replica.end_poll()) {
            note(m_standing, m_out, *fault);
        }
        reset_begun(m_site, m_standing.sources.on_their_way());
        m_standing.told = {m_out.errors.begin(), m_out.errors.end()};
    }

private:
    /// All sources at once; whoever is slow is not waited for.
    void look()
    {
        m_standing.lost.clear();
        for (auto const &source : m_site.workspace.sources) {
            if (source.off.empty() && m_standing.backoff.may_try("look source:" + source.name, std::chrono::steady_clock::now())) {
                m_standing.sources.list(source.name);
            }
        }
        m_standing.sources.await_listings(m_options.patience);
    }

    /// Writes to the ledger what the listings show that have come.
    void gather()
    {
        m_news = m_standing.sources.news();
        for (auto const &source : m_site.workspace.sources) {
            if (!source.off.empty()) {
                continue;
            }
            auto &looked = m_standing.looked[source.name];
            if (auto listing = m_standing.sources.take_listing(source.name)) {
                looked = take(source, std::move(*listing));
            } else {
                look_up(looked.ready);
                look_up(looked.unfinished);
            }
            std::set<std::int64_t> open;
            for (auto const &row : looked.ready) {
                open.insert(row.id);
            }
            m_standing.sources.drop_all_but(source.name, open);
        }
    }

    Looked take(Source const &source, Listing listing)
    {
        auto const name = "look source:" + source.name;
        try {
            if (listing.fault) {
                std::rethrow_exception(listing.fault);
            }
            auto const stable = m_options.settle.value_or(k_stable_seconds);
            auto out = atom::look({m_site.workspace, m_site.db, m_site.clock, stable}, source, std::move(listing.entries));
            note_reached(m_standing, name, "source " + source.name);
            note_looked(m_site.workspace.looked_file(source.name));
            return out;
        } catch (RemoteError const &e) {
            note_lost(m_standing, m_out, name, fmt::format("source {}: {}", source.name, e.what()));
        } catch (FileError const &e) {
            note_lost(m_standing, m_out, name, fmt::format("source {}: {}", source.name, e.what()));
        }
        return {};
    }

    /// The rows as they are now; those that were worked meanwhile are left out.
    void look_up(std::vector<FileRow> &rows)
    {
        static std::set<std::string> const open = {"seen", "fetching", "waiting"};
        std::vector<FileRow> out;
        for (auto const &row : rows) {
            auto now = m_site.ledger.find(row.id);
            if (now && open.count(now->status) > 0 && now->size == row.size && now->modified == row.modified) {
                out.push_back(std::move(*now));
            }
        }
        rows = std::move(out);
    }

    void work()
    {
        gather();
        auto rows = local_files(m_site);
        for (auto &row : online_rows(m_site)) {
            rows.push_back(std::move(row));
        }
        std::vector<FileRow> unfinished;
        for (auto const &[source, looked] : m_standing.looked) {
            rows.insert(rows.end(), looked.ready.begin(), looked.ready.end());
            unfinished.insert(unfinished.end(), looked.unfinished.begin(), looked.unfinished.end());
        }
        work_files(m_site, m_standing, std::move(rows), unfinished, m_options.patience, m_out);
        write_due_exports(m_site, m_standing, m_out);
        deliver(m_site, m_standing, m_out);
    }

    Site &m_site;
    Standing &m_standing;
    PollOptions const &m_options;
    Outcome &m_out;
    std::uint64_t m_news = 0;
};

} // namespace

void poll(Site &site, Standing &standing, PollOptions const &options, Outcome &out)
{
    work_or_put_right(
        site, [&] { Poll(site, standing, options, out).run(); },
        [&] {
            auto const stopped = site.stop.stop_requested();
            out.broken_off = reset_begun(site, stopped ? std::set<std::int64_t>() : standing.sources.on_their_way());
        });
}

void export_now(Site &site, Export const &x, bool full, Outcome &out)
{
    Standing standing(site.folders, site.workspace.spool);
    ReplicaKeeper replica(site);
    write_export(site, standing, x, full, out);
    deliver(site, standing, out);
    replica.note_changes();
}

} // namespace atom
