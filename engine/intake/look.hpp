#pragma once
// Looks into a source's folder: which files are there, whose they are, which are whole and new. Writes what it sees to the ledger, so that
// a file is known from the first look on; takes nothing yet.

#include "engine/base/clock.hpp"
#include "engine/job/workspace.hpp"
#include "engine/remote/folder.hpp"
#include "engine/store/ledger.hpp"

#include <vector>

namespace atom {

constexpr std::int64_t k_stable_seconds = 30;

struct LookSetting
{
    Workspace const &workspace;
    Database &db;
    Clock const &clock;
    std::int64_t stable_seconds = k_stable_seconds; // how long a file must stand still, for `ready = "stable"`
};

struct Looked
{
    std::vector<FileRow> ready;      // may be fetched now
    std::vector<FileRow> unfinished; // are still being uploaded
};

/// What a listing of the source's folder shows. In one transaction of its own.
Looked look(LookSetting const &setting, Source const &source, std::vector<RemoteEntry> entries);

/// Why no job may have a file of this name, however it is matched; "" if any may.
std::string refused_name(std::string_view name);

/// The first job, in their order, that takes this name from this source ("" = any); null if none.
struct JobMatch
{
    Job const *job = nullptr;
    Layout const *layout = nullptr;
    Captures captures;
};
JobMatch match_job(Workspace const &workspace, std::string const &source, std::string const &name, std::string const &only_job = {});
/// Why a name is nobody's: the pattern that it comes nearest to, if one is near.
std::string unmatched_reason(Workspace const &workspace, std::string const &name);
/// Writes job, layout, date, hour and captures into the row.
void note_match(FileRow &row, JobMatch const &match);
Captures captures_of(FileRow const &row);

} // namespace atom
