#include "cmd/command.hpp"
#include "cmd/table.hpp"

#include "engine/base/json.hpp"
#include "engine/base/text.hpp"
#include "engine/run/doctor.hpp"
#include "engine/run/site.hpp"

#include <iostream>

namespace po = boost::program_options;

namespace atom {

namespace {

void options(po::options_description &, po::positional_options_description &) {}

char const *word_of(Finding::State state)
{
    switch (state) {
    case Finding::State::well: return "ok";
    case Finding::State::off: return "off";
    case Finding::State::note: return "note";
    case Finding::State::wrong: break;
    }
    return "wrong";
}

int run(Call const &call)
{
    auto const workspace = call.workspace();
    auto const clock = call.clock(workspace);
    std::vector<Finding> found;
    try {
        for (auto const &w : check_workspace(workspace)) {
            found.push_back({Finding::State::note, "configuration", fmt::format("{}: {}", w.pos.text(), w.message)});
        }
    } catch (StoreError const &) { // the real base could not be asked which files of SQL it has: what is wrong with it is told below
    }
    Folders folders;
    add_folders(folders, workspace);
    Table table({"state", "what", "text"});
    bool wrong = false;
    for (auto &f : examine(workspace, *clock, folders)) {
        found.push_back(std::move(f));
    }
    for (auto const &f : found) {
        wrong = wrong || f.state == Finding::State::wrong;
        if (call.json()) {
            std::cout << JsonObject().add("state", word_of(f.state)).add("what", f.what).add("text", f.text).text() << "\n";
        } else {
            table.add({word_of(f.state), f.what, printable(f.text)});
        }
    }
    if (!call.json()) {
        table.print();
    }
    return wrong ? 1 : 0;
}

} // namespace

Command const k_doctor = {
    "doctor",
    "",
    "finds what would keep the program from its work",
    "Configuration, time, disk, the base, secrets; whether each source and target is reached, its key known, and what has to be\n"
    "written there may be written. Exit 1 if anything is wrong.",
    options,
    run};

} // namespace atom
