#pragma once
// Fetches a file into the spool: whole and synced, or not at all. Its SHA-256 is taken on the way.

#include "engine/remote/folder.hpp"
#include "engine/store/ledger.hpp"

#include <filesystem>

namespace atom {

/// Sets row.path and row.sha256 and saves the row. False if the file had changed since it was looked at: it is then still being uploaded.
/// Throws RemoteError (the row stays as it was) and FileRefused(TRUNCADO) for fewer bytes than were listed.
bool fetch(FileRow &row, RemoteFolder &folder, std::filesystem::path const &spool, Ledger &ledger);

} // namespace atom
