#include "cmd/command.hpp"
#include "cmd/output.hpp"
#include "cmd/reading.hpp"
#include "cmd/row_output.hpp"

#include "engine/base/json.hpp"
#include "engine/base/language.hpp"
#include "engine/base/local_time.hpp"
#include "engine/base/text.hpp"
#include "engine/job/bases.hpp"
#include "engine/job/waiting.hpp"

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
    o.add_options()("date", po::value<std::string>()->value_name("DATE"), "only files of this date, 2026-11-03 or 03/11/2026");
    o.add_options()("job", po::value<std::string>()->value_name("NAME"), "only files of this job");
    o.add_options()("since", po::value<std::string>()->value_name("DATE"), "only files that were seen from this day on");
    o.add_options()("last", po::value<std::size_t>()->value_name("N"), "only the newest N");
    add_row_file_options(o);
}

/// What is no file, and somebody who looks for files has to know: those that have not come, and rows that a file keeps here.
void add_what_waits(std::vector<FileRow> &files, std::vector<Overdue> const &overdue, std::vector<KeptBack> const &kept_back,
                    std::string const &today)
{
    for (auto const &o : overdue) {
        FileRow row;
        row.job = o.job;
        row.status = "overdue";
        row.data = today;
        row.reason = fmt::format("esperado {}", o.expected);
        files.push_back(std::move(row));
    }
    for (auto const &k : kept_back) {
        FileRow row;
        row.status = "kept_back";
        row.exports = "[" + json_quoted(k.export_name) + "]";
        row.reason = fmt::format("{}: {} linhas esperam por {}", k.export_name, k.rows, printable(k.by.front().file));
        for (std::size_t i = 1; i < k.by.size(); ++i) {
            row.reason += ", " + printable(k.by[i].file);
        }
        files.push_back(std::move(row));
    }
}

/// A day as people type it, as ISO writes it; "" where the option is not given.
std::string day_of_option(Call const &call, char const *option)
{
    auto const day = iso_from_typed(call.text(option));
    if (!day.empty() && (!parse_iso_day(day) || day.size() != 10)) {
        throw UsageError(fmt::format("--{}: \"{}\" is no date; write 2026-11-03 or 03/11/2026", option, call.text(option)));
    }
    return day;
}

struct Wanted
{
    std::string status, date, job, since;
    std::size_t last = 0; // 0: all

    explicit Wanted(Call const &call, Workspace const &workspace)
        : status(call.text("status")), date(day_of_option(call, "date")), job(call.text("job")), since(day_of_option(call, "since")),
          last(call.has("last") ? call.number("last") : 0)
    {
        if (!status.empty() && std::find(k_statuses.begin(), k_statuses.end(), status) == k_statuses.end()) {
            throw UsageError(unknown_word("status", status, k_statuses));
        }
        if (!job.empty() && workspace.job(job) == nullptr) {
            throw UsageError(unknown_word("job", job, workspace.job_names()));
        }
    }
    bool is_all() const { return status.empty() && date.empty() && job.empty() && since.empty() && last == 0; }

    std::vector<FileRow> of(Ledger &ledger) const
    {
        auto files = ledger.all(status, date);
        files.erase(std::remove_if(files.begin(), files.end(),
                                   [&](FileRow const &f) { return (!job.empty() && f.job != job) || f.seen_at < since; }),
                    files.end());
        if (last > 0 && files.size() > last) {
            files.erase(files.begin(), files.end() - static_cast<std::ptrdiff_t>(last));
        }
        return files;
    }
};

int exit_code_of(Ledger &ledger, std::vector<Overdue> const &overdue)
{
    auto const seen = ledger.with_status({"seen"});
    bool const is_one_stuck =
        std::any_of(seen.begin(), seen.end(), [](FileRow const &f) { return !f.reason.empty(); }); // an upload that does not end
    return ledger.with_status({"failed", "held"}).empty() && overdue.empty() && !is_one_stuck ? 0 : 1;
}

void print_or_write(Call const &call, std::vector<FileRow> const &files, std::vector<Request> const &requests)
{
    RowOutput output(call, "Arquivos",
                     {{"id", "Id"},
                      {"file", "Arquivo"},
                      {"job", "Job"},
                      {"status", "Situação"},
                      {"data", "Data"},
                      {"read", "Lidas"},
                      {"accepted", "Aceitas"},
                      {"rejected", "Recusadas"},
                      {"warnings", "Avisos"},
                      {"seconds", "Segundos"},
                      {"reason", "Motivo"}});
    if (!output.is_wanted()) {
        print_files(files, call.json(), requests);
        return;
    }
    auto const number = [](std::uint64_t n) { return SqlValue(static_cast<std::int64_t>(n)); };
    for (auto const &f : files) {
        output.row({f.id == 0 ? SqlValue() : SqlValue(f.id), printable(f.file), f.job, std::string(tr(f.status, Language::portuguese)),
                    f.data, number(f.read), number(f.accepted), number(f.rejected), number(f.warnings), f.seconds, f.reason});
    }
    output.commit();
}

int run(Call const &call)
{
    auto const workspace = call.workspace();
    auto const clock = call.clock(workspace);
    Wanted const wanted(call, workspace);
    if (!std::filesystem::exists(workspace.base)) {
        print_or_write(call, {}, {});
        return 0;
    }
    Reading const reading(workspace);
    auto const db = open_to_ask(workspace);
    Ledger ledger(*db);
    auto const overdue = overdue_jobs(ledger, workspace, *clock);
    auto files = wanted.of(ledger);
    mark_interrupted(files, workspace);
    if (wanted.is_all()) {
        add_what_waits(files, overdue, kept_back_exports(ledger, workspace), iso_day(clock->today()));
    }
    print_or_write(call, files, open_requests(*db));
    int const code = exit_code_of(ledger, overdue);
    return std::max(code, reading.exit_code());
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
