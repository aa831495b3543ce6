#pragma once
// One read-only file with a base and its online base together, for readers who must never be in the way: built beside, and renamed when it
// is whole and on the disk. Who has the old one open goes on reading it.

#include "engine/store/database.hpp"

#include <filesystem>

namespace atom {

/// The base as of now, page by page, without stopping readers; then the tables, indices and views of the online base, the engine's own
/// (atom_…) aside; no WAL, mode 0440. Throws StoreError and FileError: the old file then stays as it was. The base must be in no
/// transaction.
void build_replica(Database &base, std::filesystem::path const &online, std::filesystem::path const &replica);

} // namespace atom
