#include "engine/run/online_rows.hpp"

#include "engine/job/take.hpp"

namespace atom {

bool is_taken_online(Site const &site, FileRow const &row)
{
    auto const *const job = site.workspace.job(row.job);
    return job != nullptr && !job->take.empty();
}

namespace {

/// The job's row that is not done yet; a new one if there is none, none while it is held.
std::optional<FileRow> open_row(Site &site, Job const &job)
{
    auto open = site.db.prepare(
        "select id, status from atom_file where job = ?1 and file = ?2 and status in ('seen', 'waiting', 'failed', 'held')");
    FileRow row;
    for (open.bind(1, job.name).bind(2, take_name(job.take)); open.step();) {
        if (open.view(1) == "held") {
            return std::nullopt;
        }
        row = *site.ledger.find(open.integer(0));
    }
    return row;
}

} // namespace

std::vector<FileRow> online_rows(Site &site)
{
    std::vector<FileRow> out;
    bool const has_online = site.db.integer("select count(*) from pragma_database_list where name = 'online'") > 0;
    for (auto const &job : site.workspace.jobs) {
        if (job.take.empty() || !has_online || !has_rows_to_take(site.db, job.take, last_taken(site.db, job.name))) {
            continue;
        }
        if (auto row = open_row(site, job)) {
            row->file = take_name(job.take);
            row->job = job.name;
            row->data = iso_day(site.clock.today());
            row->captures = "{}";
            row->seen_at = site.clock.local_text();
            row->status = row->status == "waiting" ? row->status : "seen"; // so that why it waits is told once
            site.ledger.save(*row);
            out.push_back(std::move(*row));
        }
    }
    return out;
}

} // namespace atom
