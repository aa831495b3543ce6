#pragma once
// Tells systemd how the service is (sd_notify), if it asked to be told by NOTIFY_SOCKET and WATCHDOG_USEC; else nothing.

#include <chrono>
#include <optional>
#include <string>

namespace atom {

class ServiceManager
{
public:
    /// Reads the environment.
    ServiceManager();

    /// "READY=1", "STATUS=…", "STOPPING=1", "WATCHDOG=1"; several lines are one message. By any thread. What cannot be sent is dropped: a
    /// service does not end because nobody listens.
    void tell(std::string const &message) const noexcept;
    /// How often it wants to hear WATCHDOG=1, at the latest.
    std::optional<std::chrono::milliseconds> watchdog() const;

private:
    std::string m_socket;
};

} // namespace atom
