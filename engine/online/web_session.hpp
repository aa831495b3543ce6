#pragma once
// One connection: reads a request, has it answered, writes the answer, and again. Keeps itself alive by the operation that it waits for.

#include "engine/online/server_state.hpp"

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

#include <chrono>
#include <memory>
#include <optional>

namespace atom {

/// The io thread's, all of it.
class WebSession : public std::enable_shared_from_this<WebSession>
{
public:
    using Socket = boost::asio::generic::stream_protocol::socket;

    WebSession(Socket socket, std::string peer, std::shared_ptr<Server::State> state);
    ~WebSession();
    WebSession(WebSession const &) = delete;
    WebSession &operator=(WebSession const &) = delete;

    void read_header();
    /// Nothing is being answered here: the connection may go.
    void stop_if_idle();
    /// Its place is needed.
    void give_way();

private:
    using Failure = boost::beast::error_code;

    void on_header(Failure failed);
    bool take_head();
    void admit();
    void take_body();
    void read_body();
    void on_body(Failure failed);
    void refuse(Failure failed);
    void hand_over();
    void on_answer(WebAnswer answer, std::optional<std::string> const &page);
    void write(WebAnswer answer, bool close);
    void write_more();
    void on_written();
    void drain();
    void close();
    void free_turn();
    void leave_idle();
    bool has_body() const;
    void expire_in(unsigned seconds) { m_stream.expires_after(std::chrono::seconds(seconds)); }

    boost::beast::basic_stream<boost::asio::generic::stream_protocol> m_stream;
    std::string m_peer;
    std::shared_ptr<Server::State> m_state;
    boost::beast::flat_buffer m_buffer{std::size_t{64} << 10};
    std::optional<boost::beast::http::request_parser<boost::beast::http::string_body>> m_parser;
    boost::beast::http::response<boost::beast::http::string_body> m_response;
    std::optional<boost::beast::http::response_serializer<boost::beast::http::string_body>> m_serializer;
    WebRequest m_request;
    bool m_head = false;                       // the answer goes without its body
    bool m_answering = false;                  // a request is in hand or its answer on the way
    bool m_close = false;                      // once the answer is written
    std::list<WebSession *> *m_idle = nullptr; // where it stands while it waits for a header
    std::list<WebSession *>::iterator m_place;
    bool m_served = false;             // it had an answer already
    std::uint64_t m_body_bytes = 0;    // taken from the budget
    std::string m_body_of;             // whose they are
    std::optional<std::string> m_turn; // the name in whose turn at a page it is
    std::chrono::steady_clock::time_point m_write_began;
    std::size_t m_written = 0, m_drained = 0;
};

} // namespace atom
