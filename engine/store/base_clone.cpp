#include "engine/store/base_clone.hpp"

#include "engine/base/error.hpp"
#include "engine/base/file.hpp"

#include <cerrno>
#include <chrono>
#include <thread>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace atom {

namespace {

/// What tells that a file was written meanwhile.
struct Stand
{
    bool is_there = false;
    off_t size = 0;
    timespec modified = {};

    explicit Stand(std::filesystem::path const &path)
    {
        struct stat s = {};
        if (::stat(path.c_str(), &s) == 0) {
            is_there = true;
            size = s.st_size;
            modified = s.st_mtim;
        } else if (errno != ENOENT) {
            throw FileError("look at", path.string(), errno);
        }
    }
    bool operator==(Stand const &o) const noexcept
    {
        return is_there == o.is_there && size == o.size && modified.tv_sec == o.modified.tv_sec && modified.tv_nsec == o.modified.tv_nsec;
    }
};

Fd open_file(std::filesystem::path const &path, int how, char const *doing)
{
    Fd fd(::open(path.c_str(), how | O_CLOEXEC, 0600));
    if (!fd) {
        throw FileError(doing, path.string(), errno);
    }
    return fd;
}

/// Bytes by read and write, where the kernel cannot copy by itself between these two.
void pump(Fd const &in, Fd const &out, std::filesystem::path const &to)
{
    std::vector<char> buffer(1U << 20U);
    for (;;) {
        auto const n = ::read(in.get(), buffer.data(), buffer.size());
        if (n == 0) {
            return;
        }
        if (n < 0) {
            throw FileError("copy to", to.string(), errno);
        }
        for (ssize_t done = 0; done < n;) {
            auto const w = ::write(out.get(), buffer.data() + done, static_cast<std::size_t>(n - done));
            if (w < 0) {
                throw FileError("copy to", to.string(), errno);
            }
            done += w;
        }
    }
}

void copy_bytes(std::filesystem::path const &from, std::filesystem::path const &to)
{
    auto const in = open_file(from, O_RDONLY, "read");
    auto const out = open_file(to, O_WRONLY | O_CREAT | O_TRUNC, "write");
    for (;;) {
        auto const n = ::copy_file_range(in.get(), nullptr, out.get(), nullptr, std::size_t{1} << 30U, 0);
        if (n == 0) {
            return;
        }
        if (n < 0 && (errno == EXDEV || errno == EINVAL || errno == ENOSYS || errno == EOPNOTSUPP)) {
            pump(in, out, to);
            return;
        }
        if (n < 0) {
            throw FileError("copy to", to.string(), errno);
        }
    }
}

} // namespace

void clone_base(std::filesystem::path const &base, std::filesystem::path const &folder)
{
    constexpr int k_attempts = 20;
    std::filesystem::path const wal(base.string() + "-wal");
    for (int attempt = 0; attempt < k_attempts; ++attempt) {
        Stand const main_before(base), wal_before(wal);
        for (auto const &[path, stand] : {std::pair(base, main_before), std::pair(wal, wal_before)}) {
            auto const to = folder / path.filename();
            std::filesystem::remove(to);
            if (stand.is_there) {
                copy_bytes(path, to);
            }
        }
        if (Stand(base) == main_before && Stand(wal) == wal_before) {
            return;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(100 * (attempt + 1)));
    }
    throw FileError("copy", base.string(), EBUSY);
}

} // namespace atom
