#include "engine/run/poll.hpp"

#include "engine/base/file.hpp"
#include "engine/base/kill_point.hpp"
#include "engine/base/log.hpp"
#include "engine/base/text.hpp"
#include "engine/export/outbox.hpp"
#include "engine/intake/fetch.hpp"
#include "engine/intake/look.hpp"
#include "engine/layout/writer.hpp"
#include "engine/run/process_file.hpp"

#include <fmt/format.h>

namespace atom {

bool Outcome::failed() const
{
    return !errors.empty() || std::any_of(files.begin(), files.end(), [](FileRow const &f) {
        return f.status != "done" && f.status != "duplicate";
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

void take_requests(Site &site)
{
    for (auto const &request : open_requests(site.workspace, site.db)) {
        Transaction transaction(site.db);
        auto row = site.ledger.find(std::stoll(request.target));
        if (request.kind == "retry" && row && row->status == "failed") {
            row->status = "seen";
            row->by = request.by;
            row->reason.clear();
            site.ledger.save(*row);
        }
        note_taken(site.db, request);
        transaction.commit();
    }
}

/// Days first, then the jobs' order, then the hour; a name without an hour comes first.
void sort_for_work(Site const &site, std::vector<FileRow> &rows)
{
    auto const today = iso_day(site.clock.today());
    auto const key = [&](FileRow const &r) {
        auto const *const job = site.workspace.job(r.job);
        return std::tuple(r.data.empty() ? today : r.data, job != nullptr ? job->order : 0, r.hora, r.id);
    };
    std::stable_sort(rows.begin(), rows.end(), [&](FileRow const &a, FileRow const &b) { return key(a) < key(b); });
}

std::vector<FileRow> look_everywhere(Site &site, std::int64_t stable_seconds, Outcome &out)
{
    std::vector<FileRow> ready;
    LookSetting const setting{site.workspace, site.db, site.clock, stable_seconds};
    for (auto const &source : site.workspace.sources) {
        if (!source.off.empty()) {
            continue;
        }
        try {
            for (auto &row : look(setting, source, site.folders.get("source:" + source.name))) {
                ready.push_back(std::move(row));
            }
        } catch (RemoteError const &e) {
            note(out, fmt::format("source {}: {}", source.name, e.what()));
        }
    }
    return ready;
}

/// The bytes of each file that may be fetched; those that came short are failed at once.
std::vector<FileRow> fetch_all(Site &site, std::vector<FileRow> rows, Outcome &out)
{
    std::vector<FileRow> here;
    for (auto &row : rows) {
        try {
            if (fetch(row, site.folders.get("source:" + row.source), site.workspace.spool, site.ledger)) {
                here.push_back(std::move(row));
            }
        } catch (RemoteError const &e) {
            note(out, fmt::format("source {}: {}: {}", row.source, printable(row.file), e.what()));
        } catch (FileRefused const &why) {
            fail_unread(site, row, why);
            out.files.push_back(std::move(row));
        }
    }
    return here;
}

/// Imported files that were interrupted, or that somebody asked to try again.
std::vector<FileRow> local_files(Site &site)
{
    std::vector<FileRow> out;
    for (auto &row : site.ledger.with_status({"seen"})) {
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
    if (row.status == "failed") {
        log_warning("{}: {}: failed: {}", row.job, name, row.reason);
    } else {
        log_info("{}: {}: {}, {} read, {} accepted, {} rejected, {:.1f} s", row.job, name, row.status, row.read, row.accepted, row.rejected, row.seconds);
    }
}

void work(Site &site, std::vector<FileRow> rows, Outcome &out)
{
    sort_for_work(site, rows);
    for (auto &row : rows) {
        try {
            process_file(site, row);
        } catch (FileError const &e) { // its bytes or the spool: it begins again by itself
            note(out, fmt::format("{}: {}: {}", row.job, printable(row.file), e.what()));
            continue;
        }
        report(row);
        if (!row.source.empty()) {
            std::error_code ignored; // recover() removes what is left
            std::filesystem::remove(row.path, ignored);
        }
        out.files.push_back(std::move(row));
    }
}

void write_export(Site &site, Export const &x, bool full, Outcome &out)
{
    try {
        auto result = run_export({site.db, site.workspace, site.clock}, x, full);
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
    deliver(site, out); // what an earlier poll could not
    auto const stable = settle.value_or(k_stable_seconds);
    auto ready = look_everywhere(site, stable, out);
    if (settle) {
        site.clock.sleep(std::chrono::seconds(*settle));
        ready = look_everywhere(site, stable, out);
    }
    auto rows = fetch_all(site, std::move(ready), out);
    for (auto &row : local_files(site)) {
        rows.push_back(std::move(row));
    }
    work(site, std::move(rows), out);
    write_due_exports(site, out);
    deliver(site, out);
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
    auto match = match_job(site.workspace, {}, row.file, options.job);
    auto const *const job = site.workspace.job(options.job);
    if (match.job == nullptr && job != nullptr && job->layouts().size() == 1) {
        match = {job, job->layouts().front().get(), {}}; // the person says whose it is; the name then gives no date
    }
    if (match.job == nullptr) {
        row.status = "unmatched";
        row.reason = "no job takes a file of this name; --job names one";
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
    work(site, std::move(rows), out);
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
