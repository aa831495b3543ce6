#include "engine/run/poll.hpp"

#include "engine/base/duration.hpp"
#include "engine/base/file.hpp"
#include "engine/base/kill_point.hpp"
#include "engine/base/log.hpp"
#include "engine/base/text.hpp"
#include "engine/export/outbox.hpp"
#include "engine/intake/look.hpp"
#include "engine/layout/writer.hpp"
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

/// Work that may be broken off, by a stop or a fault, and what then puts the ledger right. What broke it off is what is told: a base that
/// cannot be written puts nothing right either, and whoever opens it next does.
void work_or_put_right(Site &site, std::function<void()> const &work, std::function<void()> const &put_right)
{
    try {
        work();
    } catch (...) {
        site.db.ask_whether_to_go_on({});
        try {
            put_right();
        } catch (StoreError const &) {
        }
        throw;
    }
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
    auto row = is_digits(request.target) ? site.ledger.find(std::stoll(request.target)) : std::nullopt;
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

void write_export(Site &site, Standing &standing, Export const &x, bool full, Outcome &out)
{
    try {
        auto const holder = site.ledger.find_holder(jobs_that_hold(site.workspace, x), x.name);
        if (holder) {
            log_info("export {}: only removals leave: {} is {}", x.name, printable(holder->file), holder->status);
        }
        auto result = run_export({site.db, site.workspace, site.clock}, x, full, holder.has_value());
        for (auto const &f : result.files) {
            log_info("export {}: {}: {} rows", x.name, f.name, f.rows);
        }
        out.exports.push_back(std::move(result));
    } catch (WriteError const &e) {
        note(standing, out, fmt::format("export {}: {}", x.name, e.what()));
    } catch (StoreError const &e) {
        if (is_base_fault(e)) {
            throw;
        }
        note(standing, out, fmt::format("export {}: {}", x.name, e.what()));
    }
}

void write_due_exports(Site &site, Standing &standing, Outcome &out)
{
    for (auto const *x : due_exports(site.db, site.workspace)) {
        if (!site.stop.stop_requested()) {
            write_export(site, standing, *x, false, out);
        }
    }
}

/// Something outside failed: told when it begins.
void note_lost(Standing &standing, Outcome &out, std::string const &name, std::string const &what)
{
    if (standing.backoff.note_failure(name, std::chrono::steady_clock::now())) {
        auto const pause = duration_text(standing.backoff.pause(name));
        log_error("{}{}", what, standing.is_service ? fmt::format("; it is tried again in {}, then less often", pause) : "");
    }
    out.errors.push_back(what);
}

void note_reached(Standing &standing, std::string const &name, std::string const &shown)
{
    if (auto const lasted = standing.backoff.note_success(name, std::chrono::steady_clock::now())) {
        log_warning("{} answers again, after {}", shown, duration_text(*lasted));
    }
}

void deliver(Site &site, Standing &standing, Outcome &out)
{
    constexpr std::chrono::seconds k_budget = std::chrono::minutes(2);
    auto const may_try = [&](std::string const &folder) { return standing.backoff.may_try(folder, std::chrono::steady_clock::now()); };
    auto const result = work_off_outbox(site.db, site.folders, {may_try, site.stop, k_budget});
    for (auto const &f : result.faults) {
        f.is_lost ? note_lost(standing, out, f.folder, f.text) : note(standing, out, f.text);
    }
    for (auto const &folder : result.reached) {
        note_reached(standing, folder, folder);
        if (folder.compare(0, 7, "source:") == 0) {
            standing.sources.forget_listing(folder.substr(7));
        }
    }
    out.is_cut = result.is_cut;
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
            m_site.clock.sleep(std::chrono::seconds(*m_options.settle));
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

namespace {

FileRow row_of(Site &site, std::filesystem::path const &path, ImportOptions const &options)
{
    FileRow row;
    row.path = std::filesystem::absolute(path).lexically_normal().string();
    row.file = path.filename().string();
    row.size = std::filesystem::file_size(path);
    row.seen_at = site.clock.local_text();
    row.forced = options.force;
    row.released = options.release;
    row.approved = options.release ? "*" : "";
    auto const why = refused_name(row.file);
    auto match = why.empty() ? match_job(site.workspace, {}, row.file, options.job) : JobMatch{};
    auto const *const job = site.workspace.job(options.job);
    bool const is_of_files = job != nullptr && !job->endpoint && job->layouts().size() == 1;
    if (why.empty() && match.job == nullptr && is_of_files) {
        match = {job, job->layouts().front().get(), {}}; // the person says whose it is; the name then gives no date
    }
    if (match.job == nullptr) {
        row.status = "unmatched";
        row.reason = why.empty() ? "no job takes a file of this name; --job names one" : why;
    } else {
        note_match(row, match);
    }
    return row;
}

/// The rows that an import made, as long as they are at hand.
class Imported
{
public:
    explicit Imported(Site &site) : m_site(site) {}

    void add(FileRow &row) { m_ids.push_back(m_site.ledger.save(row)); }

    /// What was not worked to an end goes again; returns the rows as they were: running, or seen of those that were still to come.
    std::vector<FileRow> take_back()
    {
        std::vector<FileRow> rows;
        Transaction transaction(m_site.db);
        for (auto const id : m_ids) {
            auto row = m_site.ledger.find(id);
            if (row && (row->status == "seen" || row->status == "running")) {
                m_site.ledger.remove(id);
                rows.push_back(*std::move(row));
            }
        }
        transaction.commit();
        return rows;
    }

private:
    Site &m_site;
    std::vector<std::int64_t> m_ids;
};

void work_imported(Site &site, std::vector<std::filesystem::path> const &paths, ImportOptions const &options, Imported &imported,
                   Outcome &out)
{
    Standing standing(site.folders, site.workspace.spool);
    ReplicaKeeper replica(site);
    std::vector<FileRow> rows;
    for (auto const &path : paths) {
        auto row = row_of(site, path, options);
        imported.add(row);
        if (row.status == "unmatched") {
            out.files.push_back(std::move(row));
        } else {
            rows.push_back(std::move(row));
        }
    }
    work_files(site, standing, std::move(rows), {}, {}, out);
    for (auto const &row : imported.take_back()) {
        if (site.stop.stop_requested()) {
            out.broken_off.push_back(row.file);
        } else if (row.status == "seen") { // of one that was begun it is told why it did not end
            note(standing, out, fmt::format("{}: {}: not worked, since what comes before it could not be", row.job, printable(row.file)));
        }
    }
    write_due_exports(site, standing, out);
    deliver(site, standing, out);
    replica.note_changes();
}

} // namespace

void import_files(Site &site, std::vector<std::filesystem::path> const &paths, ImportOptions const &options, Outcome &out)
{
    Imported imported(site);
    work_or_put_right(
        site, [&] { work_imported(site, paths, options, imported, out); },
        [&] {
            for (auto const &row : imported.take_back()) {
                out.broken_off.push_back(row.file);
            }
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
