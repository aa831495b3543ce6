#pragma once
// Requests of people, which the next poll takes up; kept in online.db, so that nobody waits for a load to ask.

#include "engine/store/database.hpp"

#include <cstdint>
#include <string>

namespace atom {

struct Request
{
    std::int64_t id = 0;
    std::string kind;   // "retry", "approve" or "release"
    std::string target; // a file's id; of a release also an export's name
    std::string by;
};

/// In the caller's transaction or in none. `at` is local time.
void note_request(Database &online, Request const &request, std::string const &at);

} // namespace atom
