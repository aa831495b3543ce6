// The same story for files that a person names (declared in run/poll.hpp).

#include "engine/base/log.hpp"
#include "engine/base/text.hpp"
#include "engine/intake/look.hpp"
#include "engine/run/leave.hpp"
#include "engine/run/replica.hpp"
#include "engine/run/work_files.hpp"

#include <fmt/format.h>

namespace atom {

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
        row.reason = why.empty() ? unmatched_reason(site.workspace, row.file) + "; --job names one" : why;
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

} // namespace atom
