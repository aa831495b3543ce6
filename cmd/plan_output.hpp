#pragma once
// How a dry run tells what it would have done.

#include "engine/job/workspace.hpp"
#include "engine/run/poll.hpp"
#include "engine/store/change_plan.hpp"

namespace atom {

/// Rows by table, verb and state, and outputs, each with ten examples of keys; personal data is masked. With `json`, one document:
/// {"dry_run", "changes": [{"table", "verb", "status", "before", "rows", "examples"}], "outputs": [{"export", "kind", "file", "rows",
/// "examples"}]}.
void print_plan(Workspace const &workspace, ChangePlan const &plan, Outcome const &outcome, bool json);

} // namespace atom
