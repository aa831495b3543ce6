#include "cmd/command.hpp"

#include "engine/base/json.hpp"
#include "engine/base/language.hpp"
#include "engine/base/text.hpp"
#include "engine/run/site.hpp"
#include "engine/store/requests.hpp"

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
    o.add_options()("withdraw", po::bool_switch(), "take the request back, if no poll has taken it up yet");
    positional.add("id", 1);
}

/// Each kind of request is for files of one status.
struct Kind
{
    char const *name;
    char const *status;
    char const *only; // what else to do
};

constexpr Kind k_retry_kind = {"retry", "failed", "only a failed file can be tried again"};
constexpr Kind k_approve_kind = {"approve", "held", "only a held file can be approved"};
constexpr Kind k_release_kind = {"release", "waiting", "only a waiting file can be released"};

/// What the next poll does.
std::string promise(Kind const &kind, std::string const &shown)
{
    return &kind == &k_retry_kind     ? say("{} is tried again at the next poll", shown)
           : &kind == &k_approve_kind ? say("{} runs past what held it at the next poll", shown)
                                      : say("{} runs without what it waits for at the next poll", shown);
}

/// What a request is about: a file of the ledger, or an export.
struct Target
{
    std::string name;        // the id, or the export's name
    std::string shown;       // "file 5 (x.csv)"
    std::string status = {}; // of a file
    std::string why = {};    // of a file: what made it so, and when
};

std::optional<Request> open_request(Workspace const &workspace, Kind const &kind, std::string const &target)
{
    if (std::filesystem::exists(workspace.base)) {
        for (auto &r : open_requests(*open_base(workspace, OpenMode::read_only))) {
            if (r.kind == kind.name && r.target == target) {
                return std::move(r);
            }
        }
    }
    return std::nullopt;
}

int refuse(std::string const &why)
{
    std::cerr << fmt::format("atom: {}\n", why);
    return 1;
}

JsonObject request_json(Target const &target, char const *what, std::string const &by)
{
    return JsonObject().add(is_digits(target.name) ? "id" : "export", target.name).add("request", what).add("by", by);
}

int withdraw(Call const &call, Workspace const &workspace, Kind const &kind, Target const &target)
{
    if (!withdraw_request(workspace, kind.name, target.name)) {
        return refuse(target.status.empty() || target.status == kind.status
                          ? say("{} has no request to withdraw", target.shown)
                          : say("too late: {} is {}", target.shown, std::string(tr(target.status))));
    }
    auto const by = call.has("by") ? call.text("by") : system_user();
    if (call.json()) {
        std::cout << request_json(target, "withdraw", by).text() << "\n";
    } else {
        std::cout << say("{}: the request is withdrawn, and all is as it was", target.shown) << "\n";
    }
    return 0;
}

int ask(Call const &call, Workspace const &workspace, Clock const &clock, Kind const &kind, Target const &target)
{
    Request const request{0, kind.name, target.name, call.has("by") ? call.text("by") : system_user()};
    if (!add_request(workspace, clock, request)) {
        auto const open = open_request(workspace, kind, target.name).value_or(request);
        return refuse(say("{}: that was asked by {} at {} already; atom {} {} --withdraw takes it back", target.shown, open.by, open.at,
                          std::string(kind.name), target.name));
    }
    if (call.json()) {
        auto o = request_json(target, kind.name, request.by);
        std::cout << (target.why.empty() ? o : o.add("reason", target.why)).text() << "\n";
        return 0;
    }
    std::cout << promise(kind, target.shown) << "\n";
    if (!target.why.empty()) {
        std::cout << target.why << "\n";
    }
    return 0;
}

Target file_target(Workspace const &workspace, Kind const &kind, std::string const &id)
{
    std::optional<FileRow> row;
    if (std::filesystem::exists(workspace.base)) {
        auto const db = open_base(workspace, OpenMode::read_only);
        row = Ledger(*db).find(std::stoll(id));
    }
    if (!row) {
        throw UsageError(fmt::format("no file {} is in the ledger; atom files lists them", id));
    }
    Target out{std::to_string(row->id), say("file {} ({})", row->id, printable(row->file)), row->status};
    if (row->status == k_approve_kind.status && &kind == &k_approve_kind) {
        out.why = say("held at {}: {}", row->ended_at.empty() ? row->seen_at : row->ended_at, row->reason);
    }
    return out;
}

Target target_of(Call const &call, Workspace const &workspace, Kind const &kind)
{
    auto const id = call.text("id");
    bool const takes_exports = &kind == &k_release_kind;
    if (takes_exports && workspace.export_named(id) != nullptr) {
        return {id, say("export {}", id)};
    }
    if (is_digits(id) && id.size() <= 18) {
        return file_target(workspace, kind, id);
    }
    if (takes_exports && !id.empty()) {
        std::vector<std::string> names;
        for (auto const &x : workspace.exports) {
            names.push_back(x.name);
        }
        throw UsageError(unknown_word("export", id, names) + " (a file is named by its id, a number that atom files shows)");
    }
    throw UsageError(fmt::format("a file's id is needed, a number that atom files shows; usage: atom {} ID", kind.name));
}

int run_for(Call const &call, Kind const &kind)
{
    auto const workspace = call.workspace();
    auto const clock = call.clock(workspace);
    auto const target = target_of(call, workspace, kind);
    if (call.flag("withdraw")) {
        return withdraw(call, workspace, kind, target);
    }
    if (!target.status.empty() && target.status != kind.status) {
        throw UsageError(fmt::format("{} is {}; {}{}", target.shown.substr(0, target.shown.find(" (")), target.status, kind.only,
                                     target.status == "done" ? " (atom import --force takes its bytes once more)" : ""));
    }
    return ask(call, workspace, *clock, kind, target);
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
