#pragma once
// When the replica is renewed: at the end of a poll that changed something, or when an earlier one did and the time had not come yet.

#include "engine/run/site.hpp"

#include <optional>
#include <string>

namespace atom {

/// Made before the work; sees what the base's connection writes from then on. Does nothing where the workspace has no [replica], and in a
/// dry run.
class ReplicaKeeper
{
public:
    explicit ReplicaKeeper(Site &site);

    /// Remembers in the base whether this call changed something, so that the next poll renews the replica.
    void note_changes();
    /// The same, and renews it if it is due and `every` has gone by since the last time, or if it is not there. A fault is returned as a
    /// text: the old replica stays, and the next poll tries again.
    std::optional<std::string> end_poll();

private:
    bool is_at_work() const { return m_site.workspace.replica.has_value() && m_site.plan == nullptr; }
    bool is_time(std::int64_t now) const;

    Site &m_site;
    std::int64_t m_changes = 0;
};

} // namespace atom
