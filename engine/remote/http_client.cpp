#include "engine/remote/http_client.hpp"

#include "engine/base/decimal.hpp"
#include "engine/base/encoding.hpp"
#include "engine/base/text.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <exception>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace atom {

namespace {

constexpr std::size_t k_kept_bytes = 4096;
constexpr std::size_t k_read_bytes = std::size_t{1} << 20U; // of an answer; then it is broken off

/// What curl's callbacks work on during one post().
struct Exchange
{
    std::function<void()> const &before_writing;
    std::stop_token stop;
    std::string body = {};
    std::size_t received = 0;
    std::string retry_after = {};
    curl_socket_t socket = CURL_SOCKET_BAD; // the last that curl opened
    bool let_go = false;                    // curl may write: from here on nobody knows
    std::exception_ptr fault = {};
};

int note_socket(void *user, curl_socket_t socket, curlsocktype)
{
    static_cast<Exchange *>(user)->socket = socket;
    return CURL_SOCKOPT_OK;
}

/// The server has closed the connection already. False where that cannot be told. `port` is our side's.
bool is_hung_up(curl_socket_t socket, int port)
{
    sockaddr_storage own = {};
    socklen_t size = sizeof own;
    if (socket == CURL_SOCKET_BAD || getsockname(socket, reinterpret_cast<sockaddr *>(&own), &size) != 0) {
        return false;
    }
    auto const own_port = own.ss_family == AF_INET6 ? reinterpret_cast<sockaddr_in6 const &>(own).sin6_port
                                                    : reinterpret_cast<sockaddr_in const &>(own).sin_port;
    char byte = 0;
    auto const got = ntohs(own_port) == port ? recv(socket, &byte, 1, MSG_PEEK | MSG_DONTWAIT) : 1;
    return got == 0 || (got < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR);
}

int on_connected(void *user, char *, char *, int, int own_port)
{
    auto &x = *static_cast<Exchange *>(user);
    if (x.stop.stop_requested() || is_hung_up(x.socket, own_port)) {
        return CURL_PREREQFUNC_ABORT;
    }
    try {
        x.before_writing();
    } catch (...) {
        x.fault = std::current_exception(); // may not cross curl's C frames
        return CURL_PREREQFUNC_ABORT;
    }
    if (is_hung_up(x.socket, own_port)) { // while we were at it
        return CURL_PREREQFUNC_ABORT;
    }
    x.let_go = true;
    return CURL_PREREQFUNC_OK;
}

std::size_t take_body(char *bytes, std::size_t, std::size_t count, void *user)
{
    auto &x = *static_cast<Exchange *>(user);
    x.body.append(bytes, std::min(count, k_kept_bytes - x.body.size()));
    x.received += count;
    return x.received <= k_read_bytes ? count : CURL_WRITEFUNC_ERROR;
}

std::size_t take_header(char *bytes, std::size_t, std::size_t count, void *user)
{
    constexpr std::string_view k_name = "retry-after:";
    std::string_view const line(bytes, count);
    if (equal_ignoring_case(line.substr(0, k_name.size()), k_name)) {
        auto const value = line.substr(k_name.size());
        static_cast<Exchange *>(user)->retry_after = trim(value.substr(0, value.find_first_of("\r\n")));
    }
    return count;
}

int watch(void *user, curl_off_t, curl_off_t, curl_off_t, curl_off_t)
{
    auto const &x = *static_cast<Exchange *>(user);
    return !x.let_go && x.stop.stop_requested() ? 1 : 0; // an answer that is due is waited for
}

void set_request(CurlHandle &curl, HttpRequest const &request, CurlList const &headers)
{
    curl.begin();
    curl.set(CURLOPT_URL, request.url.c_str());
    curl.set(CURLOPT_PROTOCOLS_STR, "http,https");
    curl.set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1)); // 2 lets a server refuse a stream, and curl repeats it
    curl.set(CURLOPT_FRESH_CONNECT, 1L);
    curl.set(CURLOPT_FORBID_REUSE, 1L);
    curl.set(CURLOPT_FOLLOWLOCATION, 0L);
    curl.set(CURLOPT_SSL_VERIFYPEER, 1L);
    curl.set(CURLOPT_SSL_VERIFYHOST, 2L);
    curl.set(CURLOPT_USERAGENT, "atom");
    curl.set(CURLOPT_HTTPHEADER, headers.get());
    curl.set(CURLOPT_POST, 1L);
    curl.set(CURLOPT_POSTFIELDS, request.body.data()); // not copied
    curl.set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    curl.set(CURLOPT_TIMEOUT, static_cast<long>(request.timeout.count()));
}

void set_callbacks(CurlHandle &curl, Exchange &exchange)
{
    curl.set(CURLOPT_PREREQFUNCTION, on_connected);
    curl.set(CURLOPT_PREREQDATA, &exchange);
    curl.set(CURLOPT_SOCKOPTFUNCTION, note_socket);
    curl.set(CURLOPT_SOCKOPTDATA, &exchange);
    curl.set(CURLOPT_WRITEFUNCTION, take_body);
    curl.set(CURLOPT_WRITEDATA, &exchange);
    curl.set(CURLOPT_HEADERFUNCTION, take_header);
    curl.set(CURLOPT_HEADERDATA, &exchange);
    curl.set(CURLOPT_XFERINFOFUNCTION, watch);
    curl.set(CURLOPT_XFERINFODATA, &exchange);
    curl.set(CURLOPT_NOPROGRESS, 0L);
}

} // namespace

void read_retry_after(std::string const &header, HttpReply &reply)
{
    if (is_digits(header)) {
        reply.retry_after = parse_integer(header);
    } else if (auto const date = header.empty() ? -1 : curl_getdate(header.c_str(), nullptr); date >= 0) {
        reply.retry_at = date;
    }
}

HttpReply HttpClient::post(HttpRequest const &request, std::function<void()> const &before_writing)
{
    CurlHandle curl(static_cast<int>(request.timeout.count()));
    CurlList headers;
    headers.add("Content-Type: application/json");
    headers.add("Accept: application/json");
    headers.add("Expect:"); // the body goes at once
    if (!request.token.empty()) {
        headers.add("Authorization: Bearer " + request.token);
    }
    Exchange exchange{before_writing, m_stop};
    set_request(curl, request, headers);
    set_callbacks(curl, exchange);
    auto const code = curl.run();
    if (exchange.fault) {
        std::rethrow_exception(exchange.fault);
    }
    HttpReply reply;
    auto const status = curl.response();
    if (status >= 200) { // whatever became of the rest of the answer
        reply.fate = HttpReply::Fate::answered;
        reply.status = static_cast<int>(status);
        reply.body = is_valid_utf8(exchange.body) ? std::move(exchange.body) : to_utf8(exchange.body, Encoding::utf8);
        read_retry_after(exchange.retry_after, reply);
        return reply;
    }
    reply.fate = exchange.let_go ? HttpReply::Fate::unknown : HttpReply::Fate::not_sent;
    reply.text = code == CURLE_ABORTED_BY_CALLBACK ? (m_stop.stop_requested() ? "told to stop" : "the server hung up") : curl.text(code);
    return reply;
}

} // namespace atom
