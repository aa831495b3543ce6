#include "engine/run/poll.hpp"

#include "engine/base/file.hpp"
#include "engine/base/kill_point.hpp"
#include "engine/base/log.hpp"
#include "engine/base/text.hpp"
#include "engine/export/outbox.hpp"
#include "engine/intake/fetch.hpp"
#include "engine/intake/look.hpp"
#include "engine/intake/preconditions.hpp"
#include "engine/layout/writer.hpp"
#include "engine/run/poll_sends.hpp"
#include "engine/run/process_file.hpp"

#include <fmt/format.h>

namespace atom {

bool Outcome::failed_file() const
{
    return std::any_of(files.begin(), files.end(), [](FileRow const &f) {
        return f.status == "failed" || f.status == "held" || f.status == "unmatched";
    });
}

namespace {

void note(Outcome &out, std::string const &error)
{
    log_error("{}", error);
    out.errors.push_back(error);
}

/// What a process that died had begun is as if never begun.
void recover(Site &site)
{
    for (auto &row : site.ledger.with_status({"running", "fetching"})) {
        row.status = "seen";
        site.ledger.save(row);
    }
    std::set<std::string> wanted;
    auto s = site.db.prepare("select local from atom_outbox where local is not null");
    while (s.step()) {
        wanted.insert(s.text(0));
    }
    for (auto const *sub : {"in", "out"}) {
        std::error_code failed; // a leftover that cannot be removed does no harm
        for (auto const &entry : std::filesystem::directory_iterator(site.workspace.spool / sub, failed)) {
            if (wanted.count(entry.path().string()) == 0) {
                std::filesystem::remove(entry.path(), failed);
            }
        }
    }
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
        transaction.commit();
    }
}

/// Days first, then the jobs' order, then the hour; a name without an hour comes first.
using WorkOrder = std::tuple<std::string, std::int64_t, std::string, std::int64_t>;

WorkOrder order_of(Site const &site, FileRow const &r)
{
    auto const *const job = site.workspace.job(r.job);
    return {r.data.empty() ? iso_day(site.clock.today()) : r.data, job != nullptr ? job->order : 0, r.hora, r.id};
}

Looked look_everywhere(Site &site, std::int64_t stable_seconds, Outcome &out)
{
    Looked all;
    LookSetting const setting{site.workspace, site.db, site.clock, stable_seconds};
    for (auto const &source : site.workspace.sources) {
        if (!source.off.empty()) {
            continue;
        }
        try {
            auto seen = look(setting, source, site.folders.get("source:" + source.name));
            std::move(seen.ready.begin(), seen.ready.end(), std::back_inserter(all.ready));
            std::move(seen.unfinished.begin(), seen.unfinished.end(), std::back_inserter(all.unfinished));
        } catch (RemoteError const &e) {
            note(out, fmt::format("source {}: {}", source.name, e.what()));
        }
    }
    return all;
}

/// Its bytes, if they are not on this machine. False if they could not be had now.
bool fetch_bytes(Site &site, FileRow &row, Outcome &out)
{
    if (row.source.empty()) {
        return true;
    }
    try {
        return fetch(row, site.folders.get("source:" + row.source), site.workspace.spool, site.ledger);
    } catch (RemoteError const &e) {
        note(out, fmt::format("source {}: {}: {}", row.source, printable(row.file), e.what()));
    } catch (FileRefused const &why) {
        fail_unread(site, row, why);
        out.files.push_back(row);
    }
    return false;
}

/// Imported files that were interrupted, or that somebody asked to try again.
std::vector<FileRow> local_files(Site &site)
{
    std::vector<FileRow> out;
    for (auto &row : site.ledger.with_status({"seen", "waiting"})) {
        if (!row.source.empty()) {
            continue;
        }
        std::error_code missing;
        row.size = std::filesystem::file_size(row.path, missing);
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

void report(FileRow const &row)
{
    auto const name = printable(row.file);
    if (row.status == "failed" || row.status == "held") {
        log_warning("{}: {}: {}: {}", row.job, name, row.status, row.reason);
    } else if (row.status == "waiting") {
        log_info("{}: {}: waiting: {}", row.job, name, row.reason);
    } else {
        log_info("{}: {}: {}, {} read, {} accepted, {} rejected, {:.1f} s", row.job, name, row.status, row.read, row.accepted, row.rejected, row.seconds);
    }
}

/// False if nothing became of it this time: it begins again by itself.
bool work_one(Site &site, FileRow &row, Outcome &out)
{
    try {
        if (!fetch_bytes(site, row, out)) {
            return row.status == "failed";
        }
        process_file(site, row);
    } catch (FileError const &e) { // its bytes or the spool
        note(out, fmt::format("{}: {}: {}", row.job, printable(row.file), e.what()));
        return false;
    }
    report(row);
    if (!row.source.empty()) {
        std::error_code ignored; // recover() removes what is left
        std::filesystem::remove(row.path, ignored);
    }
    out.files.push_back(row);
    return true;
}

/// A file that may not run now says why in the ledger; told once.
void set_aside(Site &site, FileRow &row, char const *status, std::string const &reason, Outcome &out)
{
    if (row.status == status && row.reason == reason) {
        return;
    }
    row.status = status;
    row.reason = reason;
    site.ledger.save(row);
    report(row);
    out.files.push_back(row);
}

/// What stands in the way of a file; none if its bytes are needed to tell and cannot be had now. Bytes that were had before wait for
/// nothing and are out of no date: they are a duplicate. They are looked at only where a file of this size is done for the job and date.
std::optional<Precondition> judge(Site &site, FileRow &row, Outcome &out)
{
    auto const now = precondition_of(site.ledger, *site.workspace.job(row.job), row, site.clock.today());
    if (now.verdict == Precondition::Verdict::go || row.forced || !site.ledger.may_be_known(row.job, row.data, row.size)) {
        return now;
    }
    if (row.sha256.empty()) {
        if (!fetch_bytes(site, row, out)) {
            return std::nullopt;
        }
        row.sha256 = row.sha256.empty() ? sha256_of(row.path) : row.sha256;
    }
    return site.ledger.find_done(row.sha256, row.job, row.data, row.id) ? Precondition{} : now;
}

/// It was first seen so long ago that it holds up nobody any more.
bool is_stuck(Site const &site, FileRow const &row)
{
    constexpr std::int64_t k_patience_seconds = 30 * 60;
    auto const since = parse_iso(row.seen_at, DateKind::datetime);
    auto const seconds = [](Civil const &c) { return std::int64_t{day_of(c)} * 86400 + c.hour * 3600 + c.minute * 60 + c.second; };
    return since && seconds(site.clock.local()) - seconds(*since) > k_patience_seconds;
}

/// The first upload, in the order of work, that is not finished: what follows it waits. One that takes too long holds up nobody.
std::optional<FileRow> barrier_of(Site &site, std::vector<FileRow> const &unfinished)
{
    std::optional<FileRow> first;
    for (auto row : unfinished) {
        if (is_stuck(site, row)) {
            row.reason = "o envio não termina há mais de 30 minutos";
            site.ledger.save(row);
        } else if (!first || order_of(site, row) < order_of(site, *first)) {
            first = row;
        }
    }
    return first;
}

/// Works what may run, in order; what waited for a file that is now done comes to its turn at once.
void work(Site &site, std::vector<FileRow> rows, std::vector<FileRow> const &unfinished, Outcome &out)
{
    auto const is_orphan = [&](FileRow const &r) { return site.workspace.job(r.job) == nullptr || site.workspace.layouts.count(r.layout) == 0; };
    for (auto &row : rows) {
        if (is_orphan(row)) { // seen under a job that the pack has no more
            set_aside(site, row, "unmatched", fmt::format("there is no job {} any more", row.job), out);
        }
    }
    rows.erase(std::remove_if(rows.begin(), rows.end(), is_orphan), rows.end());
    std::stable_sort(rows.begin(), rows.end(), [&](FileRow const &a, FileRow const &b) { return order_of(site, a) < order_of(site, b); });
    auto const hold_up = [&](FileRow const &by) {
        rows.erase(std::remove_if(rows.begin(), rows.end(), [&](FileRow const &r) { return order_of(site, by) < order_of(site, r); }), rows.end());
    };
    if (auto const barrier = barrier_of(site, unfinished)) {
        hold_up(*barrier);
    }
    using Verdict = Precondition::Verdict;
    for (auto next = rows.begin(); next != rows.end();) {
        auto const now = judge(site, *next, out);
        if (now && now->verdict == Verdict::wait) {
            ++next;
            continue;
        }
        auto row = std::move(*next);
        rows.erase(next);
        if (now && now->verdict == Verdict::hold) {
            set_aside(site, row, "held", now->reason, out);
        } else if (bool const dealt_with = now ? work_one(site, row, out) : row.status == "failed"; !dealt_with && !is_stuck(site, row)) {
            hold_up(row); // as an upload that is not finished does
        }
        next = rows.begin();
    }
    for (auto &row : rows) {
        set_aside(site, row, "waiting", precondition_of(site.ledger, *site.workspace.job(row.job), row, site.clock.today()).reason, out);
    }
}

void write_export(Site &site, Export const &x, bool full, Outcome &out)
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
        note(out, fmt::format("export {}: {}", x.name, e.what()));
    } catch (StoreError const &e) {
        if (is_base_fault(e)) {
            throw;
        }
        note(out, fmt::format("export {}: {}", x.name, e.what()));
    }
}

void write_due_exports(Site &site, Outcome &out)
{
    for (auto const *x : due_exports(site.db, site.workspace)) {
        write_export(site, *x, false, out);
    }
}

void deliver(Site &site, Outcome &out)
{
    for (auto const &error : work_off_outbox(site.db, site.folders)) {
        note(out, error);
    }
}

} // namespace

