#pragma once
// `atom doctor`: what would keep the program from its work, found before it does.

#include "engine/base/clock.hpp"
#include "engine/job/workspace.hpp"
#include "engine/remote/folders.hpp"

#include <string>
#include <vector>

namespace atom {

struct Finding
{
    enum class State
    {
        well,
        off,  // switched off by its owner, or not there yet: no fault
        note, // what the pack shows: a person judges it
        wrong
    } state = State::well;
    std::string what; // "base", "source NAME", …
    std::string text; // how it is; what to do about it
};

/// Looks at everything, networks side by side, each call with its deadline. Writes and removes a small file where the program has to write:
/// in data/, and in the folders for error files, finished files and unfinished uploads. Throws nothing that a finding can say.
std::vector<Finding> examine(Workspace const &workspace, Clock const &clock, Folders const &folders);

} // namespace atom
