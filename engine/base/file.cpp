#include "engine/base/file.hpp"

#include "engine/base/error.hpp"
#include "engine/base/kill_point.hpp"
#include "engine/base/mapped_ranges.hpp"

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <cstdint>
#include <stdexcept>
#include <utility>
#include <vector>

#include <openssl/evp.h>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace atom {

namespace {

constexpr std::size_t k_buffer_size = std::size_t{256} * 1024;
constexpr std::size_t k_read_size = std::size_t{1024} * 1024;
constexpr mode_t k_file_mode = 0640;
constexpr mode_t k_folder_mode = 0750;

Fd open_file(std::filesystem::path const &path, int flags, mode_t mode = 0)
{
    for (;;) {
        Fd fd(::open(path.c_str(), flags | O_CLOEXEC, mode));
        if (fd) {
            return fd;
        }
        if (errno != EINTR) {
            throw FileError("open", path.string(), errno);
        }
    }
}

struct stat status_of(Fd const &fd, std::filesystem::path const &path)
{
    struct stat st = {};
    if (::fstat(fd.get(), &st) != 0) {
        throw FileError("examine", path.string(), errno);
    }
    return st;
}

// 0 at the end.
std::size_t read_some(Fd const &fd, char *to, std::size_t size, std::filesystem::path const &path)
{
    for (;;) {
        auto const n = ::read(fd.get(), to, size);
        if (n >= 0) {
            return static_cast<std::size_t>(n);
        }
        if (errno != EINTR) {
            throw FileError("read", path.string(), errno);
        }
    }
}

void write_all(Fd const &fd, std::string_view bytes, std::filesystem::path const &path)
{
    while (!bytes.empty()) {
        auto const n = ::write(fd.get(), bytes.data(), bytes.size());
        if (n > 0) {
            bytes.remove_prefix(static_cast<std::size_t>(n));
        } else if (n == 0 || errno != EINTR) {
            throw FileError("write", path.string(), n == 0 ? ENOSPC : errno);
        }
    }
}

void sync_to_disk(Fd const &fd, std::filesystem::path const &path)
{
    if (::fsync(fd.get()) != 0) {
        throw FileError("sync", path.string(), errno);
    }
}

std::int64_t nanoseconds(struct timespec const &t) noexcept
{
    return static_cast<std::int64_t>(t.tv_sec) * 1'000'000'000 + static_cast<std::int64_t>(t.tv_nsec);
}

std::filesystem::path folder_of(std::filesystem::path const &path)
{
    auto folder = path.parent_path();
    return folder.empty() ? std::filesystem::path(".") : folder;
}

bool is_folder(std::filesystem::path const &path) noexcept
{
    struct stat st = {};
    return ::stat(path.c_str(), &st) == 0 && S_ISDIR(st.st_mode);
}

} // namespace

Fd::~Fd()
{
    if (m_fd >= 0) {
        ::close(m_fd); // nothing to be done about a fault here; who must know closes it himself
    }
}

Fd &Fd::operator=(Fd &&o) noexcept
{
    if (this != &o) {
        Fd const old(std::exchange(m_fd, o.release()));
    }
    return *this;
}

int Fd::release() noexcept { return std::exchange(m_fd, -1); }

MappedFile::MappedFile(std::filesystem::path const &path) : MappedFile(open_file(path, O_RDONLY), path) {}

MappedFile::MappedFile(Fd fd, std::filesystem::path const &path) : m_path(path), m_fd(std::move(fd))
{
    auto const st = status_of(m_fd, m_path);
    if (!S_ISREG(st.st_mode)) {
        throw FileError("map", m_path.string(), S_ISDIR(st.st_mode) ? EISDIR : EINVAL);
    }
    m_size = static_cast<std::size_t>(st.st_size);
    m_mtime_ns = nanoseconds(st.st_mtim);
    m_ctime_ns = nanoseconds(st.st_ctim);
    if (m_size == 0) {
        return; // mmap refuses a length of 0
    }
    void *const data = ::mmap(nullptr, m_size, PROT_READ, MAP_SHARED, m_fd.get(), 0);
    if (data == MAP_FAILED) {
        throw FileError("map", m_path.string(), errno);
    }
    m_data = static_cast<char *>(data);
    watch_mapping(m_data, m_size);
}

