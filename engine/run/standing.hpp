#pragma once
// What a run keeps from poll to poll; nothing of it is needed to go on after a crash.

#include "engine/intake/look.hpp"
#include "engine/intake/sources.hpp"
#include "engine/run/backoff.hpp"
#include "engine/run/site.hpp"

#include <map>
#include <set>
#include <string>

namespace atom {

struct Standing
{
    /// For one poll, without a thread for any source until it is listed. `folders` must outlive it.
    Standing(Folders const &folders, std::filesystem::path spool, std::chrono::seconds every = std::chrono::minutes(1))
        : sources([&folders](std::string const &source, std::stop_token stop) { return folders.open("source:" + source, std::move(stop)); },
                  std::move(spool)),
          backoff(every)
    {}

    Sources sources;
    Backoff backoff;                      // by folder: "source:NAME", "target:NAME", and "look source:NAME" for its listings
    std::map<std::string, Looked> looked; // by source: what its last look showed that is still to be worked
    std::set<std::int64_t> lost;          // files whose bytes could not be had since the last look: they are asked for again at the next
    std::set<std::string> told;           // what the poll before could not do: it is told once, not each minute
    bool is_service = false;              // the log says when a failing server is tried again
};

} // namespace atom
