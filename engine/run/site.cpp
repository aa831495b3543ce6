#include "engine/run/site.hpp"

#include "engine/base/file.hpp"
#include "engine/job/bases.hpp"
#include "engine/store/attach.hpp"
#include "engine/store/base_file.hpp"
#include "engine/store/ledger.hpp"
#include "engine/store/schema.hpp"
#include "engine/store/trail.hpp"

#include <fmt/format.h>

#include <cstdlib>

namespace atom {

std::unique_ptr<Database> open_base(Workspace const &workspace, OpenMode mode)
{
    if (mode == OpenMode::read_only || mode == OpenMode::existing) {
        auto db = std::make_unique<Database>(workspace.base, mode);
        refuse_foreign_base(*db, BaseKind::base);
        attach_online(*db, workspace);
        return db;
    }
    if (mode == OpenMode::read_write) {
        make_folder(workspace.base.parent_path());
    }
    auto db = std::make_unique<Database>(workspace.base, mode);
    make_engine_tables(*db);
    Faults faults;
    apply_migrations(*db, workspace.root / "jobs" / "schema" / "base", "jobs/schema/base", faults);
    faults.throw_if_any();
    bool const takes = std::any_of(workspace.jobs.begin(), workspace.jobs.end(), [](Job const &j) { return !j.take.empty(); });
    if (takes && mode == OpenMode::read_write) {
        open_online(workspace, mode); // so that its tables are there
    }
    attach_online(*db, workspace);
    return db;
}

bool ran_before(Workspace const &workspace)
{
    auto const holds = [](std::filesystem::path const &path, bool (*asks)(Database &)) {
        if (!std::filesystem::exists(path)) {
            return false;
        }
        Database db(path, OpenMode::read_only);
        return asks(db);
    };
    return holds(workspace.base, has_done_file) || holds(workspace.online, has_trail);
}

std::unique_ptr<Database> open_both_bases(Workspace const &workspace)
{
    auto db = open_reader();
    for (auto const &[name, path] : {std::pair("base", workspace.base), std::pair("online", workspace.online)}) {
        if (std::filesystem::exists(path)) {
            db->attach(path, name);
            continue;
        }
        Database empty({}, OpenMode::memory);
        std::string_view(name) == "base" ? make_engine_tables(empty) : make_online_tables(empty);
        Faults faults;
        auto const shown = fmt::format("jobs/schema/{}", name);
        apply_migrations(empty, workspace.root / shown, shown, faults);
        faults.throw_if_any();
        attach_copy(*db, empty, name);
    }
    return db;
}

namespace {

std::string secret(std::string const &variable)
{
    if (variable.empty()) {
        return {};
    }
    char const *const value = std::getenv(variable.c_str());
    if (value == nullptr) {
        throw RemoteError(RemoteCause::denied, fmt::format("the environment has no {}", variable));
    }
    return value;
}

void add_folder(Folders &folders, std::string const &kind, Endpoint const &e)
{
    folders.add(kind + e.name, e.url, [e] {
        if (!e.off.empty()) {
            throw RemoteError(RemoteCause::denied, e.off);
        }
        return RemoteLogin{secret(e.password_env), e.key, secret(e.key_passphrase_env), e.known_hosts, e.ca_file};
    });
}

} // namespace

void add_folders(Folders &folders, Workspace const &workspace)
{
    for (auto const &s : workspace.sources) {
        add_folder(folders, "source:", s);
    }
    for (auto const &t : workspace.targets) {
        add_folder(folders, "target:", t);
    }
}

namespace {

std::unique_ptr<Database> open_for_requests(Workspace const &workspace)
{
    make_folder(workspace.online.parent_path());
    auto online = std::make_unique<Database>(workspace.online, OpenMode::read_write);
    make_online_tables(*online);
    if (std::filesystem::exists(workspace.base)) {
        online->attach(workspace.base, "base");
    }
    return online;
}

} // namespace

bool add_request(Workspace const &workspace, Clock const &clock, Request const &request)
{
    return note_request(*open_for_requests(workspace), request, clock.local_text());
}

bool withdraw_request(Workspace const &workspace, std::string const &kind, std::string const &target)
{
    return drop_request(*open_for_requests(workspace), kind, target);
}

} // namespace atom
