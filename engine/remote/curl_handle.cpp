#include "engine/remote/curl_handle.hpp"

#include "engine/base/text.hpp"
#include "engine/remote/patience.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <csignal>
#include <exception>
#include <new>
#include <stdexcept>

#include <sys/socket.h>

namespace atom {

namespace {

/// What curl's callbacks work on during one perform().
struct Transfer
{
    CurlAsk const *ask = nullptr;
    CurlAnswer *answer = nullptr;
    Patience patience;
    std::exception_ptr fault = {};
    std::string ended_by = {}; // why watch() broke it off
    std::uint64_t given = 0;   // bytes to upload
};

std::size_t take_body(char *bytes, std::size_t, std::size_t count, void *user)
{
    auto &t = *static_cast<Transfer *>(user);
    t.patience.note_life();
    if (!t.ask->body) // curl shows an ftp size as a made-up header here
        return count;
    try {
        if (t.ask->sink)
            t.ask->sink({bytes, count});
        t.answer->received += count;
        return count;
    } catch (...) {
        t.fault = std::current_exception(); // may not cross curl's C frames
        return CURL_WRITEFUNC_ERROR;
    }
}

std::size_t take_reply(char *bytes, std::size_t, std::size_t count, void *user)
{
    constexpr std::size_t k_most_replies = 200;
    auto &t = *static_cast<Transfer *>(user);
    t.patience.note_life();
    std::string_view line(bytes, count);
    while (line.ends_with('\n') || line.ends_with('\r'))
        line.remove_suffix(1);
    if (t.answer->replies.size() < k_most_replies)
        t.answer->replies.emplace_back(line);
    bool const is_last_line = line.size() > 3 && is_digits(line.substr(0, 3)) && line[3] == ' '; // "550-…" goes on
    if (t.answer->refused.empty() && is_last_line && line[0] >= '4')
        t.answer->refused = line;
    return count;
}

std::size_t give_body(char *buffer, std::size_t size, std::size_t count, void *user)
{
    auto &t = *static_cast<Transfer *>(user);
    t.patience.note_life();
    try {
        auto const given = t.ask->source(buffer, size * count, t.given);
        t.given += given;
        return given;
    } catch (...) {
        t.fault = std::current_exception();
        return CURL_READFUNC_ABORT;
    }
}

/// curl's own low-speed limit sleeps while it opens, closes or renames, so the
/// deadline is kept here: curl asks at least once a second.
int watch(void *user, curl_off_t, curl_off_t down, curl_off_t, curl_off_t up)
{
    auto &t = *static_cast<Transfer *>(user);
    t.patience.note_moved(static_cast<std::uint64_t>(down + up));
    t.ended_by = t.patience.ended();
    return t.ended_by.empty() ? 0 : 1;
}

/// A cut TLS connection raises SIGPIPE in OpenSSL's write(); curl is told not
/// to touch signal handlers, so this thread does without it.
class NoSigpipe
{
public:
    NoSigpipe()
    {
        sigemptyset(&m_pipe);
        sigaddset(&m_pipe, SIGPIPE);
        sigset_t pending;
        sigpending(&pending);
        m_was_pending = sigismember(&pending, SIGPIPE) == 1;
        pthread_sigmask(SIG_BLOCK, &m_pipe, &m_before);
    }
    ~NoSigpipe()
    {
        timespec const now = {0, 0};
        if (!m_was_pending)
            while (sigtimedwait(&m_pipe, nullptr, &now) < 0 && errno == EINTR) {
            }
        pthread_sigmask(SIG_SETMASK, &m_before, nullptr);
    }
    NoSigpipe(NoSigpipe const &) = delete;
    NoSigpipe &operator=(NoSigpipe const &) = delete;

private:
    sigset_t m_pipe = {}, m_before = {};
    bool m_was_pending = false;
};

CURL *new_easy_handle()
{
    static CURLcode const started = curl_global_init(CURL_GLOBAL_DEFAULT); // once, and threads wait for it
    if (started != CURLE_OK)
        throw std::runtime_error(fmt::format("libcurl does not start: {}", curl_easy_strerror(started)));
    auto *const curl = curl_easy_init();
    if (curl == nullptr)
        throw std::bad_alloc();
    return curl;
}

} // namespace

void CurlList::add(std::string const &line)
{
    auto *const longer = curl_slist_append(m_list, line.c_str());
    if (longer == nullptr)
        throw std::bad_alloc();
    m_list = longer;
}

bool CurlAnswer::replied(std::string_view reply_code) const noexcept
{
    for (auto const &line : replies)
        if (line.starts_with(reply_code))
            return true;
    return false;
}

CurlHandle::CurlHandle(int timeout_seconds, std::stop_token stop)
    : m_curl(new_easy_handle()), m_timeout(timeout_seconds), m_stop(std::move(stop))
{}

CurlHandle::~CurlHandle()
{
    NoSigpipe const quiet; // it says goodbye to the server
    curl_easy_cleanup(m_curl);
}

void CurlHandle::check(CURLcode code)
{
    if (code != CURLE_OK)
        throw std::logic_error(fmt::format("libcurl refuses an option: {}", curl_easy_strerror(code)));
}

void CurlHandle::begin()
{
    curl_easy_reset(m_curl);
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_ERRORBUFFER, m_text);
    set(CURLOPT_CONNECTTIMEOUT, m_timeout);
    set(CURLOPT_SERVER_RESPONSE_TIMEOUT, m_timeout);
    set(CURLOPT_LOW_SPEED_LIMIT, 1L);
    set(CURLOPT_LOW_SPEED_TIME, m_timeout);
    set(CURLOPT_PATH_AS_IS, 1L); // names are data
    set(CURLOPT_PROXY,
        ""); // none from the environment: it would be asked by HTTP
}

