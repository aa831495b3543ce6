#include "cmd/command.hpp"

#include "engine/base/json.hpp"
#include "engine/base/text.hpp"
#include "engine/run/site.hpp"

#include <boost/program_options/value_semantic.hpp>
#include <fmt/format.h>

#include <cstdlib>
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

std::string user()
{
    for (auto const *variable : {"USER", "LOGNAME"}) {
        if (char const *const name = std::getenv(variable)) {
            return name;
        }
    }
    return "unknown";
}

int run(Call const &call)
{
    auto const id = call.text("id");
    if (!is_digits(id) || id.size() > 18) {
        throw UsageError("a file's id is needed, a number that atom files shows; usage: atom retry ID");
    }
    auto const workspace = call.workspace();
    auto const clock = call.clock(workspace);
    std::optional<FileRow> row;
    if (std::filesystem::exists(workspace.base)) {
        auto const db = open_base(workspace, OpenMode::read_only);
        row = Ledger(*db).find(std::stoll(id));
    }
    if (!row) {
        throw UsageError(fmt::format("no file {} is in the ledger; atom files lists them", id));
    }
    if (row->status != "failed") {
        throw UsageError(fmt::format("file {} is {}; only a failed file can be tried again{}", id, row->status,
                                     row->status == "done" ? " (atom import --force takes its bytes once more)" : ""));
    }
    Request const request{0, "retry", id, call.has("by") ? call.text("by") : user()};
    add_request(workspace, *clock, request);
    if (call.json()) {
        std::cout << JsonObject().add("id", row->id).add("request", "retry").add("by", request.by).text() << "\n";
    } else {
        std::cout << fmt::format("file {} ({}) is tried again at the next poll\n", id, printable(row->file));
    }
    return 0;
}

} // namespace

Command const k_retry = {"retry", "ID", "tries a failed file again", "A request that the next poll takes up; who asked is kept.", options, run};

} // namespace atom
