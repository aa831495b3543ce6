#include "engine/online/server.hpp"

#include "engine/base/log.hpp"
#include "engine/base/text.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/bind_handler.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <fmt/format.h>

#include <stdexcept>
#include <unordered_set>

#include <sys/resource.h>

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using tcp = asio::ip::tcp;

namespace atom {

namespace {

class Session;

/// Sockets that the process may open, raised to what the system allows; some are left for files.
std::size_t connections_allowed()
{
    struct rlimit limit = {};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) {
        return 500;
    }
    limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, 65536);
    ::setrlimit(RLIMIT_NOFILE, &limit); // what could not be raised stays as it is
    ::getrlimit(RLIMIT_NOFILE, &limit);
    constexpr rlim_t k_for_files = 200;
    return limit.rlim_cur > 2 * k_for_files ? limit.rlim_cur - k_for_files : limit.rlim_cur / 2;
}

constexpr std::size_t k_drained_bytes = std::size_t{16} << 20;

} // namespace

struct Server::State
{
    State(asio::io_context &context, ServerSetting s, Answer a)
        : io(context), setting(std::move(s)), answer(std::move(a)), acceptor(context), pause(context), pool(setting.threads),
          most_sessions(connections_allowed())
    {}

    void listen();
    void accept(std::shared_ptr<State> const &self);
    void stop();

    asio::io_context &io;
    ServerSetting setting;
    Answer answer;
    tcp::acceptor acceptor;
    asio::steady_timer pause; // before the next connection is taken
    asio::thread_pool pool;
    std::size_t most_sessions;
    std::unordered_set<Session *> sessions;
    std::size_t in_hand = 0; // requests on the pool
    bool stopping = false;
};

namespace {

/// One connection. Keeps itself alive by the operation that it waits for.
class Session : public std::enable_shared_from_this<Session>
{
public:
    Session(tcp::socket socket, std::shared_ptr<Server::State> state);
    ~Session();
    Session(Session const &) = delete;
    Session &operator=(Session const &) = delete;

    void read_header();
    /// Nothing is being answered here: the connection may go.
    void stop_if_idle();

private:
    void on_header(beast::error_code failed);
    void read_body();
    void on_body(beast::error_code failed);
    void refuse(beast::error_code failed);
    bool take_request();
    void hand_over();
    void write(WebAnswer answer, bool close);
    void on_written(beast::error_code failed, bool close);
    void drain();
    void close();
    void expire_in_time() { m_stream.expires_after(std::chrono::seconds(m_state->setting.read_seconds)); }

