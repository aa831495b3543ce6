#pragma once
// How things stand now, read without writing anything: what is at work, what waits and for what, what somebody has to see to.

#include "engine/job/waiting.hpp"
#include "engine/store/backlog.hpp"
#include "engine/store/requests.hpp"

#include <optional>
#include <string>
#include <vector>

namespace atom {

/// One sentence about something that does not go on by itself, with what to do; in the spoken language.
struct Need
{
    std::string what; // "file 5", "job orders", "export shelf", "disk"
    std::string text;
    bool is_urgent = true; // else it is told, and nobody has to come
};

struct Situation
{
    std::vector<FileRow> running, waiting, held, failed;
    std::vector<FileRow> stuck; // uploads that do not end
    std::vector<Overdue> overdue;
    std::vector<KeptBack> kept_back;
    std::vector<Request> requests;           // that the next poll takes up
    std::optional<std::string> next_look;    // local time; none while nobody looks by itself
    std::uint64_t disk_free = 0;             // bytes, where the base is
    std::optional<std::int64_t> replica_age; // seconds
    std::vector<LastOutput> last_outputs;
    std::vector<Need> needs;
};

/// The connection reads the base, and the online one as `online`.
Situation situation_of(Workspace const &workspace, Clock const &clock, Database &db);

/// The same where there is no base yet.
Situation situation_without_base(Workspace const &workspace, Clock const &clock);

/// "1296 rows wait: x.csv is held; atom release shelf"
std::string kept_back_text(std::string const &export_name, std::uint64_t rows, std::vector<FileRow> const &by);

/// Less free bytes than that, and work stops soon.
constexpr std::uint64_t k_least_free_bytes = 512U << 20U;

} // namespace atom
