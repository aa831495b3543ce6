#include "engine/run/service_manager.hpp"

#include "engine/base/file.hpp"
#include "engine/base/text.hpp"

#include <cstddef>
#include <cstdlib>
#include <cstring>

#include <sys/socket.h>
#include <sys/un.h>

namespace atom {

namespace {

std::string environment(char const *name)
{
    char const *const value = std::getenv(name);
    return value == nullptr ? "" : value;
}

} // namespace

ServiceManager::ServiceManager() : m_socket(environment("NOTIFY_SOCKET")) {}

void ServiceManager::tell(std::string const &message) const noexcept
{
    sockaddr_un to = {};
    to.sun_family = AF_UNIX;
    if (m_socket.empty() || m_socket.size() >= sizeof to.sun_path) {
        return;
    }
    std::memcpy(to.sun_path, m_socket.data(), m_socket.size());
    if (to.sun_path[0] == '@') { // a name without a file
        to.sun_path[0] = '\0';
    }
    Fd const fd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    if (fd) {
        auto const size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + m_socket.size());
        (void)::sendto(fd.get(), message.data(), message.size(), MSG_NOSIGNAL, reinterpret_cast<sockaddr const *>(&to), size);
    }
}

std::optional<std::chrono::milliseconds> ServiceManager::watchdog() const
{
    auto const text = environment("WATCHDOG_USEC");
    if (m_socket.empty() || !is_digits(text) || text.size() > 15) {
        return std::nullopt;
    }
    return std::chrono::milliseconds(std::stoll(text) / 1000);
}

} // namespace atom