MappedFile::~MappedFile()
{
    if (m_data != nullptr) {
        forget_mapping(m_data);
        [[maybe_unused]] int const rc = ::munmap(m_data, m_size);
        assert(rc == 0);
    }
}

bool MappedFile::changed() const
{
    auto const st = status_of(m_fd, m_path);
    return static_cast<std::size_t>(st.st_size) != m_size || nanoseconds(st.st_mtim) != m_mtime_ns || nanoseconds(st.st_ctim) != m_ctime_ns;
}

bool MappedFile::read(std::size_t from, std::size_t size, char *out) const noexcept
{
    for (std::size_t done = 0; done < size;) {
        auto const n = ::pread(m_fd.get(), out + done, size - done, static_cast<off_t>(from + done));
        if (n == 0 || (n < 0 && errno != EINTR)) {
            return false;
        }
        done += static_cast<std::size_t>(std::max<ssize_t>(n, 0));
    }
    return true;
}

namespace {

std::size_t page_size() noexcept
{
    static auto const size = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    return size;
}

} // namespace

// Both are only advice: if the system does not take it, nothing is wrong.
void MappedFile::want(std::size_t from, std::size_t to) const noexcept
{
    auto const first = from / page_size() * page_size();
    to = std::min(to, m_size);
    if (first < to) {
        (void)::madvise(m_data + first, to - first, MADV_POPULATE_READ);
    }
}

void MappedFile::forget(std::size_t from, std::size_t to) const noexcept
{
    auto const first = (from + page_size() - 1) / page_size() * page_size();
    auto const last = to >= m_size ? m_size : to / page_size() * page_size(); // the file's last page ends with the file
    if (first < last) {
        (void)::madvise(m_data + first, last - first, MADV_DONTNEED);
    }
}

struct Sha256::State
{
    struct Free
    {
        void operator()(EVP_MD_CTX *c) const noexcept { EVP_MD_CTX_free(c); }
    };
    std::unique_ptr<EVP_MD_CTX, Free> context;
};

Sha256::Sha256() : m_state(std::make_unique<State>())
{
    m_state->context.reset(EVP_MD_CTX_new());
    if (!m_state->context || EVP_DigestInit_ex(m_state->context.get(), EVP_sha256(), nullptr) != 1) {
        throw std::runtime_error("OpenSSL cannot begin a SHA-256");
    }
}

Sha256::~Sha256() = default;

void Sha256::update(std::string_view bytes)
{
    if (EVP_DigestUpdate(m_state->context.get(), bytes.data(), bytes.size()) != 1) {
        throw std::runtime_error("OpenSSL cannot go on with a SHA-256");
    }
}

std::string Sha256::hex()
{
    constexpr std::string_view k_hex = "0123456789abcdef";
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    if (EVP_DigestFinal_ex(m_state->context.get(), digest, &size) != 1) {
        throw std::runtime_error("OpenSSL cannot end a SHA-256");
    }
    std::string text;
    for (unsigned i = 0; i < size; ++i) {
        text += k_hex[digest[i] >> 4U];
        text += k_hex[digest[i] & 15U];
    }
    return text;
}

std::string sha256_of(std::filesystem::path const &path)
{
    auto const fd = open_file(path, O_RDONLY);
    std::vector<char> buffer(k_read_size);
    Sha256 sum;
    while (auto const n = read_some(fd, buffer.data(), buffer.size(), path)) {
        sum.update({buffer.data(), n});
    }
    return sum.hex();
}

