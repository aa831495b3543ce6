#pragma once
// HTTP/1.1 over Beast: connections, limits, timeouts. Knows no endpoint: it reads a request whole and hands it to one function.
// All connections live on the one thread that runs the io_context; requests are answered on a pool of threads.

#include "engine/online/http.hpp"

#include <boost/asio/io_context.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace atom {

struct ServerSetting
{
    std::string address = "127.0.0.1";
    std::uint16_t port = 8080;              // 0: one that is free
    unsigned threads = 16;                  // that answer; most of them wait for the disk
    std::uint64_t body_limit = 1U << 20;    // bytes; over it 413
    std::uint32_t header_limit = 16U << 10; // bytes of all headers; over it 431
    unsigned read_seconds = 30;             // for a whole header, and again for a whole body
    std::size_t waiting_limit = 1000;       // requests in hand; over it 429
};

class Server
{
public:
    /// Takes a whole request and answers it; called on the pool's threads. Must not throw.
    using Answer = std::function<WebAnswer(WebRequest const &)>;

    /// Listens at once; throws std::runtime_error if the address cannot be had.
    Server(boost::asio::io_context &io, ServerSetting setting, Answer answer);
    ~Server();
    Server(Server const &) = delete;
    Server &operator=(Server const &) = delete;

    std::uint16_t port() const noexcept;
    /// No new connection and no new request; what is being answered is answered. The io_context then runs out of work. On its thread.
    void stop();

    struct State; // of server.cpp

private:
    std::shared_ptr<State> m_state;
};

} // namespace atom
