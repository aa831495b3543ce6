#pragma once
// Threads that answer, and who waits for one. Of those who ask in one name only a few have a turn at a time, so that nobody takes them all.
// All calls are the io thread's; the work runs on the lane's threads.

#include <boost/asio/thread_pool.hpp>

#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <string>

namespace atom {

class Lane
{
public:
    /// `of_one_name`: turns at a time in one name; 0 = as many as there are threads.
    Lane(unsigned threads, unsigned of_one_name) : m_pool(threads), m_free(threads), m_of_one_name(of_one_name) {}

    /// The work is begun when a thread is free and its name has a turn. Its end is told by thread_freed(), and once its answer is written
    /// or nobody waits for it by name_freed().
    void submit(std::string const &name, std::function<void()> work);
    void thread_freed();
    void name_freed(std::string const &name);
    /// Waits for what was begun.
    void join() { m_pool.join(); }

private:
    struct Waiting
    {
        std::string name;
        std::function<void()> work;
    };
    void begin();
    bool has_turn(std::string const &name) const;

    boost::asio::thread_pool m_pool;
    unsigned m_free;
    unsigned m_of_one_name;
    std::deque<Waiting> m_waiting;
    std::map<std::string, unsigned> m_turns; // by name, where they are limited
};

} // namespace atom
