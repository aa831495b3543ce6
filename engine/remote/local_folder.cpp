#include "engine/remote/local_folder.hpp"

#include "engine/base/text.hpp"
#include "engine/remote/remote_url.hpp"

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstring>
#include <memory>

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace atom {

namespace {

constexpr std::string_view k_part_begin = ".atom-put-";
constexpr std::size_t k_piece = 1U << 20U; // bytes read at once

struct CloseDir
{
    void operator()(DIR *d) const noexcept { closedir(d); }
};
using Dir = std::unique_ptr<DIR, CloseDir>;

RemoteCause cause_of(int error_number) noexcept
{
    switch (error_number) {
    case ENOENT:
    case ENOTDIR: return RemoteCause::not_found;
    case EACCES:
    case EPERM:
    case EROFS: return RemoteCause::denied;
    case EEXIST:
    case EISDIR:
    case ENOTEMPTY: return RemoteCause::exists;
    case ENOSPC:
    case EDQUOT: return RemoteCause::no_space;
    case ETIMEDOUT: return RemoteCause::timeout;
    case ESTALE: // a network mount
    case EHOSTDOWN:
    case ENETUNREACH:
    case ENOTCONN: return RemoteCause::unreachable;
    default: return RemoteCause::protocol;
    }
}

std::int64_t time_of(struct stat const &s) { return s.st_mtim.tv_sec * 1'000'000'000 + s.st_mtim.tv_nsec; }

/// 0, or the error number.
int write_all(int fd, char const *bytes, std::size_t count)
{
    while (count > 0) {
        auto const wrote = ::write(fd, bytes, count);
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote < 0)
            return errno;
        bytes += wrote;
        count -= static_cast<std::size_t>(wrote);
    }
    return 0;
}

/// Renames without replacing. Some file systems (NFS) have no such rename; there a second link is made, which never replaces either.
int rename_to_free_name(char const *from, char const *to)
{
    if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
        return 0;
    if (errno != EINVAL && errno != ENOSYS)
        return errno;
    return link(from, to) == 0 && unlink(from) == 0 ? 0 : errno;
}

} // namespace

LocalFolder::LocalFolder(std::string path, std::string label) : m_path(path.empty() ? "/" : std::move(path)), m_label(std::move(label)) {}

std::string LocalFolder::full(std::string_view path) const
{
    check_remote_path(path);
    return joined(m_path, path);
}

void LocalFolder::fail(std::string const &doing, int error_number) const
{
    throw RemoteError(cause_of(error_number), fmt::format("{}: cannot {}: {}", m_label, doing, std::strerror(error_number)));
}

RemoteListing LocalFolder::list(std::string const &sub, KnownEntries const &)
{
    auto const path = sub.empty() ? m_path : full(sub);
    Dir const dir(opendir(path.c_str()));
    if (!dir && !sub.empty() && errno == ENOENT) {
        if (access(m_path.c_str(), F_OK) == 0)
            return {};
        errno = ENOENT;
    }
    if (!dir)
        fail(fmt::format("list \"{}\"", sub), errno);
    RemoteListing listing;
    for (errno = 0; auto const *found = readdir(dir.get()); errno = 0) {
        std::string_view const name = found->d_name;
        struct stat s = {};
        // One that went away meanwhile is not there; a link is not a regular file.
        if (fstatat(dirfd(dir.get()), found->d_name, &s, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(s.st_mode) && !name.starts_with(k_part_begin))
            listing.files.push_back({std::string(name), static_cast<std::uint64_t>(s.st_size), time_of(s), {}});
        listing.lines += name == "." || name == ".." ? 0 : 1;
    }
    if (errno != 0)
        fail(fmt::format("list \"{}\"", sub), errno);
    return listing;
}

Fd LocalFolder::open_file(std::string const &path) const
{
    check_remote_path(path);
    auto const doing = fmt::format("get \"{}\"", path);
    Fd folder(::open(m_path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    auto const parts = split(path, '/');
    for (std::size_t i = 0; folder && i + 1 < parts.size(); ++i)
        folder = Fd(::openat(folder.get(), parts[i].c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!folder)
        fail(doing, errno);
    Fd file(::openat(folder.get(), parts.back().c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    struct stat s = {};
    if (!file || fstat(file.get(), &s) != 0)
        fail(doing, errno);
    if (!S_ISREG(s.st_mode))
        throw RemoteError(RemoteCause::denied, fmt::format("{}: cannot {}: it is no regular file any more", m_label, doing));
    return file;
}

std::uint64_t LocalFolder::get(std::string const &name, std::function<void(std::string_view)> const &sink)
{
    auto const file = open_file(name);
    std::uint64_t total = 0;
    std::string buffer(k_piece, '\0');
    for (;;) {
        auto const got = ::read(file.get(), buffer.data(), buffer.size());
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            fail(fmt::format("get \"{}\"", name), errno);
        if (got == 0)
            return total;
        sink({buffer.data(), static_cast<std::size_t>(got)});
        total += static_cast<std::uint64_t>(got);
    }
}

void LocalFolder::make_folder_of(std::string const &path) const
{
    // The folder itself is not made, only what is below it: a mount that is not there must not become a plain folder.
    for (auto slash = path.find('/'); slash != std::string::npos; slash = path.find('/', slash + 1)) {
        auto const folder = joined(m_path, std::string_view(path).substr(0, slash));
        if (mkdir(folder.c_str(), 0750) == 0)
            sync_folder_of(path.substr(0, slash));
        else if (errno != EEXIST)
            fail(fmt::format("make a folder for \"{}\"", path), errno);
    }
}

void LocalFolder::sync_folder_of(std::string const &path) const
{
    auto const folder = joined(m_path, parent_of(path));
    Fd const fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!fd || fsync(fd.get()) != 0)
        fail(fmt::format("sync the folder of \"{}\"", path), errno);
}

void LocalFolder::copy(std::filesystem::path const &local, std::string const &part) const
{
    Fd const in(::open(local.c_str(), O_RDONLY | O_CLOEXEC));
    if (!in)
        throw FileError("read", local.string(), errno);
    Fd out(::open(part.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0640));
    if (!out)
        fail(fmt::format("put {}", local.filename().string()), errno);
    (void)flock(out.get(), LOCK_EX | LOCK_NB); // for whoever finds it: see remove_left
    std::string buffer(k_piece, '\0');
    for (;;) {
        auto const got = ::read(in.get(), buffer.data(), buffer.size());
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            throw FileError("read", local.string(), errno);
        if (got == 0)
            break;
        if (int const error = write_all(out.get(), buffer.data(), static_cast<std::size_t>(got)))
            fail(fmt::format("put {}", local.filename().string()), error);
    }
    if (fsync(out.get()) != 0 || ::close(out.release()) != 0)
        fail(fmt::format("put {}", local.filename().string()), errno);
}

/// What a killed process left of this name makes room for the next try; what a living one is writing does not.
void LocalFolder::remove_left(std::string const &part) const
{
    Fd const left(::open(part.c_str(), O_RDWR | O_NOFOLLOW | O_CLOEXEC));
    if (left && flock(left.get(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
        fail(fmt::format("put {}: somebody else is at it", part), errno);
    if (unlink(part.c_str()) != 0 && errno != ENOENT)
        fail(fmt::format("remove {}", part), errno);
}

void LocalFolder::put(std::filesystem::path const &local, std::string const &path)
{
    auto const target = full(path);
    make_folder_of(path);
    // Not "<name>.part": a name of 255 bytes has no room for it. Of the name, so that the next try takes away what this one may leave.
    auto const name = path.substr(path.rfind('/') + 1, NAME_MAX - k_part_begin.size());
    auto const part = joined(joined(m_path, parent_of(path)), std::string(k_part_begin) + name);
    remove_left(part);
    try {
        copy(local, part);
        if (::rename(part.c_str(), target.c_str()) != 0)
            fail(fmt::format("put \"{}\"", path), errno);
    } catch (...) {
        unlink(part.c_str());
        throw;
    }
    sync_folder_of(path);
}

void LocalFolder::rename(std::string const &from, std::string const &to)
{
    auto const source = full(from);
    auto const target = full(to);
    struct stat s = {};
    if (lstat(source.c_str(), &s) != 0)
        fail(fmt::format("rename \"{}\" to \"{}\"", from, to), errno);
    make_folder_of(to);
    if (int const error = rename_to_free_name(source.c_str(), target.c_str()))
        fail(fmt::format("rename \"{}\" to \"{}\"", from, to), error);
    sync_folder_of(to);
    sync_folder_of(from);
}

std::optional<RemoteEntry> LocalFolder::find(std::string const &path)
{
    struct stat s = {};
    if (lstat(full(path).c_str(), &s) == 0) {
        RemoteEntry entry{path.substr(path.rfind('/') + 1), {}, time_of(s), {}};
        if (S_ISREG(s.st_mode))
            entry.size = static_cast<std::uint64_t>(s.st_size);
        return entry;
    }
    if (errno != ENOENT && errno != ENOTDIR)
        fail(fmt::format("ask the size of \"{}\"", path), errno);
    return std::nullopt;
}

void LocalFolder::remove(std::string const &path)
{
    if (unlink(full(path).c_str()) != 0 && errno != ENOENT && errno != ENOTDIR)
        fail(fmt::format("remove \"{}\"", path), errno);
}

} // namespace atom
