#include "engine/online/web_session.hpp"

#include "engine/base/text.hpp"
#include "engine/online/http_head.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>

#include <poll.h>

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;

namespace atom {

namespace {

constexpr std::size_t k_drained_bytes = std::size_t{16} << 20;
constexpr std::size_t k_least_rate = 4096; // bytes a second of an answer that is taken slowly, after its first seconds

/// The other end has closed, or sends nothing any more: who asks for a page and does that has gone.
bool has_left(int socket) noexcept
{
    struct pollfd p = {socket, POLLRDHUP, 0};
    return ::poll(&p, 1, 0) > 0 && (p.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0;
}

std::string_view view_of(beast::string_view s) noexcept { return {s.data(), s.size()}; }

} // namespace

WebSession::WebSession(Socket socket, std::string peer, std::shared_ptr<Server::State> state)
    : m_stream(std::move(socket)), m_peer(std::move(peer)), m_state(std::move(state))
{
    m_state->sessions.insert(this);
}

WebSession::~WebSession()
{
    leave_idle();
    free_turn();
    m_state->sessions.erase(this);
}

void WebSession::read_header()
{
    m_answering = m_head = false;
    if (m_state->stopping) {
        close();
        return;
    }
    m_parser.emplace();
    m_parser->header_limit(m_state->setting.header_limit);
    m_parser->body_limit(m_state->setting.body_limit);
    m_idle = m_served ? &m_state->kept : &m_state->fresh;
    m_place = m_idle->insert(m_idle->end(), this);
    expire_in(m_served ? m_state->setting.read_seconds : m_state->setting.first_seconds);
    http::async_read_header(m_stream, m_buffer, *m_parser,
                            [self = shared_from_this()](beast::error_code failed, std::size_t) { self->on_header(failed); });
}

void WebSession::leave_idle()
{
    if (m_idle != nullptr) {
        m_idle->erase(m_place);
        m_idle = nullptr;
    }
}

void WebSession::on_header(beast::error_code failed)
{
    leave_idle();
    if (failed) {
        refuse(failed);
        return;
    }
    bool const read = take_head();
    auto wrong = refuse_head(m_request.headers, {m_parser->get().version(), m_state->setting.single_headers});
    if (!wrong && !read) {
        wrong = fault_answer(400, "PEDIDO_INVALIDO", "o endereço não pode ser lido");
    }
    if (wrong) {
        write(*std::move(wrong), true);
    } else if (has_body()) {
        admit();
    } else if (auto at_once = m_state->application.answer_at_once(m_request)) {
        write(*std::move(at_once), false);
    } else {
        hand_over();
    }
}

/// As the head has it: what a trailer would add is not taken. False if the address cannot be read.
bool WebSession::take_head()
{
    auto const &message = m_parser->get();
    m_request = {};
    m_request.peer = m_peer;
    m_head = message.method() == http::verb::head;
    m_request.method = m_head ? "GET" : std::string(view_of(message.method_string()));
    for (auto const &field : message) {
        m_request.headers.emplace_back(to_lower(view_of(field.name_string())), std::string(view_of(field.value())));
    }
    m_request.nobody_waits = [socket = m_stream.socket().native_handle(), state = m_state.get()] {
        return state->must_end() || has_left(socket); // the session, and so its socket, waits for the answer
    };
    m_response = {};
    m_response.version(message.version());
    m_response.keep_alive(message.keep_alive());
    return read_target(view_of(message.target()), m_request);
}

bool WebSession::has_body() const { return m_parser->chunked() || m_parser->content_length().value_or(0) > 0; }

/// A body is read only for who may send it.
void WebSession::admit()
{
    if (m_parser->content_length().value_or(0) > m_state->setting.body_limit) {
        refuse(http::error::body_limit);
        return;
    }
    m_answering = true;
    m_stream.expires_never();
    asio::post(m_state->admission, [self = shared_from_this(), work = asio::make_work_guard(m_state->io)]() mutable {
        auto refusal = self->m_state->application.refuse(self->m_request);
        asio::post(work.get_executor(), [kept = std::move(self), said = std::move(refusal)]() mutable {
            if (said) {
                kept->write(*std::move(said), true);
            } else {
                kept->take_body();
            }
        });
    });
}

void WebSession::take_body()
{
    auto const bytes = m_parser->content_length().value_or(m_state->setting.body_limit);
    auto const who = m_request.caller ? m_request.caller->user : m_peer;
    if (!m_state->bodies.take(who, bytes)) {
        auto busy = fault_answer(429, "MUITOS_PEDIDOS", "há pedidos demais; tente de novo");
        busy.headers.emplace_back("Retry-After", "1");
        write(std::move(busy), true);
        return;
    }
    m_body_bytes = bytes;
    m_body_of = who;
    if (m_request.header("expect") == nullptr) {
        read_body();
        return;
    }
    static constexpr std::string_view k_continue = "HTTP/1.1 100 Continue\r\n\r\n";
    expire_in(m_state->setting.read_seconds);
    asio::async_write(m_stream, asio::buffer(k_continue), [self = shared_from_this()](beast::error_code broken, std::size_t) {
        if (!broken) {
            self->read_body();
        }
    });
}

void WebSession::read_body()
{
    expire_in(m_state->setting.read_seconds);
    http::async_read(m_stream, m_buffer, *m_parser,
                     [self = shared_from_this()](beast::error_code failed, std::size_t) { self->on_body(failed); });
}

void WebSession::on_body(beast::error_code failed)
{
    if (failed) {
        refuse(failed);
        return;
    }
    m_request.body = std::move(m_parser->get().body());
    hand_over();
}

/// What could not be read as a request. A client that is gone or too slow gets nothing.
void WebSession::refuse(beast::error_code failed)
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

void WebSession::hand_over()
{
    if (m_state->in_hand >= m_state->setting.waiting_limit) {
        auto busy = fault_answer(429, "MUITOS_PEDIDOS", "há pedidos demais; tente de novo");
        busy.headers.emplace_back("Retry-After", "1");
        write(std::move(busy), false);
        return;
    }
    m_answering = true;
    ++m_state->in_hand;
    m_stream.expires_never();
    auto page = m_state->application.page_of(m_request);
    auto &lane = page ? m_state->pages : m_state->calls;
    auto const name = page.value_or("");
    lane.submit(name, [self = shared_from_this(), asked = std::move(page), work = asio::make_work_guard(m_state->io)]() mutable {
        auto answer = self->m_state->application.answer(std::move(self->m_request));
        asio::post(work.get_executor(), [kept = std::move(self), page_name = std::move(asked), made = std::move(answer)]() mutable {
            kept->on_answer(std::move(made), page_name);
        });
    });
}

/// A page's turn ends when its answer is written: who takes it slowly waits for his own others.
void WebSession::on_answer(WebAnswer answer, std::optional<std::string> const &page)
{
    --m_state->in_hand;
    m_turn = page;
    (page ? m_state->pages : m_state->calls).thread_freed();
    write(std::move(answer), false);
}

void WebSession::free_turn()
{
    if (m_turn) {
        m_state->pages.name_freed(*std::exchange(m_turn, std::nullopt));
    }
    if (m_body_bytes > 0) {
        m_state->bodies.give_back(m_body_of, std::exchange(m_body_bytes, 0));
    }
}

/// `close`: what follows in the stream cannot be understood, or is not wanted.
void WebSession::write(WebAnswer answer, bool close)
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
    m_response.body() = m_head ? std::string() : std::move(answer.body);
    m_close = close || !m_response.keep_alive();
    m_serializer.emplace(m_response);
    m_write_began = std::chrono::steady_clock::now();
    m_written = 0;
    write_more();
}

/// Its time moves with what is taken.
void WebSession::write_more()
{
    expire_in(m_state->setting.read_seconds);
    http::async_write_some(m_stream, *m_serializer, [self = shared_from_this()](beast::error_code failed, std::size_t n) {
        self->m_written += n;
        auto const allowed = std::chrono::seconds(self->m_state->setting.read_seconds + self->m_written / k_least_rate);
        if (failed || std::chrono::steady_clock::now() - self->m_write_began > allowed) {
            return; // gone, or too slow
        }
        if (self->m_serializer->is_done()) {
            self->on_written();
        } else {
            self->write_more();
        }
    });
}

void WebSession::on_written()
{
    m_serializer.reset();
    m_response = {};
    m_request = {};
    m_served = true;
    free_turn();
    if (!m_close) {
        read_header();
        return;
    }
    boost::system::error_code ignored; // the other end may be gone already
    m_stream.socket().shutdown(Socket::shutdown_send, ignored);
    expire_in(m_state->setting.read_seconds);
    m_answering = false;
    m_idle = &m_state->fresh; // its place may be taken
    m_place = m_idle->insert(m_idle->end(), this);
    drain();
}

/// Takes what the client still sends, for a while: closed at once, the connection would be reset before the answer is read.
void WebSession::drain()
{
    m_buffer.clear();
    m_stream.async_read_some(m_buffer.prepare(16U << 10), [self = shared_from_this()](beast::error_code failed, std::size_t n) {
        self->m_drained += n;
        if (!failed && self->m_drained < k_drained_bytes && !self->m_state->stopping) {
            self->drain();
        }
    });
}

void WebSession::close()
{
    boost::system::error_code ignored; // the other end may be gone already
    m_stream.socket().shutdown(Socket::shutdown_both, ignored);
}

void WebSession::stop_if_idle()
{
    if (!m_answering) {
        m_stream.cancel();
    }
}

void WebSession::give_way()
{
    leave_idle();
    m_stream.close();
}

} // namespace atom
