#pragma once
// What others could read on its way, or change where it lies.

#include "engine/job/workspace.hpp"

#include <vector>

namespace atom {

/// Passwords and tokens that go to another machine in clear: plain ftp and http, where `insecure = true` does not say that it is known.
std::vector<ConfigFault> sent_in_clear(Workspace const &workspace);

enum class WrittenBy
{
    group,
    everybody
};
/// What of the workspace and its bases may be written by others than its owner: who writes there chooses what the program does.
std::vector<ConfigFault> writable(Workspace const &workspace, WrittenBy whom);

} // namespace atom
