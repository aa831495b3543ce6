#pragma once
// The middle of a poll: the files in hand, one after the other in their order, each through its job, as far as they may go now.

#include "engine/run/poll.hpp"

#include <string>
#include <vector>

namespace atom {

/// Logs what could not be done, unless the poll before said the same, and adds it to the outcome.
void note(Standing &standing, Outcome &out, std::string const &error);

/// Works what may run of `rows` by date, order and hour; what waited for a file that is now done comes to its turn at once. What follows a
/// file that is not here yet (`unfinished` uploads, or bytes that do not come within `patience`) stays as it is: of the same source for
/// half an hour, of others for two minutes after that file was first seen. Ends early when the site is to stop.
void work_files(Site &site, Standing &standing, std::vector<FileRow> rows, std::vector<FileRow> const &unfinished,
                Sources::Patience patience, Outcome &out);

} // namespace atom
