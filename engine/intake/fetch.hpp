#pragma once
// Fetches a file into the spool: whole and synced, or not at all. Its SHA-256 is taken on the way. The bytes come by any thread; what they
// mean for the ledger is said by the poll's.

#include "engine/remote/folder.hpp"
#include "engine/store/ledger.hpp"
#include "engine/store/looks.hpp"

#include <exception>
#include <filesystem>
#include <string>

namespace atom {

constexpr std::int64_t k_stable_seconds = 30; // how long a file must stand still where nothing says that it is whole

/// An entry of a folder that is to be fetched: as it was listed.
struct Wanted
{
    std::int64_t id = 0; // of its row
    std::string name;
    std::optional<std::uint64_t> size;    // none: its folder does not say it
    std::optional<std::int64_t> modified; // as RemoteEntry has it

    static Wanted of(FileRow const &row)
    {
        return {row.id, row.file, row.is_size_told ? std::optional(row.size) : std::nullopt, row.modified};
    }
    bool operator==(Wanted const &) const = default;
};

/// What came of it.
struct Fetched
{
    Wanted wanted;
    std::filesystem::path path; // in the spool, if all of it came
    std::uint64_t size = 0;     // that came; of a file that has grown, no more than a piece beyond what was wanted
    std::string sha256;
    std::exception_ptr fault; // RemoteError or FileError; null if the folder gave all that it has
};

/// Where its bytes go: no name from a server ever becomes a path.
std::filesystem::path spool_path(std::filesystem::path const &spool, std::int64_t id);

/// Touches the spool, never the base. Throws nothing that is not in the answer.
Fetched fetch(Wanted const &wanted, RemoteFolder &folder, std::filesystem::path const &spool) noexcept;

/// Sets row.path and row.sha256. False if the file had changed since it was looked at: it is then still being uploaded; so is one whose
/// size nobody tells, until two fetches at least k_stable_seconds apart gave the same bytes: then row.size is set. Throws what the fetching
/// met, and FileRefused(TRUNCADO) for fewer bytes than were listed.
bool take_up(FileRow &row, Fetched const &fetched, Looks looks, std::int64_t now);

} // namespace atom
