#pragma once
// A private copy of a base, without opening it: not a byte of it, its WAL or its index changes, and nobody is asked to wait.

#include <filesystem>

namespace atom {

/// Copies the base and its WAL, if they are there, under the same names into `folder`: blocks are shared where the file system can. If its
/// writer is at work meanwhile, copies again until it stood still. The copy is not synced: it lives no longer than the process.
/// Throws FileError; also EBUSY if it never stood still.
void clone_base(std::filesystem::path const &base, std::filesystem::path const &folder);

} // namespace atom
