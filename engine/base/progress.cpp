#include "engine/base/progress.hpp"

#include <mutex>

namespace atom {

namespace {

std::mutex g_mutex;
std::optional<Progress::State> g_state;

} // namespace

std::atomic<std::uint64_t> Progress::s_done = 0;

void Progress::begin(std::string stage, std::uint64_t total, Unit unit)
{
    std::lock_guard const lock(g_mutex);
    at(0);
    g_state = State{std::move(stage), 0, total, unit, std::chrono::steady_clock::now()};
}

void Progress::end()
{
    std::lock_guard const lock(g_mutex);
    g_state.reset();
}

std::optional<Progress::State> Progress::state()
{
    std::lock_guard const lock(g_mutex);
    auto out = g_state;
    if (out) {
        out->done = s_done.load(std::memory_order_relaxed);
    }
    return out;
}

} // namespace atom
