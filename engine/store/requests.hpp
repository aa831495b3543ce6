#pragma once
// Requests of people, which the next poll takes up; kept in online.db, so that nobody waits for a load to ask. Which of them the base has
// taken, the base knows: a request is open until then, and may be withdrawn.

#include "engine/store/database.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace atom {

struct Request
{
    std::int64_t id = 0;
    std::string kind;   // "retry", "approve" or "release"
    std::string target; // a file's id; of a release also an export's name
    std::string by;
    std::string at = {}; // local time, as noted
};

/// False, and nothing is noted, where one of its kind and target is open. In the caller's transaction or in one of its own. The connection
/// writes the online base, and sees the base, if there is one, as `base`. `at` is local time.
bool note_request(Database &online, Request const &request, std::string const &at);
/// Takes the open ones of this kind and target back; false if there is none. The same connection.
bool drop_request(Database &online, std::string const &kind, std::string const &target);
/// Open ones, in order; the connection sees the base as `base` and the online one as `online`. None where one of them is not there.
std::vector<Request> open_requests(Database &db);

/// For the poll, which has each base apart: those with a higher id, and up to which one the base has taken them.
std::vector<Request> requests_after(Database &online, std::int64_t id);
std::int64_t last_taken_request(Database &base);
void note_taken_request(Database &base, std::int64_t id);

} // namespace atom
