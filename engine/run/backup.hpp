#pragma once
// `atom backup FILE`: what is needed to go on after the disk is lost.

#include "engine/job/workspace.hpp"

#include <cstdint>
#include <filesystem>
#include <vector>

namespace atom {

struct BackupPart
{
    std::filesystem::path path;
    std::uint64_t size = 0; // bytes
};

/// Makes FILE (the base), FILE.online (the online base, if there is one) and FILE.spool/ (bytes that the base promises to deliver),
/// whatever is running meanwhile. Each stands under its name only when it is whole and synced; what had these names is FILE.1,
/// FILE.1.online and FILE.1.spool/ then. Throws StoreError, FileError.
std::vector<BackupPart> back_up(Workspace const &workspace, std::filesystem::path const &file);

} // namespace atom
