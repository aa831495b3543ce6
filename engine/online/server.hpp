#pragma once
// HTTP/1.1 over Beast: connections, limits, timeouts, and whose turn it is. Knows no endpoint: it reads a request whole and hands it to the
// application. All connections live on the one thread that runs the io_context; requests are answered on other threads.

#include "engine/online/http.hpp"

#include <boost/asio/io_context.hpp>

#include <cstdint>
#include <memory>
#include <string>

namespace atom {

struct ServerSetting
{
    std::string address = "127.0.0.1";
    std::uint16_t port = 8080;               // 0: one that is free
    std::string unix_socket;                 // a path: listens there instead
    unsigned threads = 16;                   // that answer calls; most of them wait for the disk
    unsigned page_threads = 4;               // that answer pages
    unsigned pages_of_one = 2;               // at a time for one visitor; the answer's way out counts
    std::uint64_t body_limit = 1U << 20;     // bytes; over it 413
    std::uint32_t header_limit = 16U << 10;  // bytes of all headers; over it 431
    unsigned first_seconds = 10;             // for the whole first header of a connection
    unsigned read_seconds = 30;              // for a whole further header, for a whole body, and for each part of an answer to be taken
    std::size_t waiting_limit = 1000;        // requests in hand; over it 429
    std::size_t session_limit = 4096;        // connections, if the system lets the process open so many
    std::uint64_t bodies_limit = 128U << 20; // bytes of all bodies together, and of those of one caller; over it 429
    std::uint64_t bodies_of_one = 32U << 20;
    std::vector<std::string> single_headers; // in lower case: besides those of HTTP, they may come once
};

/// What answers.
class WebApplication
{
public:
    virtual ~WebApplication() = default;
    /// On the io thread, which waits for nothing: the answer of what needs no base; none = the others answer.
    virtual std::optional<WebAnswer> answer_at_once(WebRequest const &request) noexcept = 0;
    /// Before its body is read, on a thread: a refusal, or none and whose it is (`caller`).
    virtual std::optional<WebAnswer> refuse(WebRequest &head) noexcept = 0;
    /// Whole; on a thread.
    virtual WebAnswer answer(WebRequest request) noexcept = 0;
    /// Is it a page or a file of one? Then it stands in a queue of its own, by this name of who asks.
    virtual std::optional<std::string> page_of(WebRequest const &request) const noexcept = 0;
};

class Server
{
public:
    /// Listens at once; throws std::runtime_error if the address cannot be had. The application must outlive it.
    Server(boost::asio::io_context &io, ServerSetting setting, WebApplication &application);
    ~Server();
    Server(Server const &) = delete;
    Server &operator=(Server const &) = delete;

    std::uint16_t port() const noexcept; // 0 of a Unix socket
    /// No new connection and no new request; what is being answered is answered, but not for longer than some seconds. The io_context then
    /// runs out of work. On its thread.
    void stop();

    struct State; // of server_state.hpp

private:
    std::shared_ptr<State> m_state;
};

} // namespace atom
