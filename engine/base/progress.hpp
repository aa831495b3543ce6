#pragma once
// How far the work at hand has come, for who watches it: set by the thread that works, read by any. One work a process.

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace atom {

class Progress
{
public:
    enum class Unit
    {
        rows,
        bytes
    };
    struct State
    {
        std::string stage;
        std::uint64_t done = 0, total = 0; // 0 = nobody knows how much it will be
        Unit unit = Unit::rows;
        std::chrono::steady_clock::time_point since;
    };

    static void begin(std::string stage, std::uint64_t total, Unit unit = Unit::rows);
    static void end();
    /// By the working thread alone.
    static void step() noexcept { s_done.store(s_done.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed); }
    /// By any thread.
    static void at(std::uint64_t done) noexcept { s_done.store(done, std::memory_order_relaxed); }

    /// None while nothing is at work.
    static std::optional<State> state();

private:
    static std::atomic<std::uint64_t> s_done;
};

} // namespace atom
