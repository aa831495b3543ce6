#pragma once
// What the base tells of work that is left outside it, and of what went out last. Reads only; the connection may also be one that sees the
// base beside others.

#include "engine/store/database.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace atom {

/// What could not be delivered or moved, by folder.
struct StuckDelivery
{
    std::string folder; // "target:NAME", "source:NAME", a URL
    std::int64_t count = 0;
    std::string since; // local time
    std::string error; // one of them
};
std::vector<StuckDelivery> stuck_deliveries(Database &db);
/// When the oldest of what is still to be done outside was made, in local time.
std::optional<std::string> oldest_in_outbox(Database &db);

/// A send whose server is left alone for a while.
struct PausedSend
{
    std::string send;
    std::int64_t failures = 0;   // in a row
    std::int64_t not_before = 0; // seconds since 1970
    std::string why;
};
std::vector<PausedSend> paused_sends(Database &db);
/// Messages that were refused, or of which nobody knows whether they came, since that local time.
struct LostMessages
{
    std::string send;
    std::int64_t refused = 0, unknown = 0;
};
std::vector<LostMessages> lost_messages(Database &db, std::string const &since);

struct LastOutput
{
    std::string export_name, kind, file;
    std::uint64_t rows = 0;
    std::string at; // local time
};
/// The newest first.
std::vector<LastOutput> last_outputs(Database &db, int most);

/// When the replica was made, in seconds since 1970.
std::optional<std::int64_t> replica_made_at(Database &db);

} // namespace atom
