#pragma once
// The real things that a command which writes the base needs, made in their order: workspace, clock, lock, base, folders.

#include "cmd/command.hpp"

#include "engine/base/lock_file.hpp"
#include "engine/run/site.hpp"

#include <optional>

namespace atom {

class Session
{
public:
    /// Takes the lock: `wait` says who holds it and waits; else lock() tells whether it was had.
    Session(Call const &call, char const *command, bool wait, bool dry_run = false);

    bool locked() const noexcept { return m_lock.has_value(); }
    std::string const &holder() const noexcept { return m_holder; }
    Workspace const &workspace() const noexcept { return m_workspace; }
    Clock &clock() noexcept { return *m_clock; }
    Site site();

private:
    Workspace m_workspace;
    std::unique_ptr<Clock> m_clock;
    std::optional<LockFile> m_lock;
    std::string m_holder;
    std::unique_ptr<Database> m_db;
    Folders m_folders;
};

} // namespace atom
