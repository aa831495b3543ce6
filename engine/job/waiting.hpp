#pragma once
// What waits, as the workspace and the ledger tell it: jobs whose file has not come, exports whose rows are kept back and by which files.
// Reads only; the connection may also be one that sees the base beside others.

#include "engine/base/clock.hpp"
#include "engine/job/workspace.hpp"
#include "engine/store/ledger.hpp"

#include <string>
#include <vector>

namespace atom {

/// A job's `expected` whose file has not come: its name and the text of `expected`.
struct Overdue
{
    std::string job;
    std::string expected;
};
std::vector<Overdue> overdue_jobs(Ledger &ledger, Workspace const &workspace, Clock const &clock);

/// The jobs whose failed, held or waiting files hold this export.
std::vector<std::string> jobs_that_hold(Workspace const &workspace, Export const &x);

/// An export of which rows wait.
struct KeptBack
{
    std::string export_name;
    std::uint64_t rows = 0; // when it was last to be written
    std::vector<FileRow> by;
};
std::vector<KeptBack> kept_back_exports(Ledger &ledger, Workspace const &workspace);

} // namespace atom
