#pragma once
// What the server answers with: routes, who may ask them, and what becomes of a handler that throws. Knows HTTP only as plain requests.

#include "engine/base/clock.hpp"
#include "engine/job/column_facts.hpp"
#include "engine/online/connections.hpp"
#include "engine/online/router.hpp"
#include "engine/online/server.hpp"

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
    int status() const noexcept { return m_status; }

private:
    int m_status;
    std::string m_code, m_field;
};

/// A refused call that names more than this names nobody in particular: its trail has none of them.
constexpr std::size_t k_most_named = 100;

/// What a route has answered since the server began. For /metrics.
struct RouteCounts
{
    std::map<int, std::uint64_t> by_status;
    static constexpr std::array<double, 10> k_bounds = {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0}; // seconds
    std::array<std::uint64_t, k_bounds.size()> at_most{};                                                              // cumulative
    double seconds = 0;
};

class Service : public WebApplication
{
public:
    /// Both bases must be there. The workspace and the clock must outlive it.
    Service(Workspace const &workspace, Clock const &clock);

    /// Any thread; waits until a write is on the disk. Throws nothing.
    WebAnswer answer(WebRequest request) noexcept override;
    std::optional<WebAnswer> answer_at_once(WebRequest const &request) noexcept override;
    std::optional<WebAnswer> refuse(WebRequest &head) noexcept override;
    std::optional<std::string> page_of(WebRequest const &request) const noexcept override;

    Workspace const &workspace() const noexcept { return m_workspace; }
    Clock const &clock() const noexcept { return m_clock; }
    Router &router() noexcept { return m_router; }
    Readers &readers() noexcept { return m_readers; }
    Writer &writer() noexcept { return m_writer; }
    ColumnFacts const &facts() const noexcept { return m_facts; }
    /// Writes the keys whom a call was about; returns when they are on the disk. None: nothing is done.
    void leave_trail(std::string const &call, std::string const &who, int status, std::vector<std::string> const &keys);

    /// Whose token the request carries; none without a good one. Reads online.db.
    std::optional<Caller> caller_of(WebRequest const &request);
    std::map<std::string, RouteCounts> counts() const;

private:
    template <typename Work> WebAnswer answered(WebRequest const &request, std::string const &route, Work const &work) noexcept;
    std::optional<WebAnswer> refused(WebRequest &request, Router::Found const &found);
    void note(std::string const &route, int status, double seconds);

    Workspace const &m_workspace;
    Clock const &m_clock;
    ColumnFacts m_facts;
    Router m_router;
    Readers m_readers;
    Writer m_writer;
    mutable std::mutex m_mutex;
    std::map<std::string, RouteCounts> m_counts;
};

} // namespace atom
