#pragma once
// How long a server is waited for. Whatever it does, a call ends: at the wish
// to stop, after a time without a sign of life, and in the end by being too
// slow. One object, one thread.

#include <chrono>
#include <cstdint>
#include <stop_token>
#include <string>

namespace atom {

class Patience
{
public:
    Patience(std::chrono::seconds limit, std::stop_token stop) : m_limit(limit), m_stop(std::move(stop)) {}

    /// A call begins.
    void begin();
    /// Something came or went.
    void note_life() { m_last_sign = Clock::now(); }
    /// Bytes that were moved since the call began; more than before is a sign of
    /// life.
    void note_moved(std::uint64_t total);
    /// Why the call has to end now; "" while it may go on. Without a sign of life
    /// for the limit; or when four limits are over, and a second more for each
    /// 100 bytes that were moved.
    std::string ended() const;

    std::chrono::seconds limit() const noexcept { return m_limit; }
    std::stop_token const &stop() const noexcept { return m_stop; }

private:
    using Clock = std::chrono::steady_clock;

    std::chrono::seconds m_limit;
    std::stop_token m_stop;
    std::uint64_t m_moved = 0; // bytes
    Clock::time_point m_began = Clock::now();
    Clock::time_point m_last_sign = m_began;
};

} // namespace atom
