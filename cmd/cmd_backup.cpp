#include "cmd/command.hpp"

#include "engine/base/json.hpp"
#include "engine/base/language.hpp"
#include "engine/run/backup.hpp"

#include <boost/program_options/value_semantic.hpp>
#include <fmt/format.h>

#include <iostream>

namespace po = boost::program_options;

namespace atom {

namespace {

void options(po::options_description &o, po::positional_options_description &positional)
{
    o.add_options()("file", po::value<std::string>()->value_name("FILE"), "where to write the copy; also as a plain argument");
    positional.add("file", 1);
}

int run(Call const &call)
{
    if (!call.has("file")) {
        throw UsageError("no file is named; usage: atom backup FILE");
    }
    auto const workspace = call.workspace();
    auto const clock = call.clock(workspace);
    if (!std::filesystem::exists(workspace.base)) {
        throw UsageError(fmt::format("there is no base yet: {}", workspace.base.string()));
    }
    for (auto const &part : back_up(workspace, std::filesystem::absolute(call.text("file")))) {
        if (call.json()) {
            std::cout << JsonObject().add("file", part.path.string()).add("bytes", part.size).text() << "\n";
        } else {
            std::cout << say("{}: {} bytes, checked", part.path.string(), part.size) << "\n";
        }
    }
    return 0;
}

} // namespace

Command const k_backup = {
    "backup",
    "FILE",
    "makes a sound copy of the base, whatever is running",
    "FILE is the base, FILE.online the online base, FILE.spool what is still to be delivered. To go back: stop what runs, put them\n"
    "in the place of data/base.db, data/online.db and data/spool/out, and delete the old ones' -wal and -shm.",
    options,
    run};

} // namespace atom
