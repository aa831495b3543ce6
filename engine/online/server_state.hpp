#pragma once
// What a server's connections share. The io thread's, but for what says otherwise.

#include "engine/online/lane.hpp"
#include "engine/online/server.hpp"

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>

#include <atomic>
#include <list>
#include <map>
#include <unordered_set>

namespace atom {

class WebSession;

/// The bytes of bodies that are being read or answered, all together and by caller.
class BodyBudget
{
public:
    BodyBudget(std::uint64_t all, std::uint64_t of_one) : m_all(all), m_of_one(of_one) {}
    bool take(std::string const &who, std::uint64_t bytes);
    void give_back(std::string const &who, std::uint64_t bytes);

private:
    std::uint64_t m_all, m_of_one, m_taken = 0;
    std::map<std::string, std::uint64_t> m_by;
};

struct Server::State
{
    State(boost::asio::io_context &context, ServerSetting s, WebApplication &a);

    void listen();
    void accept(std::shared_ptr<State> const &self);
    void stop();
    /// Any thread: it was told to stop so long ago that nobody waits for an answer any more.
    bool must_end() const noexcept;

    boost::asio::io_context &io;
    ServerSetting setting;
    WebApplication &application;
    boost::asio::ip::tcp::acceptor tcp;
    boost::asio::local::stream_protocol::acceptor local;
    boost::asio::steady_timer pause;    // before the next connection is taken
    boost::asio::thread_pool admission; // looks tokens up
    Lane calls, pages;
    BodyBudget bodies;
    std::size_t most_sessions;
    std::unordered_set<WebSession *> sessions;
    std::list<WebSession *> fresh, kept; // that wait for a header, the longest first: for their first one, and for another one
    std::size_t in_hand = 0;             // requests that are answered or wait for it
    bool stopping = false;
    std::atomic<std::int64_t> stopped_at{0}; // steady clock, ms; 0 = no

private:
    template <typename Acceptor> void accept_at(Acceptor &acceptor, std::shared_ptr<State> const &self);
    bool make_room();
};

} // namespace atom
