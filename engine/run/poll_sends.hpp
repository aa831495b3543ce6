#pragma once
// The two places of the sends in a poll.

#include "engine/run/poll.hpp"

namespace atom {

/// At its start: what died under way is closed, what is to go is remembered. Nothing is sent.
void prepare_sends(Site &site, Standing &standing, Outcome &out);
/// At its end: what may go, goes.
void work_sends(Site &site, Standing &standing, Outcome &out);

} // namespace atom
