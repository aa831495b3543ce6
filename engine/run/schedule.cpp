#include "engine/run/schedule.hpp"

#include "engine/base/log.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <condition_variable>
#include <csignal>
#include <cstdlib>
#include <mutex>
#include <thread>

namespace atom {

namespace asio = boost::asio;
using Millis = std::chrono::milliseconds;

namespace {

sigset_t our_signals()
{
    sigset_t set;
    sigemptyset(&set);
    for (int const signal : {SIGTERM, SIGINT, SIGHUP}) {
        sigaddset(&set, signal);
    }
    return set;
}

} // namespace

class Schedule::Impl
{
public:
    explicit Impl(Millis every)
        : m_every(every), m_due_timer(m_io), m_ring_timer(m_io), m_each_timer(m_io), m_grace_timer(m_io),
          m_signals(m_io, SIGTERM, SIGINT, SIGHUP)
    {
        auto const ours = our_signals();
        pthread_sigmask(SIG_BLOCK, &ours, &m_before);
        await_signal();
        m_due_timer.expires_after(m_every);
        await_due();
        m_thread = std::thread([this, ours] {
            pthread_sigmask(SIG_UNBLOCK, &ours, nullptr);
            m_io.run();
        });
    }

    ~Impl()
    {
        m_io.stop();
        m_thread.join();
        pthread_sigmask(SIG_SETMASK, &m_before, nullptr);
    }

    Event wait()
    {
        std::unique_lock lock(m_mutex);
        m_changed.wait(lock, [&] { return m_stopped || m_reload || m_due || m_rung; });
        if (m_stopped) {
            return Event::stop;
        }
        if (std::exchange(m_reload, false)) {
            return Event::reload;
        }
        if (std::exchange(m_due, false)) {
            m_rung = false; // what is due takes up whatever was rung for
            return Event::due;
        }
        m_rung = false;
        return Event::rung;
    }

    void set(bool &what)
    {
        std::lock_guard const lock(m_mutex);
        what = true;
        m_changed.notify_all();
    }
    void ring() { set(m_rung); }

    void ring_after(Millis pause)
    {
        asio::post(m_io, [this, pause] {
            m_ring_timer.expires_after(pause);
            m_ring_timer.async_wait([this](boost::system::error_code const &ec) { ec ? void() : ring(); });
        });
    }

    void set_every(Millis every)
    {
        asio::post(m_io, [this, every] {
            m_every = every;
            m_due_timer.expires_after(m_every); // cancels the wait that is under way
            await_due();
        });
    }

    void each(Millis every, std::function<void()> call)
    {
        asio::post(m_io, [this, every, call = std::move(call)] { repeat(every, call); });
    }

    std::stop_token stop_token() const { return m_stop.get_token(); }
    int stop_signal() const noexcept { return m_stop_signal; }

private:
    void await_due()
    {
        m_due_timer.async_wait([this](boost::system::error_code const &ec) {
            if (ec) {
                return; // set anew
            }
            m_due_timer.expires_at(
                std::max(m_due_timer.expiry() + m_every, std::chrono::steady_clock::now())); // as often, whatever a poll takes
            await_due();
            set(m_due);
        });
    }

    void repeat(Millis every, std::function<void()> const &call)
    {
        call();
        m_each_timer.expires_after(every);
        m_each_timer.async_wait([this, every, call](boost::system::error_code const &ec) { ec ? void() : repeat(every, call); });
    }

    void await_signal()
    {
        m_signals.async_wait([this](boost::system::error_code const &ec, int signal) {
            if (ec) {
                return;
            }
            if (signal == SIGHUP) {
                set(m_reload);
            } else {
                m_stop_signal = signal;
                begin_to_stop();
            }
            await_signal();
        });
    }

    void begin_to_stop()
    {
        m_stop.request_stop();
        set(m_stopped);
        m_grace_timer.expires_after(k_grace);
        m_grace_timer.async_wait([](boost::system::error_code const &ec) {
            if (!ec) {
                log_error("what is at hand did not end in time and is cut off; it begins again at the next start");
                std::_Exit(1);
            }
        });
    }

    asio::io_context m_io;
    Millis m_every; // the timers and this: the schedule's thread only, once it runs
    asio::steady_timer m_due_timer, m_ring_timer, m_each_timer, m_grace_timer;
    asio::signal_set m_signals;
    std::stop_source m_stop;
    std::atomic<int> m_stop_signal = 0;
    sigset_t m_before = {};
    std::mutex m_mutex; // of the flags
    std::condition_variable m_changed;
    bool m_due = true, m_rung = false, m_reload = false, m_stopped = false;
    std::thread m_thread;
};

Schedule::Schedule(Millis every) : m_impl(std::make_unique<Impl>(every)) {}
Schedule::~Schedule() = default;
Schedule::Event Schedule::wait() { return m_impl->wait(); }
void Schedule::ring() { m_impl->ring(); }
void Schedule::ring_after(Millis pause) { m_impl->ring_after(pause); }
void Schedule::set_every(Millis every) { m_impl->set_every(every); }
void Schedule::each(Millis every, std::function<void()> call) { m_impl->each(every, std::move(call)); }
std::stop_token Schedule::stop_token() const { return m_impl->stop_token(); }
int Schedule::stop_signal() const noexcept { return m_impl->stop_signal(); }

} // namespace atom
