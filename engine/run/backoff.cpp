#include "engine/run/backoff.hpp"

#include <algorithm>

namespace atom {

namespace {

constexpr std::chrono::seconds k_longest = std::chrono::minutes(8);

} // namespace

bool Backoff::may_try(std::string const &name, Time now) const
{
    auto const it = m_failing.find(name);
    return it == m_failing.end() || now >= it->second.next;
}

bool Backoff::note_failure(std::string const &name, Time now)
{
    auto const [it, begins] = m_failing.try_emplace(name, Failing{now, now, {}});
    auto &f = it->second;
    f.pause = begins ? m_first : std::min(2 * f.pause, std::max(m_first, k_longest));
    f.next = now + f.pause;
    return begins;
}

std::optional<std::chrono::seconds> Backoff::note_success(std::string const &name, Time now)
{
    auto const it = m_failing.find(name);
    if (it == m_failing.end()) {
        return std::nullopt;
    }
    auto const lasted = std::chrono::duration_cast<std::chrono::seconds>(now - it->second.since);
    m_failing.erase(it);
    return lasted;
}

std::chrono::seconds Backoff::pause(std::string const &name) const
{
    auto const it = m_failing.find(name);
    return it == m_failing.end() ? std::chrono::seconds(0) : it->second.pause;
}

} // namespace atom
