#pragma once
// When something is to be done: every so often, when somebody rings, or because of a signal. The only user of Asio's timers and signals.
// One object a process. While it lives, SIGTERM, SIGINT and SIGHUP go to its own thread, and are blocked in the thread that made it and in
// those that this one makes.

#include <chrono>
#include <functional>
#include <memory>
#include <stop_token>

namespace atom {

class Schedule
{
public:
    enum class Event
    {
        due,    // the time has come: at once after the start, then every so often
        rung,   // ring() was called
        reload, // SIGHUP
        stop    // SIGTERM or SIGINT; from then on always
    };

    explicit Schedule(std::chrono::milliseconds every);
    ~Schedule();
    Schedule(Schedule const &) = delete;
    Schedule &operator=(Schedule const &) = delete;

    /// Waits for the next event; several of a kind are one. The caller's thread does the work that it is told to do: what comes meanwhile
    /// is kept.
    Event wait();
    /// By any thread.
    void ring();
    void ring_after(std::chrono::milliseconds pause);
    void set_every(std::chrono::milliseconds every);
    /// Calls back that often, on the schedule's own thread, which must not be held up. Once a process.
    void each(std::chrono::milliseconds every, std::function<void()> call);
    /// Asked to stop by the signal, so that work under way ends. If the process is still there `k_grace` later, it is ended as a crash
    /// would: harmless, since whatever is not committed begins again.
    std::stop_token stop_token() const;
    /// SIGTERM or SIGINT, whichever asked to stop; 0 while none has.
    int stop_signal() const noexcept;
    static constexpr std::chrono::seconds k_grace{9};

private:
    class Impl;
    std::unique_ptr<Impl> m_impl;
};

} // namespace atom
