#pragma once
// A request and its answer as the handlers see them: plain data, no Beast. Texts are as they came, percent-decoded where that is said.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace atom {

using HttpPairs = std::vector<std::pair<std::string, std::string>>;

/// Who asks, as a token says.
struct Caller
{
    std::string user;                // :quem
    std::vector<std::string> scopes; // what the token may do

    bool may(std::vector<std::string> const &wanted) const noexcept; // one of these; an empty list takes anyone
};

struct WebRequest
{
    std::string peer;                  // the address that it came from; "unix" of a Unix socket
    std::string method;                // upper case; HEAD is asked as GET
    std::string path;                  // decoded, without the query
    std::vector<std::string> segments; // of the path, decoded: "/api/Item/7" = {"api", "Item", "7"}
    HttpPairs query;                   // decoded, in their order
    HttpPairs headers;                 // names in lower case
    HttpPairs captures;                // what stands for {name} in the route's path
    std::string body;
    std::optional<Caller> caller;                              // whose token it carries, once that was looked up
    std::function<bool()> nobody_waits = [] { return false; }; // any thread: the client has gone, or the server must end

    /// The last of this name; null if there is none.
    std::string const *header(std::string_view lower_case_name) const noexcept;
    std::string const *parameter(std::string_view name) const noexcept;
    std::string const *capture(std::string_view name) const noexcept;
};

struct WebAnswer
{
    int status = 200;
    std::string type = "application/json";
    std::string body;
    HttpPairs headers;
};

/// `{"error": {"code", "message", "field"?}}`.
WebAnswer fault_answer(int status, std::string_view code, std::string_view message, std::string_view field = {});

/// Splits "/a/b%20c?x=1&y" into path, segments and query. False for one that is no path or has a broken escape.
bool read_target(std::string_view target, WebRequest &request);

/// All cookies of this name, the first eight: a browser sends several where another path or an older version set one.
std::vector<std::string> cookies_named(WebRequest const &request, std::string_view name);

/// "a=1&b=x+y", decoded: a query, or the body of a form. False for a broken escape.
bool read_pairs(std::string_view text, HttpPairs &out);

} // namespace atom
