#include "cmd/command.hpp"
#include "cmd/output.hpp"

#include "engine/base/text.hpp"
#include "engine/intake/preconditions.hpp"
#include "engine/job/bases.hpp"
#include "engine/run/site.hpp"

#include <boost/program_options/value_semantic.hpp>
#include <fmt/format.h>

namespace po = boost::program_options;

namespace atom {

namespace {

std::vector<std::string> const k_statuses = {"seen", "fetching", "waiting",   "held",      "running",
                                             "done", "failed",   "duplicate", "unmatched", "removed"};

void options(po::options_description &o, po::positional_options_description &)
{
    o.add_options()("status", po::value<std::string>()->value_name("STATUS"), "only files of this status");
    o.add_options()("date", po::value<std::string>()->value_name("DATE"), "only files of this date, 2026-11-03");
}

int run(Call const &call)
{
    auto const status = call.text("status");
    auto const date = call.text("date");
    if (!status.empty() && std::find(k_statuses.begin(), k_statuses.end(), status) == k_statuses.end()) {
        throw UsageError(unknown_word("status", status, k_statuses));
    }
    if (!date.empty() && (!parse_iso_day(date) || date.size() != 10)) {
        throw UsageError(fmt::format("--date: \"{}\" is no date; write 2026-11-03", date));
    }
    auto const workspace = call.workspace();
    auto const clock = call.clock(workspace);
    if (!std::filesystem::exists(workspace.base)) {
        print_files({}, call.json());
        return 0;
    }
    auto const db = open_base(workspace, OpenMode::read_only);
    Ledger ledger(*db);
    auto const overdue = overdue_jobs(ledger, workspace, *clock);
    auto files = ledger.all(status, date);
    mark_interrupted(files, workspace);
    for (auto const &o : status.empty() && date.empty() ? overdue : std::vector<Overdue>{}) {
        FileRow row;
        row.job = o.job;
        row.status = "overdue";
        row.data = iso_day(clock->today());
        row.reason = fmt::format("esperado {}", o.expected);
        files.push_back(std::move(row));
    }
    print_files(files, call.json());
    auto const seen = ledger.with_status({"seen"});
    bool const is_one_stuck =
        std::any_of(seen.begin(), seen.end(), [](FileRow const &f) { return !f.reason.empty(); }); // an upload that does not end
    return ledger.with_status({"failed", "held"}).empty() && overdue.empty() && !is_one_stuck ? 0 : 1;
}

} // namespace

Command const k_files = {
    "files",
    "",
    "the ledger: what came, and what became of it",
    "Exit 1 while any file is failed, held or stuck, or one that is expected today has not come, so that a monitor can rest on it.",
    options,
    run};

} // namespace atom