    beast::tcp_stream m_stream;
    std::shared_ptr<Server::State> m_state;
    beast::flat_buffer m_buffer{std::size_t{64} << 10};
    std::optional<http::request_parser<http::string_body>> m_parser;
    http::response<http::string_body> m_response;
    WebRequest m_request;
    bool m_head = false;      // the answer goes without its body
    bool m_answering = false; // a request is in hand or its answer on the way
    std::size_t m_drained = 0;
};

Session::Session(tcp::socket socket, std::shared_ptr<Server::State> state) : m_stream(std::move(socket)), m_state(std::move(state))
{
    m_state->sessions.insert(this);
    boost::system::error_code ignored; // a socket that does not take it still works
    m_stream.socket().set_option(tcp::no_delay(true), ignored);
}

Session::~Session() { m_state->sessions.erase(this); }

void Session::read_header()
{
    m_answering = false;
    if (m_state->stopping) {
        close();
        return;
    }
    m_parser.emplace();
    m_parser->header_limit(m_state->setting.header_limit);
    m_parser->body_limit(m_state->setting.body_limit);
    expire_in_time();
    http::async_read_header(m_stream, m_buffer, *m_parser,
                            [self = shared_from_this()](beast::error_code failed, std::size_t) { self->on_header(failed); });
}

void Session::on_header(beast::error_code failed)
{
    if (failed) {
        refuse(failed);
        return;
    }
    auto const &fields = m_parser->get();
    if (!equal_ignoring_case(std::string_view(fields[http::field::expect].data(), fields[http::field::expect].size()), "100-continue")) {
        read_body();
        return;
    }
    static constexpr std::string_view k_continue = "HTTP/1.1 100 Continue\r\n\r\n";
    asio::async_write(m_stream, asio::buffer(k_continue), [self = shared_from_this()](beast::error_code broken, std::size_t) {
        if (!broken) {
            self->read_body();
        }
    });
}

void Session::read_body()
{
    expire_in_time();
    http::async_read(m_stream, m_buffer, *m_parser,
                     [self = shared_from_this()](beast::error_code failed, std::size_t) { self->on_body(failed); });
}

void Session::on_body(beast::error_code failed)
{
    if (failed) {
        refuse(failed);
    } else if (!take_request()) {
        write(fault_answer(400, "PEDIDO_INVALIDO", "o endereço não pode ser lido"), false);
    } else if (m_state->in_hand >= m_state->setting.waiting_limit) {
        auto busy = fault_answer(429, "MUITOS_PEDIDOS", "há pedidos demais; tente de novo");
        busy.headers.emplace_back("Retry-After", "1");
        write(std::move(busy), false);
    } else {
        hand_over();
    }
}

/// What could not be read as a request. A client that is gone or too slow gets nothing.
void Session::refuse(beast::error_code failed)
{
    if (failed == http::error::body_limit) {
        write(fault_answer(413, "CORPO_GRANDE_DEMAIS", fmt::format("o corpo passa de {} bytes", m_state->setting.body_limit)), true);
    } else if (failed == http::error::header_limit || failed == http::error::buffer_overflow) {
        write(fault_answer(431, "CABECALHO_GRANDE_DEMAIS", "os cabeçalhos são grandes demais"), true);
    } else if (failed.category() == make_error_code(http::error::end_of_stream).category() && failed != http::error::end_of_stream &&
               failed != http::error::partial_message) {
        write(fault_answer(400, "PEDIDO_INVALIDO", "o pedido não é HTTP válido"), true);
    } else {
        close();
    }
}

bool Session::take_request()
{
    auto message = m_parser->release();
    m_request = {};
    boost::system::error_code gone; // then nobody reads the answer
    m_request.peer = m_stream.socket().remote_endpoint(gone).address().to_string();
    m_head = message.method() == http::verb::head;
    m_request.method = m_head ? "GET" : std::string(message.method_string());
    for (auto const &field : message) {
        m_request.headers.emplace_back(to_lower(std::string_view(field.name_string().data(), field.name_string().size())),
                                       std::string(field.value()));
    }
    m_response = {};
    m_response.version(message.version());
    m_response.keep_alive(message.keep_alive());
    m_request.body = std::move(message.body());
    return read_target(std::string_view(message.target().data(), message.target().size()), m_request);
}

void Session::hand_over()
{
    m_answering = true;
    ++m_state->in_hand;
    m_stream.expires_never();
    asio::post(m_state->pool, [self = shared_from_this(), work = asio::make_work_guard(m_state->io)]() mutable {
        auto answer = self->m_state->answer(self->m_request);
        asio::post(work.get_executor(), [kept = std::move(self), made = std::move(answer)]() mutable {
            --kept->m_state->in_hand;
            kept->write(std::move(made), false);
        });
    });
}

/// `close`: what follows in the stream cannot be understood.
void Session::write(WebAnswer answer, bool close)
{
    m_answering = true;
    if (close) {
        m_response = {};
        m_response.version(11);
    }
    m_response.keep_alive(!close && m_response.keep_alive() && !m_state->stopping);
    m_response.result(static_cast<unsigned>(answer.status));
    m_response.set(http::field::content_type, answer.type);
    m_response.set(http::field::cache_control, "no-store");
    m_response.set("X-Content-Type-Options", "nosniff");
    for (auto const &[name, value] : answer.headers) {
        m_response.set(name, value); // an answer's own word counts, each header once
    }
    m_response.content_length(answer.body.size());
    m_response.body() = m_head && !close ? std::string() : std::move(answer.body);
    close = close || !m_response.keep_alive();
    expire_in_time();
    auto const on_done = [self = shared_from_this(), close](beast::error_code failed, std::size_t) { self->on_written(failed, close); };
    http::async_write(m_stream, m_response, on_done);
}

void Session::on_written(beast::error_code failed, bool close)
{
    m_response = {};
    if (failed) {
        return;
    }
    if (!close) {
        read_header();
        return;
    }
    boost::system::error_code ignored; // the other end may be gone already
    m_stream.socket().shutdown(tcp::socket::shutdown_send, ignored);
    expire_in_time();
    drain();
}

/// Takes what the client still sends, for a while: closed at once, the connection would be reset before the answer is read.
void Session::drain()
{
    m_answering = false;
    m_buffer.clear();
    m_stream.async_read_some(m_buffer.prepare(16U << 10), [self = shared_from_this()](beast::error_code failed, std::size_t n) {
        self->m_drained += n;
        if (!failed && self->m_drained < k_drained_bytes && !self->m_state->stopping) {
            self->drain();
        }
    });
}

void Session::close()
{
    boost::system::error_code ignored; // the other end may be gone already
    m_stream.socket().shutdown(tcp::socket::shutdown_both, ignored);
}

void Session::stop_if_idle()
{
    if (!m_answering) {
        m_stream.cancel();
    }
}

} // namespace

void Server::State::listen()
{
    try {
        tcp::endpoint const endpoint(asio::ip::make_address(setting.address), setting.port);
        acceptor.open(endpoint.protocol());
        acceptor.set_option(asio::socket_base::reuse_address(true));
        acceptor.bind(endpoint);
        acceptor.listen(asio::socket_base::max_listen_connections);
    } catch (boost::system::system_error const &e) {
        throw std::runtime_error(fmt::format("cannot listen on {}:{}: {}", setting.address, setting.port, e.code().message()));
    }
}

void Server::State::accept(std::shared_ptr<State> const &self)
{
    acceptor.async_accept([self](boost::system::error_code failed, tcp::socket socket) {
        if (self->stopping || failed == asio::error::operation_aborted) {
            return;
        }
        if (failed) { // no socket is left, say: at once it would fail again
            log_warning("a connection could not be taken: {}", failed.message());
            self->pause.expires_after(std::chrono::seconds(1));
            self->pause.async_wait([self](boost::system::error_code cancelled) {
                if (!cancelled) {
                    self->accept(self);
                }
            });
            return;
        }
        if (self->sessions.size() < self->most_sessions) { // else it is closed here
            std::make_shared<Session>(std::move(socket), self)->read_header();
        }
        self->accept(self);
    });
}

void Server::State::stop()
{
    stopping = true;
    boost::system::error_code ignored; // it is being closed
    acceptor.close(ignored);
    pause.cancel();
    for (auto *session : sessions) {
        session->stop_if_idle();
    }
}

Server::Server(asio::io_context &io, ServerSetting setting, Answer answer)
    : m_state(std::make_shared<State>(io, std::move(setting), std::move(answer)))
{
    m_state->listen();
    m_state->accept(m_state);
}

Server::~Server() { m_state->pool.join(); }

std::uint16_t Server::port() const noexcept
{
    boost::system::error_code ignored;
    return m_state->acceptor.local_endpoint(ignored).port();
}

void Server::stop() { m_state->stop(); }

} // namespace atom
