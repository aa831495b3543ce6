#include "cmd/progress_line.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <mutex>

#include <pthread.h>

namespace atom {

namespace {

using std::chrono::steady_clock;

constexpr auto k_tick = std::chrono::milliseconds(250);
constexpr auto k_patience = std::chrono::seconds(1);

void watch(std::stop_token stop)
{
    StatusLine line;
    auto const begun = steady_clock::now();
    std::mutex mutex;
    std::condition_variable_any rest;
    std::unique_lock lock(mutex);
    while (!rest.wait_for(lock, stop, k_tick, [&] { return stop.stop_requested(); })) {
        auto const now = steady_clock::now();
        auto const state = now - begun < k_patience ? std::nullopt : Progress::state();
        if (state) {
            line.show(progress_text(*state, std::chrono::duration<double>(now - state->since).count()));
        } else {
            line.wipe();
        }
    }
}

} // namespace

std::string progress_text(Progress::State const &s, double seconds)
{
    auto const done = s.total > 0 ? std::min(s.done, s.total) : s.done;
    auto const rate = seconds > 0 ? static_cast<double>(done) / seconds : 0;
    bool const is_bytes = s.unit == Progress::Unit::bytes;
    std::string out = s.stage;
    if (s.total > 0) {
        out += fmt::format(": {} %", done * 100 / s.total);
    }
    out += is_bytes ? fmt::format(", {} MB, {:.0f} MB/s", done >> 20U, rate / (1 << 20)) : say(", {} rows, {:.0f}/s", done, rate);
    if (s.total > 0 && done > 0 && seconds > 1) {
        out += say(", {:.0f} s left", static_cast<double>(s.total - done) / rate);
    }
    return out;
}

ProgressLine::ProgressLine()
{
    if (!StatusLine().is_shown()) {
        return;
    }
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before); // for the thread that is made now
    m_thread = std::jthread(watch);
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

ProgressLine::~ProgressLine()
{
    if (m_thread.joinable()) {
        m_thread.request_stop();
        m_thread.join();
    }
}

} // namespace atom
