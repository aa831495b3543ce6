#include "engine/base/kill_point.hpp"

#ifdef ATOM_KILL_POINTS

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <string>

namespace atom {

void kill_point(char const *name)
{
    static char const *const wanted = std::getenv("ATOM_KILL_AT");
    if (wanted == nullptr) {
        return;
    }
    static std::atomic<int> reached = 0;
    auto const *const colon = std::strchr(wanted, ':');
    std::string const point = colon != nullptr ? std::string(wanted, colon) : std::string(wanted);
    if (point == name && ++reached == (colon != nullptr ? std::atoi(colon + 1) : 1)) {
        std::raise(SIGKILL);
    }
}

} // namespace atom

#endif
