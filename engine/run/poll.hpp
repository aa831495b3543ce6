#pragma once
// One look at every source, and all that follows from it; and the same for files that a person names.

#include "engine/export/export.hpp"
#include "engine/export/send.hpp"
#include "engine/run/site.hpp"
#include "engine/run/standing.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace atom {

struct Outcome
{
    std::vector<FileRow> files; // that were worked, in order
    std::vector<ExportResult> exports;
    std::vector<SendResult> sends;
    std::vector<std::string> errors;     // what could not be done, a line each; logged already
    std::vector<std::string> broken_off; // names of files that were at hand when the work was ended; nothing of them is in the base
    bool is_cut = false;                 // there is more to deliver than one poll's time allowed
    bool failed_file() const;            // a file of this call failed or was held
    bool failed() const { return failed_file() || !errors.empty(); }
};

struct PollOptions
{
    std::optional<std::int64_t> settle;                    // looks twice, so many seconds apart, in place of the 30 s of `ready = "stable"`
    bool look = true;                                      // else only what came since the last look is taken up
    Sources::Patience patience = std::chrono::seconds(30); // how long a source is waited for before the others go on without it
    bool to_the_end = true;                                // until no source is at work any more
};

/// Recovers what a dead process left, takes up requests, looks, fetches, works files by date, order and hour, writes what is due, delivers.
/// The caller holds the lock. What is still on its way when it returns is taken up by the next poll with this standing. Adds to the outcome
/// as it goes: what was finished before a fault or a stop is told. Then nothing is said to be at work any more. Throws StoreError.
void poll(Site &site, Standing &standing, PollOptions const &options, Outcome &out);

struct ImportOptions
{
    std::string job;      // "" = by name
    bool force = false;   // takes a duplicate
    bool release = false; // passes requires, holds and brakes
};
/// Local files, now, in the same order. The caller holds the lock. A file that could not be worked to an end, by a fault or a stop, leaves
/// no trace in the ledger: who imports by hand begins again by hand. Throws and tells as poll() does.
void import_files(Site &site, std::vector<std::filesystem::path> const &paths, ImportOptions const &options, Outcome &out);

/// One export, due or not, and its delivery. Throws and tells as poll() does.
void export_now(Site &site, Export const &x, bool full, Outcome &out);

} // namespace atom
