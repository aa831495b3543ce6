#pragma once
// Everything outside the base that is still to be done: error files to put, finished files to move, outputs to deliver. Rows are written in
// the transaction that causes them; working them off may be interrupted anywhere and begun again without harm.

#include "engine/base/clock.hpp"
#include "engine/remote/folders.hpp"
#include "engine/store/database.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace atom {

struct OutboxRow
{
    enum class Kind
    {
        put,    // a local file to `name`; a taken name gets .2, .3 …
        write,  // a local file to `name`, in place of what is there
        move,   // `final_name` within the folder; a taken name gets .2, .3 …
        deliver // a local file to `staging`/`name`, then renamed to `name`; never over a file that is there
    };
    std::int64_t id = 0;
    Kind kind = Kind::put;
    std::string folder;                   // as Folders knows it
    std::string local;                    // the bytes to put; removed when done
    std::string name;                     // path within the folder
    std::string staging;                  // folder for unfinished uploads
    std::string final_name;               // chosen when a name may be taken
    std::uint64_t size = 0;               // move: of the file that was taken
    std::optional<std::int64_t> modified; // move: as RemoteEntry has it; none: its folder does not tell
    bool is_marker = false;               // move: it vouched for another file; nobody looked at its size or time
    std::string state = "new";            // new, then renaming: the upload is whole and a rename was asked for
    std::string export_name;
    std::int64_t file_id = 0;
};

/// In the caller's transaction.
void add_to_outbox(Database &db, Clock const &clock, OutboxRow const &row);

/// path + ending, where what stands after the last '/' may have 255 bytes: what is too much is cut out of its middle, for which stands a
/// "~"; never inside a character of UTF-8.
std::string fitted_name(std::string_view path, std::string_view ending);

/// What bounds one pass over the outbox.
struct OutboxLimits
{
    std::function<bool(std::string const &folder)> may_try; // a folder that has just failed is left alone; null: all are tried
    std::stop_token stop = {};
    std::chrono::seconds budget = std::chrono::hours(24);        // after it nothing more is begun
    std::chrono::seconds folder_budget = std::chrono::hours(24); // … in a folder that took so much of it: a slow one is its own affair
};

struct OutboxFault
{
    std::string folder;
    std::string text;
    bool is_lost = false; // the folder could not be reached, or another one answered: not this row's fault
};

struct OutboxResult
{
    std::vector<OutboxFault> faults;
    std::set<std::string> reached; // folders where something was done
    bool is_cut = false;           // the budget was used up
};

/// Works off what can be worked off now. A folder that cannot be reached, or to which a delivery fails, is left alone for this time, so
/// that its rows keep their order; others go on.
OutboxResult work_off_outbox(Database &db, Folders &folders, OutboxLimits const &limits = {});

} // namespace atom
