#pragma once
// What the server answers with: routes, who may ask them, and what becomes of a handler that throws. Knows HTTP only as plain requests.

#include "engine/base/clock.hpp"
#include "engine/job/rules.hpp"
#include "engine/online/connections.hpp"
#include "engine/online/router.hpp"

#include <map>
#include <mutex>
#include <string>

namespace atom {

/// A handler's way to say no.
class RequestRefused : public std::runtime_error
{
public:
    RequestRefused(int status, std::string code, std::string const &message, std::string field = {})
        : std::runtime_error(message), m_status(status), m_code(std::move(code)), m_field(std::move(field))
    {}
    WebAnswer answer() const { return fault_answer(m_status, m_code, what(), m_field); }

private:
    int m_status;
    std::string m_code, m_field;
};

/// What a route has answered since the server began. For /metrics.
struct RouteCounts
{
    std::map<int, std::uint64_t> by_status;
    static constexpr std::array<double, 10> k_bounds = {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0}; // seconds
    std::array<std::uint64_t, k_bounds.size()> at_most{};                                                              // cumulative
    double seconds = 0;
};

class Service
{
public:
    /// Both bases must be there. The workspace and the clock must outlive it.
    Service(Workspace const &workspace, Clock const &clock);

    /// Any thread; waits until a write is on the disk. Throws nothing.
    WebAnswer answer(WebRequest request) noexcept;

    Workspace const &workspace() const noexcept { return m_workspace; }
    Clock const &clock() const noexcept { return m_clock; }
    Router &router() noexcept { return m_router; }
    Readers &readers() noexcept { return m_readers; }
    Writer &writer() noexcept { return m_writer; }
    Writers const &rule_writers() const noexcept { return m_rule_writers; }

    /// Whose token the request carries; none without a good one. Reads online.db.
    std::optional<Caller> caller_of(WebRequest const &request);
    std::map<std::string, RouteCounts> counts() const;

private:
    WebAnswer answer_route(WebRequest &request, std::string &route_name);
    void note(std::string const &route, int status, double seconds);

    Workspace const &m_workspace;
    Clock const &m_clock;
    Writers m_rule_writers;
    Router m_router;
    Readers m_readers;
    Writer m_writer;
    mutable std::mutex m_mutex;
    std::map<std::string, RouteCounts> m_counts;
};

} // namespace atom
