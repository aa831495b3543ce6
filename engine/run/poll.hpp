#pragma once
// One look at every source, and all that follows from it; and the same for files that a person names.

#include "engine/export/export.hpp"
#include "engine/export/send.hpp"
#include "engine/run/site.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace atom {

struct Outcome
{
    std::vector<FileRow> files;          // that were worked, in order
    std::vector<ExportResult> exports;
    std::vector<SendResult> sends;
    std::vector<std::string> errors;     // what could not be done, a line each; logged already
    bool failed_file() const;            // a file of this call failed or was held
    bool failed() const { return failed_file() || !errors.empty(); }
};

/// Recovers what a dead process left, takes up requests, looks, fetches, works files by date, order and hour, writes what is due, delivers.
/// With `settle`, looks twice that many seconds apart in place of the 30 s of `ready = "stable"`. The caller holds the lock.
Outcome poll_once(Site &site, std::optional<std::int64_t> settle);

struct ImportOptions
{
    std::string job;    // "" = by name
    bool force = false;   // takes a duplicate
    bool release = false; // passes requires, holds and brakes
    bool dry_run = false;
};
/// Local files, now, in the same order. A dry run does it all in one transaction and rolls it back. The caller holds the lock.
Outcome import_files(Site &site, std::vector<std::filesystem::path> const &paths, ImportOptions const &options);

/// One export, due or not, and its delivery.
Outcome export_now(Site &site, Export const &x, bool full);

} // namespace atom
