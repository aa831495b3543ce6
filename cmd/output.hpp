#pragma once
// What several commands print: files of the ledger, what a poll did.

#include "engine/run/poll.hpp"
#include "engine/store/ledger.hpp"
#include "engine/store/requests.hpp"

#include <exception>
#include <string>
#include <vector>

namespace atom {

/// The keys that `atom import --json` and `atom files --json` promise.
std::string file_json(FileRow const &file);
/// The keys that `atom errors --json` promises.
std::string reject_json(FileRow const &file, Reject const &r);
/// `requests`: what the next poll takes up; told with its file.
void print_files(std::vector<FileRow> const &files, bool json, std::vector<Request> const &requests = {});
/// One line: how many rows of an export wait, and by which file.
void print_kept_back(ExportResult const &x);
/// How work came to its end: by itself, by SIGINT or SIGTERM, or by a fault.
struct Ended
{
    int signal = 0;
    std::exception_ptr fault;
};

/// What a poll, an import or an export did, to its end or not; returns the exit code. Throws the fault that ended it.
int print_outcome(Outcome const &outcome, Ended const &ended, bool json);

} // namespace atom
