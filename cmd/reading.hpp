#pragma once
// The base, for commands that only ask. Whoever may read its files may ask, also who may write nothing there, and also while others work.

#include "engine/job/workspace.hpp"
#include "engine/store/database.hpp"

#include <memory>
#include <string>

namespace atom {

/// The base, and the online one beside it; or the replica, if it is asked for, or if this user cannot read the base (then it is said on
/// standard error). Throws UsageError where there is nothing to ask yet, StoreError.
std::unique_ptr<Database> open_to_ask(Workspace const &workspace, bool replica = false);

/// Made before the bases are opened: knows afterwards whether what was read is of one state.
class Reading
{
public:
    explicit Reading(Workspace const &workspace);
    /// Of a command that has told what it read: 1, and a line on standard error, if a base was written meanwhile in a way that its reader
    /// could not be kept apart from.
    int exit_code() const;

private:
    std::string states() const;
    Workspace const &m_workspace;
    bool m_is_unshared;
    std::string m_before;
};

} // namespace atom
