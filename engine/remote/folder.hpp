#pragma once
// A folder somewhere else, with the few calls that the engine needs: file://, sftp://, ftp:// and ftps:// alike.
// Names from a server are data: list() gives them byte for byte, and callers check is_safe_name() before a name meets a local path.
// Every call has a deadline. Every failure is a RemoteError with a cause; nothing is half done in silence.
// One object is used by one thread at a time; it keeps its connection between calls.

#include "engine/base/error.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace atom {

struct RemoteEntry
{
    std::string name;                     // no path, as the server gave it
    std::optional<std::uint64_t> size;    // bytes; none: the server does not tell
    std::optional<std::int64_t> modified; // nanoseconds since 1970, only to be compared with the same server's, never with our clock
    std::string line;                     // what it was listed as, where that alone does not tell; else empty
};

/// What is known of a folder's names whose lines do not tell all, by name. As long as the line is the same, the server is not asked again.
using KnownEntries = std::map<std::string, RemoteEntry>;

struct RemoteListing
{
    std::vector<RemoteEntry> files; // regular ones (no folders, links or other things), in no order
    std::size_t lines = 0;          // that were listed, whatever they were of; all of them were understood
};

/// A folder's listing has a line that nobody here can read, or never ends: what is in the folder is not known.
class UnreadableListing : public RemoteError
{
public:
    explicit UnreadableListing(std::string const &message) : RemoteError(RemoteCause::protocol, message) {}
};

/// What a URL needs beside itself. Secrets are values here; where they came from is the configuration's affair.
struct RemoteLogin
{
    std::string password;      // empty: none
    std::filesystem::path key; // private key; empty: none
    std::string key_passphrase;
    std::filesystem::path known_hosts; // sftp: required, always checked
    std::filesystem::path ca_file;     // ftps: empty = the system's
};

class RemoteFolder
{
public:
    virtual ~RemoteFolder() = default;

    /// `sub` is a folder below this one ("" = itself); a sub-folder that does not exist is empty. A line that is not understood is an
    /// UnreadableListing: never a shorter listing.
    virtual RemoteListing list(std::string const &sub = {}, KnownEntries const &known = {}) = 0;

    /// What has this name now, with size and time by the means by which list() tells them; none if nothing has. Of a folder, say, there
    /// is no size. `path` is relative to this folder; the entry's name is its last part.
    virtual std::optional<RemoteEntry> find(std::string const &path) = 0;

    /// Fetches a file; `sink` takes the bytes as they come. Returns how many there were.
    virtual std::uint64_t get(std::string const &name, std::function<void(std::string_view)> const &sink) = 0;

    /// Puts a local file there under this name, in place of one that has it; makes the sub-folder that `path` names. Says size mismatch as
    /// a RemoteError: when it returns, the file is there with its whole size. `path` is relative to this folder, '/' between parts.
    virtual void put(std::filesystem::path const &local, std::string const &path) = 0;

    /// Renames within this folder; makes the folder of `to` if it is not there. Never replaces: RemoteCause::exists if `to` is taken
    /// (asked just before where the protocol cannot refuse by itself).
    virtual void rename(std::string const &from, std::string const &to) = 0;

    /// Removes a file; one that is not there is no fault.
    virtual void remove(std::string const &path) = 0;

    /// The URL without user and password, for messages.
    virtual std::string const &label() const = 0;
};

/// Opens nothing: the first call connects. Throws std::invalid_argument for a URL that is not one of file, sftp, ftp, ftps.
/// `timeout_seconds` bounds connecting, and any stall of a transfer; a call that only trickles ends, too, after four times as long and a
/// second more for each 100 bytes. A call under way ends within about a second of the wish to stop, as RemoteCause::timeout.
std::unique_ptr<RemoteFolder> open_folder(std::string const &url, RemoteLogin const &login, int timeout_seconds = 30,
                                          std::stop_token stop = {});

/// False for a name that could leave a folder or confuse a person: empty, ".", "..", with '/', '\\' or a byte under 0x20 or 0x7f, or over
/// 255 bytes.
bool is_safe_name(std::string_view name) noexcept;

} // namespace atom
