#pragma once
// The server's connections to the two bases: readers, one a thread at a time, and the one writer of online.db.

#include "engine/job/bases.hpp"

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace atom {

/// A base cannot be reached: answered as 503.
class BaseUnreachable : public std::runtime_error
{
public:
    using std::runtime_error::runtime_error;
};

/// online.db as main and the base as `base`, opened anew when either file is another one than before. One thread at a time.
class OnlineConnection
{
public:
    OnlineConnection(Workspace const &workspace, OpenMode mode) : m_workspace(&workspace), m_mode(mode) {}
    /// Throws BaseUnreachable.
    Database &get();

private:
    Workspace const *m_workspace;
    OpenMode m_mode;
    std::unique_ptr<Database> m_db;
    std::pair<std::uint64_t, std::uint64_t> m_files{}; // which two files are open
};

/// For how long queries may run: until a time is over, or nobody waits any more.
class Patience
{
public:
    Patience(std::chrono::steady_clock::duration span, std::function<bool()> nobody_waits)
        : m_end(std::chrono::steady_clock::now() + span), m_nobody_waits(std::move(nobody_waits))
    {}
    /// Asked every millisecond or so; false ends the query.
    bool lasts();
    /// It has ended a query.
    bool is_over() const noexcept { return m_over; }

private:
    std::chrono::steady_clock::time_point m_end, m_next; // when it is asked next whether anybody waits
    std::function<bool()> m_nobody_waits;
    bool m_over = false;
};

/// A pool of read-only connections. Any thread.
class Readers
{
public:
    explicit Readers(Workspace const &workspace) : m_workspace(&workspace) {}
    /// Runs `work` in a transaction that sees both bases as of one moment, each at a commit. Throws BaseUnreachable, StoreError, what work
    /// throws. A query that outlasts the patience is ended, with a StoreError.
    void run(std::function<void(Database &)> const &work, Patience &patience);
    void run(std::function<void(Database &)> const &work);

private:
    std::unique_ptr<OnlineConnection> take();

    Workspace const *m_workspace;
    std::mutex m_mutex;
    std::vector<std::unique_ptr<OnlineConnection>> m_idle;
};

/// The one writer of online.db: a thread with a queue. What waits together is committed together, with one wait for the disk.
class Writer
{
public:
    explicit Writer(Workspace const &workspace);
    /// Finishes what is in the queue.
    ~Writer();
    Writer(Writer const &) = delete;
    Writer &operator=(Writer const &) = delete;

    /// Runs `work` in a transaction and returns when it is on the disk. What work throws undoes it, and it alone, and is thrown here. It
    /// may be called again: where a fault of another one's undid all of a transaction. One that takes ten seconds is ended.
    void run(std::function<void(Database &)> const &work);
    /// How many wait for their turn.
    std::size_t waiting() const;

private:
    struct Task
    {
        std::function<void(Database &)> const *work;
        std::promise<void> done;
        std::exception_ptr failed;
    };
    void work_off();
    void commit(std::vector<Task *> const &tasks);
    void commit_each(std::vector<Task *> const &tasks);

    OnlineConnection m_connection;
    mutable std::mutex m_mutex;
    std::condition_variable m_wake;
    std::deque<Task *> m_queue;
    bool m_ending = false;
    std::thread m_thread;
};

} // namespace atom
