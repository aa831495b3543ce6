#include "engine/run/dry_copy.hpp"

#include "engine/base/decimal.hpp"
#include "engine/base/scratch_file.hpp"
#include "engine/store/base_clone.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <csignal>

#include <unistd.h>

namespace atom {

namespace {

bool is_alive(std::string const &process)
{
    auto const id = parse_integer(process);
    return id && (::kill(static_cast<pid_t>(*id), 0) == 0 || errno != ESRCH);
}

void remove_left_behind(std::filesystem::path const &folder, std::string const &prefix)
{
    std::error_code ignored; // the next dry run tries again
    for (auto const &entry : std::filesystem::directory_iterator(folder, ignored)) {
        auto const name = entry.path().filename().string();
        if (name.compare(0, prefix.size(), prefix) == 0 && !is_alive(name.substr(prefix.size()))) {
            std::filesystem::remove_all(entry.path(), ignored);
        }
    }
}

/// Copies the base if it is there; returns where it then stands.
std::filesystem::path copied(std::filesystem::path const &base, std::filesystem::path const &folder)
{
    make_folder(folder);
    if (std::filesystem::exists(base)) {
        clone_base(base, folder);
    }
    return folder / base.filename();
}

} // namespace

DryCopy::DryCopy(Workspace &workspace)
{
    if (std::filesystem::exists(workspace.base)) {
        auto const prefix = workspace.base.filename().string() + ".dry-";
        remove_left_behind(workspace.base.parent_path(), prefix);
        m_folder = workspace.base.parent_path() / fmt::format("{}{}", prefix, ::getpid());
        make_folder(m_folder);
    } else {
        m_folder = make_scratch_folder("dry");
    }
    try {
        workspace.base = copied(workspace.base, m_folder / "base");
        workspace.online = copied(workspace.online, m_folder / "online");
        workspace.spool = m_folder / "spool";
    } catch (...) {
        std::error_code ignored;
        std::filesystem::remove_all(m_folder, ignored);
        throw;
    }
}

DryCopy::~DryCopy()
{
    std::error_code ignored; // the next one removes it
    std::filesystem::remove_all(m_folder, ignored);
}

void DryCopy::forget_spool(Database &copy)
{
    copy.exec("update atom_outbox set local = null where local is not null; update atom_file set path = null where source is not null and "
              "path is not null");
}

} // namespace atom
