#pragma once
// A sound copy of a base that others are writing meanwhile.

#include <filesystem>

namespace atom {

/// Copies the base at `from`, as it is after its last commit, to `to`, which must not exist; synced and checked when it returns. Waits for
/// nobody and holds up nobody: readers and the writer go on. Throws StoreError.
void copy_base(std::filesystem::path const &from, std::filesystem::path const &to);

} // namespace atom
