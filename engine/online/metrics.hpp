#pragma once
// GET /metrics: the counts of the ledger, of what goes out and of the server, in Prometheus' text format. No personal data, and no label
// that grows without bound.

#include "engine/base/clock.hpp"
#include "engine/job/workspace.hpp"
#include "engine/online/service.hpp"

#include <map>
#include <string>

namespace atom {

/// The connection sees the base as `base`.
std::string metrics_text(Database &db, Workspace const &workspace, std::map<std::string, RouteCounts> const &routes, Clock const &clock);

/// Adds the route; any token may ask.
void add_metrics(Service &service);

} // namespace atom
