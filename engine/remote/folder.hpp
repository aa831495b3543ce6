#pragma once
// A folder somewhere else, with the few calls that the engine needs: file://, sftp://, ftp:// and ftps:// alike.
// Names from a server are data: list() gives them byte for byte, and callers check is_safe_name() before a name meets a local path.
// Every call has a deadline. Every failure is a RemoteError with a cause; nothing is half done in silence.
// One object is used by one thread at a time; it keeps its connection between calls.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace atom {

struct RemoteEntry
{
    std::string name;       // no path, as the server gave it
    std::uint64_t size = 0; // bytes
    std::string modified;   // as the server says it, only to be compared with itself: it is never compared with our clock
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

    /// The regular files in this folder (no folders, links or other things), in no order. `sub` is a folder below it ("" = itself);
    /// a sub-folder that does not exist is empty.
    virtual std::vector<RemoteEntry> list(std::string const &sub = {}) = 0;

    /// Fetches a file; `sink` takes the bytes as they come. Returns how many there were.
    virtual std::uint64_t get(std::string const &name, std::function<void(std::string_view)> const &sink) = 0;

    /// Puts a local file there under this name, in place of one that has it; makes the sub-folder that `path` names. Says size mismatch as
    /// a RemoteError: when it returns, the file is there with its whole size. `path` is relative to this folder, '/' between parts.
    virtual void put(std::filesystem::path const &local, std::string const &path) = 0;

    /// Renames within this folder; makes the folder of `to` if it is not there. Never replaces: RemoteCause::exists if `to` is taken
    /// (asked just before where the protocol cannot refuse by itself).
    virtual void rename(std::string const &from, std::string const &to) = 0;

    /// Size of one file, none if it is not there.
    virtual std::optional<std::uint64_t> size(std::string const &path) = 0;

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
