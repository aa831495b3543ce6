#include "cmd/command.hpp"

#include "engine/base/file.hpp"
#include "engine/base/json.hpp"

#include <boost/program_options/value_semantic.hpp>
#include <fmt/format.h>

#include <filesystem>
#include <iostream>

namespace po = boost::program_options;
namespace fs = std::filesystem;

namespace atom {

namespace {

void options(po::options_description &o, po::positional_options_description &positional)
{
    o.add_options()("dir", po::value<std::string>()->value_name("DIR"), "the folder to make; also as a plain argument");
    positional.add("dir", 1);
}

/// The pack beside the installed program, else that of the source tree, to which a link in the build folder leads.
fs::path pack_folder()
{
    std::error_code unreadable;
    auto const self = fs::read_symlink("/proc/self/exe", unreadable);
    for (auto const &candidate :
         {self.parent_path().parent_path() / "share" / "atom", fs::path(ATOM_PACK_DIR), self.parent_path() / "pack"}) {
        if (fs::exists(candidate / "jobs" / "init" / "atom.toml")) {
            return candidate;
        }
    }
    throw UsageError("the shipped pack was not found beside the program; is it installed whole?");
}

void copy_tree(fs::path const &from, fs::path const &to)
{
    try {
        fs::copy(from, to, fs::copy_options::recursive);
    } catch (fs::filesystem_error const &e) {
        throw FileError("copy the pack to", to.string(), e.code().value());
    }
}

int run(Call const &call)
{
    if (!call.has("dir")) {
        throw UsageError("no folder is named; usage: atom init DIR");
    }
    fs::path const dir = call.text("dir");
    auto const pack = pack_folder();
    if (fs::exists(dir / "atom.toml")) {
        throw UsageError(fmt::format("{} is a workspace already", dir.string()));
    }
    if (fs::exists(dir) && (!fs::is_directory(dir) || !fs::is_empty(dir))) {
        throw UsageError(fmt::format("{} is there already and not empty", dir.string()));
    }
    make_folder(dir);
    copy_tree(pack / "layouts", dir / "layouts");
    copy_tree(pack / "jobs", dir / "jobs");
    fs::rename(dir / "jobs" / "init" / "atom.toml", dir / "atom.toml"); // last: it makes the folder a workspace
    fs::remove_all(dir / "jobs" / "init");
    if (call.json()) {
        std::cout << JsonObject().add("workspace", dir.string()).text() << "\n";
    } else {
        std::cout << fmt::format("{} is a workspace now; next: edit {}/atom.toml, then atom -C {} check\n", dir.string(), dir.string(),
                                 dir.string());
    }
    return 0;
}

} // namespace

Command const k_init = {"init",  "DIR", "makes a workspace with the shipped pack", "Layouts, jobs and a commented atom.toml, to be edited.",
                        options, run};

} // namespace atom
