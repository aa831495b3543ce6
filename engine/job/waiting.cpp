#include "engine/job/waiting.hpp"

namespace atom {

std::vector<Overdue> overdue_jobs(Ledger &ledger, Workspace const &workspace, Clock const &clock)
{
    std::vector<Overdue> out;
    auto const now = clock.local();
    for (auto const &job : workspace.jobs) {
        if (job.expected && job.expected->due(now) && !ledger.has_come(job.name, iso_day(day_of(now)))) {
            out.push_back({job.name, job.expected->text});
        }
    }
    return out;
}

std::vector<std::string> jobs_that_hold(Workspace const &workspace, Export const &x)
{
    std::vector<std::string> out;
    for (auto const &job : workspace.jobs) {
        if (std::find(job.holds.begin(), job.holds.end(), x.name) != job.holds.end()) {
            out.push_back(job.name);
        }
    }
    return out;
}

std::vector<KeptBack> kept_back_exports(Ledger &ledger, Workspace const &workspace)
{
    std::vector<KeptBack> out;
    for (auto const &x : workspace.exports) {
        auto const rows = ledger.kept_back(x.name);
        auto by = rows > 0 ? ledger.find_holders(jobs_that_hold(workspace, x), x.name) : std::vector<FileRow>{};
        if (!by.empty()) {
            out.push_back({x.name, rows, std::move(by)});
        }
    }
    return out;
}

} // namespace atom
