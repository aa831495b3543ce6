#pragma once
// The two bases of a workspace, opened each with the other beside it: in SQL they are `base` and `online`, whichever is written.

#include "engine/job/workspace.hpp"
#include "engine/store/ledger.hpp"

#include <memory>

namespace atom {

/// online.db, with the base beside it where there is one. read_write makes it where it is missing, with the engine's tables and the pack's
/// migrations; throws ConfigError for a migration that fails, StoreError.
std::unique_ptr<Database> open_online(Workspace const &workspace, OpenMode mode);

/// Puts online.db beside an open base, where there is one.
void attach_online(Database &base, Workspace const &workspace);

/// The schemas of the pack, empty, in memory: for checking SQL without touching the real ones. `base` must outlive `online`.
struct EmptyBases
{
    std::unique_ptr<Database> base, online;
};
EmptyBases empty_bases(Workspace const &workspace, Faults &faults);

/// Some process works on the base, or looks at its sources. While none does, what the ledger says to be running or fetching was
/// interrupted.
bool is_at_work(Workspace const &workspace);
/// Says so of such rows.
void mark_interrupted(std::vector<FileRow> &files, Workspace const &workspace);

} // namespace atom
