#pragma once
// What came over HTTP as work of a poll: of each job that takes an online table, a row of the ledger.

#include "engine/run/site.hpp"

#include <vector>

namespace atom {

/// The row's job takes an online table: it has no file, and so no bytes to fetch or to know again.
bool is_taken_online(Site const &site, FileRow const &row);

/// A row, saved as `seen`, for each job whose online table has rows that it has not taken yet. One that failed is tried again, one that is
/// held waits. None if there is no online base.
std::vector<FileRow> online_rows(Site &site);

} // namespace atom
