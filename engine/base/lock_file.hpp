#pragma once
// One writer at a time: an advisory lock (flock) on a file beside the base. The system lets it go when its process dies, however it dies,
// so nobody is ever held up by a dead one.

#include "engine/base/file.hpp"

#include <filesystem>
#include <optional>
#include <string>

namespace atom {

class LockFile
{
public:
    /// None if another process has it; throws FileError. `who` is what holder() tells others.
    static std::optional<LockFile> try_take(std::filesystem::path const &path, std::string const &who);
    /// Waits for it.
    static LockFile take(std::filesystem::path const &path, std::string const &who);
    /// The same without a trace, for who changes nothing: the file is not written, and not made if it is not there (then nobody holds it).
    static std::optional<LockFile> try_take_silently(std::filesystem::path const &path);
    static LockFile take_silently(std::filesystem::path const &path);
    /// Some process has it. Leaves no trace.
    static bool is_held(std::filesystem::path const &path);
    /// What its holder said of itself; "" if nobody has it.
    static std::string holder(std::filesystem::path const &path);

private:
    explicit LockFile(Fd fd) : m_fd(std::move(fd)) {}
    Fd m_fd; // closing it lets go
};

} // namespace atom
