#include "engine/base/lock_file.hpp"

#include "engine/base/error.hpp"
#include "engine/base/text.hpp"

#include <cerrno>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace atom {

namespace {

Fd open_lock(std::filesystem::path const &path)
{
    Fd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640));
    if (!fd) {
        throw FileError("open the lock", path.string(), errno);
    }
    return fd;
}

bool lock(Fd const &fd, std::filesystem::path const &path, int how)
{
    while (::flock(fd.get(), how) != 0) {
        if (errno == EWOULDBLOCK) {
            return false;
        }
        if (errno != EINTR) {
            throw FileError("lock", path.string(), errno);
        }
    }
    return true;
}

void say(Fd const &fd, std::filesystem::path const &path, std::string const &who)
{
    auto const text = who + "\n";
    if (::ftruncate(fd.get(), 0) != 0 || ::pwrite(fd.get(), text.data(), text.size(), 0) != static_cast<ssize_t>(text.size())) {
        throw FileError("write the lock", path.string(), errno);
    }
}

} // namespace

std::optional<LockFile> LockFile::try_take(std::filesystem::path const &path, std::string const &who)
{
    auto fd = open_lock(path);
    if (!lock(fd, path, LOCK_EX | LOCK_NB)) {
        return std::nullopt;
    }
    say(fd, path, who);
    return LockFile(std::move(fd));
}

LockFile LockFile::take(std::filesystem::path const &path, std::string const &who)
{
    auto fd = open_lock(path);
    lock(fd, path, LOCK_EX);
    say(fd, path, who);
    return LockFile(std::move(fd));
}

namespace {

Fd open_if_there(std::filesystem::path const &path)
{
    Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd && errno != ENOENT) {
        throw FileError("open the lock", path.string(), errno);
    }
    return fd;
}

} // namespace

std::optional<LockFile> LockFile::try_take_silently(std::filesystem::path const &path)
{
    auto fd = open_if_there(path);
    if (fd && !lock(fd, path, LOCK_EX | LOCK_NB)) {
        return std::nullopt;
    }
    return LockFile(std::move(fd));
}

LockFile LockFile::take_silently(std::filesystem::path const &path)
{
    auto fd = open_if_there(path);
    if (fd) {
        lock(fd, path, LOCK_EX);
    }
    return LockFile(std::move(fd));
}

bool LockFile::is_held(std::filesystem::path const &path)
{
    auto const fd = open_if_there(path);
    return fd && !lock(fd, path, LOCK_SH | LOCK_NB);
}

std::string LockFile::holder(std::filesystem::path const &path)
{
    auto const fd = open_lock(path);
    if (lock(fd, path, LOCK_EX | LOCK_NB)) {
        return {};
    }
    auto const said = read_file(path);
    return said.substr(0, said.find('\n'));
}

} // namespace atom
