#include "cmd/reading.hpp"

#include "engine/base/language.hpp"
#include "engine/run/site.hpp"
#include "engine/store/unshared.hpp"

#include <fmt/format.h>

#include <iostream>

namespace atom {

namespace {

std::unique_ptr<Database> open_replica(Workspace const &workspace)
{
    if (!workspace.replica) {
        throw UsageError("atom.toml has no [replica]");
    }
    if (!std::filesystem::exists(workspace.replica->path)) {
        throw UsageError(
            fmt::format("there is no replica yet at {}; a run that changes something makes it", workspace.replica->path.string()));
    }
    auto db = std::make_unique<Database>(workspace.replica->path, OpenMode::read_only);
    db->set_name("base");
    return db;
}

} // namespace

std::unique_ptr<Database> open_to_ask(Workspace const &workspace, bool replica)
{
    if (replica) {
        return open_replica(workspace);
    }
    std::error_code unseen;
    if (!std::filesystem::exists(workspace.base, unseen) && !unseen) {
        throw UsageError(fmt::format("there is no base yet at {}; the first import or run makes it", workspace.base.string()));
    }
    try {
        auto db = open_base(workspace, OpenMode::read_only);
        (void)db->integer("select count(*) from sqlite_schema"); // it is opened at the first read
        return db;
    } catch (StoreError const &e) {
        bool const has_replica = workspace.replica && std::filesystem::exists(workspace.replica->path, unseen);
        if (!is_base_fault(e) || !has_replica) {
            throw StoreError(e.code(), fmt::format("{}: {}; who may read {} and write nothing can ask the replica, if atom.toml has one "
                                                   "([replica] path)",
                                                   workspace.base.string(), e.what(), workspace.base.parent_path().string()));
        }
        std::cerr << say("atom: the base cannot be read by this user ({}): this is the replica", std::string(e.what())) << "\n";
        return open_replica(workspace);
    }
}

Reading::Reading(Workspace const &workspace) : m_workspace(workspace), m_is_unshared(is_read_unshared(workspace.base)), m_before(states())
{}

std::string Reading::states() const { return state_of_base(m_workspace.base) + "|" + state_of_base(m_workspace.online); }

int Reading::exit_code() const
{
    if (!m_is_unshared || states() == m_before) {
        return 0;
    }
    std::cout.flush();
    std::cerr << tr("atom: the base was written while it was read: what was told may be of two states; ask again") << "\n";
    return 1;
}

} // namespace atom
