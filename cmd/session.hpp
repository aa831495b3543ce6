#pragma once
// The real things that a command which writes the base needs, made in their order: workspace, clock, lock, base, folders.

#include "cmd/command.hpp"
#include "cmd/output.hpp"

#include "engine/base/lock_file.hpp"
#include "engine/run/dry_copy.hpp"
#include "engine/run/service.hpp"
#include "engine/run/site.hpp"

#include <functional>
#include <optional>

namespace atom {

class Session
{
public:
    /// Takes the lock: `wait` says who holds it and waits; else locked() tells whether it was had, and the right to look at the sources
    /// with it. A dry run works on a private copy of the bases, its folders are only looked at, and nothing of it is left.
    Session(Call const &call, char const *command, bool wait, bool dry_run = false);

    bool locked() const noexcept { return m_lock.has_value(); }
    std::string const &holder() const noexcept { return m_holder; }
    Workspace const &workspace() const noexcept { return m_workspace; }
    Clock &clock() noexcept { return *m_clock; }
    /// Does the work. SIGINT and SIGTERM ask it to end, as soon as what is being committed is.
    Ended work(std::function<void(Site &)> const &work);
    /// Of a dry run: what it would change.
    ChangePlan const &plan() const { return *m_plan; }

private:
    Site site();
    void lock_for_writing(char const *command, bool wait);
    void lock_silently(bool wait);
    void open_copy();

    Workspace m_workspace;
    std::unique_ptr<Clock> m_clock;
    std::optional<RunLock> m_run_lock;
    std::optional<LockFile> m_lock;
    std::string m_holder;
    std::optional<DryCopy> m_copy;
    std::unique_ptr<Database> m_db;
    std::optional<ChangePlan> m_plan;
    Folders m_folders;
    std::stop_token m_stop;
};

/// "atom import (process 4711, since 2026-11-03 02:00:05)": for those who find the base locked.
std::string holder_text(char const *command, Clock const &clock);

} // namespace atom
