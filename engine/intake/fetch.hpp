#pragma once
// Fetches a file into the spool: whole and synced, or not at all. Its SHA-256 is taken on the way. The bytes come by any thread; what they
// mean for the ledger is said by the poll's.

#include "engine/remote/folder.hpp"
#include "engine/store/ledger.hpp"

#include <exception>
#include <filesystem>
#include <string>

namespace atom {

/// An entry of a folder that is to be fetched: as it was listed.
struct Wanted
{
    std::int64_t id = 0; // of its row
    std::string name;
    std::uint64_t size = 0;
    std::string modified;

    static Wanted of(FileRow const &row) { return {row.id, row.file, row.size, row.modified}; }
    bool operator==(Wanted const &) const = default;
};

/// What came of it.
struct Fetched
{
    Wanted wanted;
    std::filesystem::path path; // in the spool, if all of it came
    std::uint64_t size = 0;     // that came
    std::string sha256;
    std::exception_ptr fault; // RemoteError or FileError; null if the folder gave all that it has
};

/// Where its bytes go: no name from a server ever becomes a path.
std::filesystem::path spool_path(std::filesystem::path const &spool, std::int64_t id);

/// Touches the spool, never the base. Throws nothing that is not in the answer.
Fetched fetch(Wanted const &wanted, RemoteFolder &folder, std::filesystem::path const &spool) noexcept;

/// Sets row.path and row.sha256. False if the file had changed since it was looked at: it is then still being uploaded. Throws what the
/// fetching met, and FileRefused(TRUNCADO) for fewer bytes than were listed.
bool take_up(FileRow &row, Fetched const &fetched);

} // namespace atom
