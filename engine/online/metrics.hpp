#pragma once
// GET /metrics: the counts of the ledger, of what goes out and of the server, in Prometheus' text format. No personal data, and no label
// that grows without bound.

#include "engine/job/workspace.hpp"
#include "engine/online/service.hpp"

#include <cstdint>
#include <map>
#include <string>

namespace atom {

/// `now` in seconds since 1970-01-01 00:00 UTC. The connection sees the base as `base`.
std::string metrics_text(Database &db, Workspace const &workspace, std::map<std::string, RouteCounts> const &routes, std::int64_t now);

/// Adds the route; any token may ask.
void add_metrics(Service &service);

} // namespace atom
