#pragma once
// `atom run`: polls again and again until it is told to stop. Between polls it holds neither the base nor its lock, so `atom import` gets
// its turn; what fails is told once and tried again.

#include "engine/base/lock_file.hpp"
#include "engine/run/schedule.hpp"
#include "engine/run/site.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace atom {

/// The right to be the one who looks at the sources, by `atom run` for its whole life and by `run --once` for its poll.
class RunLock
{
public:
    RunLock(Workspace const &workspace, std::string const &who);
    bool is_taken() const noexcept { return m_lock.has_value(); }
    std::string const &holder() const noexcept { return m_holder; } // if it is not

private:
    std::optional<LockFile> m_lock;
    std::string m_holder;
};

struct ServiceSetting
{
    std::unique_ptr<Workspace> workspace;
    Clock &clock;
    std::string who; // for the lock
    /// The workspace as it is written now, checked: throws ConfigError if it is not valid.
    std::function<std::unique_ptr<Workspace>()> reload;
};

/// Returns when it was told to stop. Throws ConfigError for a migration that fails at the start.
void run_service(ServiceSetting setting);

} // namespace atom