Outcome poll_once(Site &site, std::optional<std::int64_t> settle)
{
    Outcome out;
    recover(site);
    take_requests(site);
    prepare_sends(site, out);
    deliver(site, out); // what an earlier poll could not
    auto const stable = settle.value_or(k_stable_seconds);
    auto looked = look_everywhere(site, stable, out);
    if (settle) {
        site.clock.sleep(std::chrono::seconds(*settle));
        looked = look_everywhere(site, stable, out);
    }
    auto rows = std::move(looked.ready);
    for (auto &row : local_files(site)) {
        rows.push_back(std::move(row));
    }
    work(site, std::move(rows), looked.unfinished, out);
    write_due_exports(site, out);
    deliver(site, out);
    work_sends(site, out);
    return out;
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
    if (why.empty() && match.job == nullptr && job != nullptr && job->layouts().size() == 1) {
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

void remove_dry_outputs(Site &site)
{
    auto s = site.db.prepare("select local from atom_outbox where local is not null");
    while (s.step()) {
        std::error_code ignored;
        std::filesystem::remove(s.text(0), ignored);
    }
}

} // namespace

Outcome import_files(Site &site, std::vector<std::filesystem::path> const &paths, ImportOptions const &options)
{
    Outcome out;
    std::vector<FileRow> rows;
    if (options.dry_run) {
        site.db.exec("begin immediate");
    } else {
        recover(site);
    }
    for (auto const &path : paths) {
        auto row = row_of(site, path, options);
        site.ledger.save(row);
        if (row.status == "unmatched") {
            out.files.push_back(std::move(row));
        } else {
            rows.push_back(std::move(row));
        }
    }
    work(site, std::move(rows), {}, out);
    write_due_exports(site, out);
    if (options.dry_run) {
        remove_dry_outputs(site);
        site.db.exec("rollback");
    } else {
        deliver(site, out);
    }
    return out;
}

Outcome export_now(Site &site, Export const &x, bool full)
{
    Outcome out;
    write_export(site, x, full, out);
    deliver(site, out);
    return out;
}

} // namespace atom
