#pragma once
// The sends at work: HTTP requests for rows of a query, each key once, ever. docs/send.md has the table of what happens when.

#include "engine/base/clock.hpp"
#include "engine/job/workspace.hpp"
#include "engine/remote/http_client.hpp"
#include "engine/store/database.hpp"

#include <chrono>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

namespace atom {

/// What sends need of the world; tests bring their own.
struct SendSetting
{
    using Time = std::chrono::steady_clock::time_point;

    Database &db;
    Workspace const &workspace;
    Clock &clock; // hours, dates and pauses; rate and duration go by `tick`
    std::stop_token stop = {};
    std::function<HttpReply(HttpRequest const &, std::function<void()> const &)> post = {}; // HttpClient::post() unless told
    std::function<Time()> tick = {};                                                        // steady_clock unless told
    std::function<void(std::chrono::microseconds)> rest = {};                               // rest() unless told
};

struct SendResult
{
    std::string name;
    std::uint64_t sent = 0, refused = 0, unknown = 0, gone = 0;
    std::uint64_t waiting = 0;       // keys whose turn has not come
    std::vector<std::string> errors; // a line each; the pack's SQL failed
    bool any() const noexcept { return sent + refused + unknown + gone > 0; }
};

/// At the start of a poll: requests that a dead process left under way are unknown, and what each query gives now is remembered, so that
/// a key which is gone by its turn is told. Nothing is sent.
std::vector<SendResult> begin_sends(SendSetting const &setting);

/// At the end of a poll: all sends that may, for 20 s at most; the rest goes on in the next. Throws StoreError for a fault of the base.
std::vector<SendResult> run_sends(SendSetting const &setting);

} // namespace atom
