#pragma once
// A folder that is looked at and read, and in which nothing changes: what would, is taken as done. For dry runs.

#include "engine/remote/folder.hpp"

namespace atom {

/// A name that is taken refuses a rename here too: what a real run could not do, a dry one says.
std::unique_ptr<RemoteFolder> looking_folder(std::unique_ptr<RemoteFolder> folder);

} // namespace atom
