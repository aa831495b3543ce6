#pragma once
// libcurl's handles, each owned by one type, and one transfer as values: what
// is asked (CurlAsk), what came of it (CurlAnswer). Knows nothing of folders
// and throws no RemoteError for what a server did: that is read from the
// answer. curl.h goes no further than engine/remote.

#include <curl/curl.h>

#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace atom {

/// A list of lines for curl. add() copies.
class CurlList
{
public:
    CurlList() = default;
    ~CurlList() { curl_slist_free_all(m_list); }
    CurlList(CurlList const &) = delete;
    CurlList &operator=(CurlList const &) = delete;
    void add(std::string const &line); // throws std::bad_alloc
    curl_slist *get() const noexcept { return m_list; }

private:
    curl_slist *m_list = nullptr;
};

struct CurlAsk
{
    std::string url;
    std::vector<std::string> commands = {};          // sent first, one after the other; '*' in front: may be refused
    std::string verb = {};                           // in place of LIST
    bool body = true;                                // false: only the commands, or a look at the size
    bool time = false;                               // asks for the time of the URL's file as well
    bool enter = false;                              // ftp: change into the folder of the URL, not name it in
                                                     // the command
    std::function<void(std::string_view)> sink = {}; // one call a piece. May throw
    std::function<std::size_t(char *, std::size_t, std::uint64_t)> source =
        {};                        // upload: fills a buffer from an offset on, 0 at the end. May throw
    std::int64_t source_size = -1; // bytes
};

struct CurlAnswer
{
    CURLcode code = CURLE_OK;
    std::string text;                 // curl's own words for the fault
    long response = 0;                // ftp: the code of `refused`, else of the last reply
    std::vector<std::string> replies; // ftp: the reply lines of this transfer, without line end
    std::string refused;              // ftp: the first reply of 400 or more
    std::int64_t length = -1;         // bytes that the server announced; -1 unknown
    std::uint64_t received = 0;       // bytes of the body
    std::int64_t time = -1;           // seconds since 1970 of the URL's file; -1 unknown
    std::string entry_path;           // ftp: the login's folder
    bool cut = false;                 // the connection is gone, by the other side's doing or by
                                      // curl's after a fault

    bool ok() const noexcept { return code == CURLE_OK; }
    bool replied(std::string_view reply_code) const noexcept;
};

/// One easy handle and the connection that it keeps. begin(), set() what the
/// protocol needs, then perform().
class CurlHandle
{
public:
    /// Initialises libcurl at the first use in the process. Throws
    /// std::runtime_error if that fails. A transfer under way ends within about
    /// a second of the wish to stop, as a timeout.
    explicit CurlHandle(int timeout_seconds, std::stop_token stop = {});
    ~CurlHandle();
    CurlHandle(CurlHandle const &) = delete;
    CurlHandle &operator=(CurlHandle const &) = delete;

    /// Back to the options that every transfer has. The connection stays.
    void begin();

    /// Throws std::logic_error where curl does not take the option: it is built
    /// without it, or the value is none.
    template <typename T> void set(CURLoption option, T value) { check(curl_easy_setopt(m_curl, option, value)); }

    /// What the sink or the source threw is thrown again here.
    CurlAnswer perform(CurlAsk const &ask);

    /// The transfer as it was set, with callbacks of the caller's own; the caller
    /// reads what came of it.
    CURLcode run();
    /// Of the connection that is kept; CURL_SOCKET_BAD: there is none.
    curl_socket_t socket() const;
    std::string text(CURLcode code) const; // curl's own words, after run()
    long response() const;                 // the last status that a server gave; 0 = none

private:
    static void check(CURLcode code);
    void apply(CurlAsk const &ask, CurlList const &commands);
    bool is_cut() const;

    CURL *m_curl; // never null
    long m_timeout;
    std::stop_token m_stop;
    char m_text[CURL_ERROR_SIZE] = {};
};

} // namespace atom