void CurlHandle::apply(CurlAsk const &ask, CurlList const &commands)
{
    set(CURLOPT_URL, ask.url.c_str());
    set(CURLOPT_WRITEFUNCTION, take_body);
    set(CURLOPT_HEADERFUNCTION, take_reply);
    set(CURLOPT_XFERINFOFUNCTION, watch);
    set(CURLOPT_NOPROGRESS, 0L);
    if (commands.get() != nullptr)
        set(CURLOPT_QUOTE, commands.get());
    if (!ask.verb.empty())
        set(CURLOPT_CUSTOMREQUEST, ask.verb.c_str());
    set(CURLOPT_FTP_FILEMETHOD, static_cast<long>(ask.enter ? CURLFTPMETHOD_SINGLECWD : CURLFTPMETHOD_NOCWD));
    if (ask.time)
        set(CURLOPT_FILETIME, 1L);
    if (!ask.body) {
        set(CURLOPT_NOBODY, 1L);
        set(CURLOPT_TIMEOUT, 2 * m_timeout); // connecting may take one of them
    }
    if (ask.source) {
        set(CURLOPT_UPLOAD, 1L);
        set(CURLOPT_READFUNCTION, give_body);
        set(CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(ask.source_size));
    }
}

curl_socket_t CurlHandle::socket() const
{
    curl_socket_t socket = CURL_SOCKET_BAD;
    return curl_easy_getinfo(m_curl, CURLINFO_ACTIVESOCKET, &socket) == CURLE_OK ? socket : CURL_SOCKET_BAD;
}

bool CurlHandle::is_cut() const
{
    if (socket() == CURL_SOCKET_BAD)
        return true;
    char byte = 0;
    auto const got = recv(socket(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return got == 0 || (got < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR);
}

CURLcode CurlHandle::run()
{
    NoSigpipe const quiet;
    m_text[0] = '\0';
    return curl_easy_perform(m_curl);
}

std::string CurlHandle::text(CURLcode code) const { return m_text[0] != '\0' ? m_text : curl_easy_strerror(code); }

long CurlHandle::response() const
{
    long status = 0;
    check(curl_easy_getinfo(m_curl, CURLINFO_RESPONSE_CODE, &status));
    return status;
}

CurlAnswer CurlHandle::perform(CurlAsk const &ask)
{
    CurlAnswer answer;
    Transfer transfer{&ask, &answer, Patience(std::chrono::seconds(m_timeout), m_stop)};
    CurlList commands;
    for (auto const &command : ask.commands)
        commands.add(command);
    apply(ask, commands);
    set(CURLOPT_WRITEDATA, &transfer);
    set(CURLOPT_HEADERDATA, &transfer);
    set(CURLOPT_READDATA, &transfer);
    set(CURLOPT_XFERINFODATA, &transfer);

    answer.code = run();
    if (transfer.fault)
        std::rethrow_exception(transfer.fault);
    answer.text = text(answer.code);
    if (answer.code == CURLE_ABORTED_BY_CALLBACK) {
        answer.code = CURLE_OPERATION_TIMEDOUT;
        answer.text = transfer.ended_by;
    }
    curl_off_t length = -1;
    answer.response = response();
    check(curl_easy_getinfo(m_curl, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length));
    answer.length = length;
    curl_off_t time = -1;
    check(curl_easy_getinfo(m_curl, CURLINFO_FILETIME_T, &time));
    answer.time = time;
    if (!answer.refused.empty())
        answer.response = std::stol(answer.refused.substr(0, 3));
    char const *entry = nullptr;
    if (curl_easy_getinfo(m_curl, CURLINFO_FTP_ENTRY_PATH, &entry) == CURLE_OK && entry != nullptr)
        answer.entry_path = entry;
    answer.cut = !answer.ok() && is_cut();
    return answer;
}

} // namespace atom
