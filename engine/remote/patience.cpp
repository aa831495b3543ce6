#include "engine/remote/patience.hpp"

#include <fmt/format.h>

namespace atom {

void Patience::begin()
{
    m_moved = 0;
    m_began = m_last_sign = Clock::now();
}

void Patience::note_moved(std::uint64_t total)
{
    if (total != m_moved) {
        m_moved = total;
        note_life();
    }
}

std::string Patience::ended() const
{
    constexpr int k_limits = 4;
    constexpr std::uint64_t k_least_bytes_a_second = 100;
    auto const now = Clock::now();
    if (m_stop.stop_requested())
        return "broken off: the program was told to stop";
    if (now - m_last_sign > m_limit)
        return fmt::format("nothing came for {} s", m_limit.count());
    if (now - m_began > k_limits * m_limit + std::chrono::seconds(m_moved / k_least_bytes_a_second))
        return fmt::format("broken off: too slow, {} bytes came or went", m_moved);
    return {};
}

} // namespace atom
