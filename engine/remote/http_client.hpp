#pragma once
// One HTTP request that must not go out twice, and what became of it. TLS certificates are always checked; redirects are not followed;
// every request has a connection of its own, for curl sends again by itself what a kept one has lost. One thread at a time.

#include "engine/remote/curl_handle.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>

namespace atom {

struct HttpRequest
{
    std::string url;                  // http:// or https://
    std::string token;                // Authorization: Bearer; empty = none
    std::string body;                 // JSON
    std::chrono::seconds timeout{10}; // of all of it
};

struct HttpReply
{
    enum class Fate
    {
        not_sent, // not a byte of it was given away: it may be sent again
        unknown,  // some or all of it was written, and no answer came
        answered  // a status came
    };
    Fate fate = Fate::not_sent;
    int status = 0;                          // of an answer: 200 to 599
    std::string body;                        // of an answer: its first 4 KiB, as UTF-8
    std::optional<std::int64_t> retry_after; // seconds
    std::optional<std::int64_t> retry_at;    // seconds since 1970
    std::string text;                        // why there is no answer
};

class HttpClient
{
public:
    /// The wish to stop breaks off connecting within about a second; what is written already gets its time for an answer.
    explicit HttpClient(std::stop_token stop = {}) : m_stop(std::move(stop)) {}

    /// POST. `before_writing` is called once, when the server is connected and proven and nothing is written yet; what it throws comes out
    /// of post(), and nothing was sent. It is not called if there is no connection; if it was called, the fate may still be not_sent (the
    /// server hung up meanwhile).
    HttpReply post(HttpRequest const &request, std::function<void()> const &before_writing);

private:
    std::stop_token m_stop;
};

/// The two forms of Retry-After: seconds, or a date.
void read_retry_after(std::string const &header, HttpReply &reply);

} // namespace atom
