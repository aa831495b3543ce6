#pragma once
// The HTTP server as a process: the bases it needs, the port, and the signal that ends it.

#include "engine/base/clock.hpp"
#include "engine/job/workspace.hpp"

#include <cstdint>
#include <functional>
#include <string>

namespace atom {

/// Listens on "ADDRESS:PORT" (port 0: one that is free) and answers until SIGTERM or SIGINT; requests in hand are answered then.
/// `listening` is told the port. Throws UsageError for an address that is none, ConfigError, StoreError, std::runtime_error.
void serve(Workspace const &workspace, Clock const &clock, std::string const &listen,
           std::function<void(std::uint16_t port)> const &listening);

} // namespace atom
