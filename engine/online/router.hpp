#pragma once
// Which handler has a request. Filled once, before the server runs; read by many threads then.

#include "engine/online/http.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace atom {

/// The keys of those whom a call names by its address, path and query alone: for the trail of one that is refused.
using NamedByAddress = std::function<std::vector<std::string>(WebRequest const &, Caller const &)>;

/// May run on several threads at once. What it throws becomes a fault's answer (service.hpp).
using Handler = std::function<WebAnswer(WebRequest const &, Caller const &)>;

struct Route
{
    std::string method;             // GET or POST
    std::string path;               // "/api/Item/{id}"
    bool open = false;              // asks for no token: the handler itself decides
    std::vector<std::string> scope; // the caller needs one of these; empty = any token
    Handler handler;
    std::string name = {}; // of the endpoint or page, for counts
    NamedByAddress names = {};
    std::function<std::optional<WebAnswer>(WebRequest const &head)> may_send = {}; // open: refuses before the body is read
};

class Router
{
public:
    void add(Route route);

    struct Found
    {
        Route const *route = nullptr; // null: none takes the path with this method
        HttpPairs captures;
        std::vector<std::string> methods; // that the path has
    };
    /// A plain segment goes before a {name}.
    Found find(WebRequest const &request) const;
    std::vector<Route> const &routes() const noexcept { return m_routes; }

private:
    std::vector<Route> m_routes;
};

/// "/api/Item/{id}" in segments; of a {name} with the braces.
std::vector<std::string> path_segments(std::string_view path);
/// "id" of "{id}", "" of a plain segment.
std::string_view capture_name(std::string_view segment) noexcept;

} // namespace atom