AtomicFile::AtomicFile(std::filesystem::path path) : m_path(std::move(path)), m_part(m_path)
{
    m_part += ".part";
    m_fd = open_file(m_part, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, k_file_mode);
    // The umask may take bits away, and a part left by a crash keeps its mode: the files are handed over at exactly this one.
    if (::fchmod(m_fd.get(), k_file_mode) != 0) {
        int const error = errno;
        ::unlink(m_part.c_str());
        throw FileError("set the mode of", m_part.string(), error);
    }
    m_buffer.reserve(k_buffer_size);
}

AtomicFile::~AtomicFile()
{
    if (!m_committed) {
        ::unlink(m_part.c_str()); // if it stays, the next one of this name begins by emptying it
    }
}

void AtomicFile::write(std::string_view bytes)
{
    assert(!m_committed);
    if (m_buffer.size() + bytes.size() > k_buffer_size) {
        flush();
    }
    if (bytes.size() >= k_buffer_size) {
        write_all(m_fd, bytes, m_part);
    } else {
        m_buffer += bytes;
    }
    m_size += bytes.size();
}

void AtomicFile::flush()
{
    write_all(m_fd, m_buffer, m_part);
    m_buffer.clear();
}

void AtomicFile::commit()
{
    assert(!m_committed);
    flush();
    sync_to_disk(m_fd, m_part);
    if (::close(m_fd.release()) != 0) {
        throw FileError("close", m_part.string(), errno);
    }
    kill_point("before-file-rename");
    if (::rename(m_part.c_str(), m_path.c_str()) != 0) {
        throw FileError("rename " + m_part.string() + " to", m_path.string(), errno);
    }
    m_committed = true; // from here on there is no part to remove, even if the folder cannot be synced
    kill_point("after-file-rename");
    sync_folder(folder_of(m_path));
}

std::string read_file(std::filesystem::path const &path)
{
    auto const fd = open_file(path, O_RDONLY);
    // One byte more than the file is said to have shows the end without another round.
    auto const expected = static_cast<std::size_t>(status_of(fd, path).st_size);
    std::string content(expected + 1, '\0');
    std::size_t size = 0;
    while (auto const n = read_some(fd, content.data() + size, content.size() - size, path)) {
        size += n;
        if (size == content.size()) {
            content.resize(content.size() * 2); // it grew, or has no size, as those under /proc
        }
    }
    content.resize(size);
    return content;
}

void make_folder(std::filesystem::path const &path)
{
    if (path.empty() || is_folder(path)) {
        return;
    }
    auto const parent = path.parent_path();
    if (parent != path) {
        make_folder(parent);
    }
    if (::mkdir(path.c_str(), k_folder_mode) != 0) {
        int const error = errno;
        if (error != EEXIST || !is_folder(path)) { // another process may have been faster
            throw FileError("make the folder", path.string(), error);
        }
    }
    sync_folder(folder_of(path)); // else what is synced below it could be lost with it
}

std::vector<std::filesystem::path> files_with_extension(std::filesystem::path const &folder, std::string_view extension)
{
    std::vector<std::filesystem::path> found;
    std::error_code error;
    std::filesystem::directory_iterator entry(folder, error);
    if (error == std::errc::no_such_file_or_directory) {
        return found;
    }
    while (!error && entry != std::filesystem::directory_iterator()) {
        // A broken link is listed: opening it then says what is wrong.
        std::error_code unknown;
        if (entry->path().filename().native().ends_with(extension) && !entry->is_directory(unknown)) {
            found.push_back(entry->path());
        }
        entry.increment(error);
    }
    if (error) {
        throw FileError("list", folder.string(), error.value());
    }
    std::sort(found.begin(), found.end());
    return found;
}

void sync_folder(std::filesystem::path const &path)
{
    auto const fd = open_file(path, O_RDONLY | O_DIRECTORY);
    sync_to_disk(fd, path);
}

} // namespace atom
