#include "cmd/command.hpp"

#include "engine/base/json.hpp"
#include "engine/base/text.hpp"
#include "engine/run/site.hpp"

#include <boost/program_options/value_semantic.hpp>
#include <fmt/format.h>

#include <iostream>

namespace po = boost::program_options;

namespace atom {

namespace {

void options(po::options_description &o, po::positional_options_description &positional)
{
    o.add_options()("id", po::value<std::string>()->value_name("ID"), "the file's id, as atom files shows it; also as a plain argument");
    o.add_options()("by", po::value<std::string>()->value_name("WHO"), "who asks, for the record (else the system's user)");
    positional.add("id", 1);
}

/// Each kind of request is for files of one status.
struct Kind
{
    char const *name;
    char const *status;
    char const *only;    // what else to do
    char const *promise; // what the next poll does
};

constexpr Kind k_retry_kind = {"retry", "failed", "only a failed file can be tried again", "is tried again"};
constexpr Kind k_approve_kind = {"approve", "held", "only a held file can be approved", "runs past what held it"};
constexpr Kind k_release_kind = {"release", "waiting", "only a waiting file can be released", "runs without what it waits for"};

void ask(Call const &call, Workspace const &workspace, Clock const &clock, Kind const &kind, std::string const &target,
         std::string const &shown)
{
    Request const request{0, kind.name, target, call.has("by") ? call.text("by") : system_user()};
    add_request(workspace, clock, request);
    if (call.json()) {
        std::cout << JsonObject().add(is_digits(target) ? "id" : "export", target).add("request", kind.name).add("by", request.by).text()
                  << "\n";
    } else {
        std::cout << fmt::format("{} {} at the next poll\n", shown, kind.promise);
    }
}

FileRow file_of(Workspace const &workspace, Kind const &kind, std::string const &id)
{
    std::optional<FileRow> row;
    if (std::filesystem::exists(workspace.base)) {
        auto const db = open_base(workspace, OpenMode::read_only);
        row = Ledger(*db).find(std::stoll(id));
    }
    if (!row) {
        throw UsageError(fmt::format("no file {} is in the ledger; atom files lists them", id));
    }
    if (row->status != kind.status) {
        throw UsageError(fmt::format("file {} is {}; {}{}", id, row->status, kind.only,
                                     row->status == "done" ? " (atom import --force takes its bytes once more)" : ""));
    }
    return *row;
}

int run_for(Call const &call, Kind const &kind)
{
    auto const id = call.text("id");
    auto const workspace = call.workspace();
    auto const clock = call.clock(workspace);
    if (auto const *const x = workspace.export_named(id); x != nullptr && std::string_view(kind.name) == "release") {
        ask(call, workspace, *clock, kind, id, fmt::format("export {}", id));
        return 0;
    }
    if (!is_digits(id) || id.size() > 18) {
        throw UsageError(fmt::format("a file's id is needed, a number that atom files shows; usage: atom {} ID", kind.name));
    }
    auto const row = file_of(workspace, kind, id);
    ask(call, workspace, *clock, kind, id, fmt::format("file {} ({})", id, printable(row.file)));
    return 0;
}

int run_retry(Call const &call) { return run_for(call, k_retry_kind); }
int run_approve(Call const &call) { return run_for(call, k_approve_kind); }
int run_release(Call const &call) { return run_for(call, k_release_kind); }

} // namespace

Command const k_retry = {"retry", "ID",     "tries a failed file again", "A request that the next poll takes up; who asked is kept.",
                         options, run_retry};
Command const k_approve = {
    "approve", "ID",       "lets a held file run past what held it", "A request that the next poll takes up; who asked is kept.",
    options,   run_approve};
Command const k_release = {"release",
                           "ID|EXPORT",
                           "lets a waiting file run, or an export go past the files that hold it now",
                           "A request that the next poll takes up; who asked is kept.",
                           options,
                           run_release};

} // namespace atom
