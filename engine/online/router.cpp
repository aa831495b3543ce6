#include "engine/online/router.hpp"

#include "engine/base/text.hpp"

namespace atom {

bool Caller::may(std::vector<std::string> const &wanted) const noexcept
{
    return wanted.empty() || std::any_of(wanted.begin(), wanted.end(),
                                         [&](auto const &w) { return std::find(scopes.begin(), scopes.end(), w) != scopes.end(); });
}

std::vector<std::string> path_segments(std::string_view path)
{
    return split(path.substr(path.empty() || path.front() != '/' ? 0 : 1), '/');
}

std::string_view capture_name(std::string_view segment) noexcept
{
    bool const braces = segment.size() > 2 && segment.front() == '{' && segment.back() == '}';
    return braces ? segment.substr(1, segment.size() - 2) : std::string_view();
}

void Router::add(Route route) { m_routes.push_back(std::move(route)); }

namespace {

/// How many plain segments it has if it takes the path; -1 if it does not.
int fit(std::string const &pattern, std::vector<std::string> const &segments, HttpPairs &captures)
{
    auto const parts = path_segments(pattern);
    if (parts.size() != segments.size()) {
        return -1;
    }
    int plain = 0;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        auto const name = capture_name(parts[i]);
        if (name.empty() ? parts[i] != segments[i] : segments[i].empty()) {
            return -1;
        }
        if (name.empty()) {
            ++plain;
        } else {
            captures.emplace_back(name, segments[i]);
        }
    }
    return plain;
}

} // namespace

Router::Found Router::find(WebRequest const &request) const
{
    Found found;
    int best = -1;
    for (auto const &route : m_routes) {
        HttpPairs captures;
        int const fits = fit(route.path, request.segments, captures);
        if (fits < 0) {
            continue;
        }
        found.methods.push_back(route.method);
        if (route.method == request.method && fits > best) {
            best = fits;
            found.route = &route;
            found.captures = std::move(captures);
        }
    }
    return found;
}

} // namespace atom
