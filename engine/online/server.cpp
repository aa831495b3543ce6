#include "engine/online/server.hpp"

#include "engine/base/log.hpp"
#include "engine/online/server_state.hpp"
#include "engine/online/web_session.hpp"

#include <fmt/format.h>

#include <chrono>
#include <filesystem>
#include <stdexcept>

#include <sys/resource.h>
#include <sys/stat.h>

namespace asio = boost::asio;
using tcp = asio::ip::tcp;
using local = asio::local::stream_protocol;

namespace atom {

namespace {

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

std::int64_t steady_ms() noexcept
{
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

constexpr std::int64_t k_stop_ms = 8000; // for what is being answered when the server is told to stop

std::string peer_of(tcp::socket const &socket)
{
    boost::system::error_code gone; // then nobody reads the answer
    return socket.remote_endpoint(gone).address().to_string();
}

std::string peer_of(local::socket const &) { return "unix"; }

void set_up(tcp::socket &socket)
{
    boost::system::error_code ignored; // a socket that does not take it still works
    socket.set_option(tcp::no_delay(true), ignored);
}

void set_up(local::socket const &) {}

template <typename Acceptor, typename Endpoint> void listen_at(Acceptor &acceptor, Endpoint const &endpoint)
{
    acceptor.open(endpoint.protocol());
    acceptor.set_option(asio::socket_base::reuse_address(true));
    acceptor.bind(endpoint);
    acceptor.listen(asio::socket_base::max_listen_connections);
}

} // namespace

bool BodyBudget::take(std::string const &who, std::uint64_t bytes)
{
    auto &own = m_by[who];
    if (m_taken + bytes > m_all || own + bytes > m_of_one) {
        if (own == 0) {
            m_by.erase(who);
        }
        return false;
    }
    own += bytes;
    m_taken += bytes;
    return true;
}

void BodyBudget::give_back(std::string const &who, std::uint64_t bytes)
{
    auto const it = m_by.find(who);
    m_taken -= bytes;
    if ((it->second -= bytes) == 0) {
        m_by.erase(it);
    }
}

Server::State::State(asio::io_context &context, ServerSetting s, WebApplication &a)
    : io(context), setting(std::move(s)), application(a), tcp(context), local(context), pause(context), admission(2),
      calls(setting.threads, 0), pages(setting.page_threads, setting.pages_of_one), bodies(setting.bodies_limit, setting.bodies_of_one),
      most_sessions(std::min(connections_allowed(), setting.session_limit))
{}

void Server::State::listen()
{
    bool const is_local = !setting.unix_socket.empty();
    try {
        if (is_local) {
            std::error_code ignored; // a socket that an ended process left; what else stands there is told by bind
            if (std::filesystem::is_socket(setting.unix_socket, ignored)) {
                std::filesystem::remove(setting.unix_socket, ignored);
            }
            auto const mask = ::umask(0117); // for its group, as a web server is in it
            try {
                listen_at(local, asio::local::stream_protocol::endpoint(setting.unix_socket));
            } catch (...) {
                ::umask(mask);
                throw;
            }
            ::umask(mask);
        } else {
            listen_at(tcp, asio::ip::tcp::endpoint(asio::ip::make_address(setting.address), setting.port));
        }
    } catch (boost::system::system_error const &e) {
        throw std::runtime_error(fmt::format("cannot listen on {}: {}",
                                             is_local ? setting.unix_socket : fmt::format("{}:{}", setting.address, setting.port),
                                             e.code().message()));
    }
}

void Server::State::accept(std::shared_ptr<State> const &self)
{
    if (local.is_open()) {
        accept_at(local, self);
    } else {
        accept_at(tcp, self);
    }
}

template <typename Acceptor> void Server::State::accept_at(Acceptor &acceptor, std::shared_ptr<State> const &self)
{
    using Socket = typename Acceptor::protocol_type::socket;
    acceptor.async_accept([self, &acceptor](boost::system::error_code failed, Socket socket) {
        if (self->stopping || failed == asio::error::operation_aborted) {
            return;
        }
        if (failed) { // no socket is left, say: at once it would fail again
            log_warning("a connection could not be taken: {}", failed.message());
            self->pause.expires_after(std::chrono::seconds(1));
            self->pause.async_wait([self, &acceptor](boost::system::error_code cancelled) {
                if (!cancelled) {
                    self->accept_at(acceptor, self);
                }
            });
            return;
        }
        if (self->make_room()) { // else it is closed here
            set_up(socket);
            auto peer = peer_of(socket);
            std::make_shared<WebSession>(WebSession::Socket(std::move(socket)), std::move(peer), self)->read_header();
        }
        self->accept_at(acceptor, self);
    });
}

/// When all places are taken, who has waited longest without asking anything gives way: first of those that never asked.
bool Server::State::make_room()
{
    if (sessions.size() < most_sessions) {
        return true;
    }
    auto const &waiting = !fresh.empty() ? fresh : kept;
    if (waiting.empty()) {
        return false;
    }
    waiting.front()->give_way();
    return true;
}

bool Server::State::must_end() const noexcept
{
    auto const since = stopped_at.load(std::memory_order_relaxed);
    return since != 0 && steady_ms() - since > k_stop_ms;
}

void Server::State::stop()
{
    stopping = true;
    stopped_at = steady_ms();
    boost::system::error_code ignored; // it is being closed
    if (local.is_open()) {
        std::error_code gone;
        std::filesystem::remove(setting.unix_socket, gone);
    }
    tcp.close(ignored);
    local.close(ignored);
    pause.cancel();
    for (auto *session : sessions) {
        session->stop_if_idle();
    }
}

Server::Server(asio::io_context &io, ServerSetting setting, WebApplication &application)
    : m_state(std::make_shared<State>(io, std::move(setting), application))
{
    m_state->listen();
    m_state->accept(m_state);
}

Server::~Server()
{
    m_state->admission.join();
    m_state->calls.join();
    m_state->pages.join();
}

std::uint16_t Server::port() const noexcept
{
    boost::system::error_code none; // of a Unix socket
    return m_state->tcp.local_endpoint(none).port();
}

void Server::stop() { m_state->stop(); }

} // namespace atom
