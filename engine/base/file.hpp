#pragma once
// Local files: mapping, hashing, writing that is on the disk when it says so.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace atom {

/// One open file descriptor. Closes it; does not sync and does not check the close.
class Fd
{
public:
    Fd() = default;
    explicit Fd(int fd) noexcept : m_fd(fd) {}
    ~Fd();
    Fd(Fd &&o) noexcept : m_fd(o.release()) {}
    Fd &operator=(Fd &&o) noexcept;
    Fd(Fd const &) = delete;
    Fd &operator=(Fd const &) = delete;
    int get() const noexcept { return m_fd; }
    explicit operator bool() const noexcept { return m_fd >= 0; }
    int release() noexcept;

private:
    int m_fd = -1;
};

/// A file as memory, read-only, of any size. Views of it live as long as this object. If the file shrinks meanwhile, what lay behind its
/// end reads as zeros: changed() tells whether it was touched, and a load asks that before it commits.
class MappedFile
{
public:
    explicit MappedFile(std::filesystem::path const &path); // throws FileError
    /// A file that is open already; `path` is for messages.
    MappedFile(Fd fd, std::filesystem::path const &path);
    ~MappedFile();
    MappedFile(MappedFile const &) = delete;
    MappedFile &operator=(MappedFile const &) = delete;

    std::string_view bytes() const noexcept { return {m_data, m_size}; }
    std::filesystem::path const &path() const noexcept { return m_path; }
    /// Size, modification or change time differ from when it was mapped.
    bool changed() const;
    /// Copies [from, from + size), which must lie in the file, without a page of it being mapped; false if the system would not. Any
    /// thread.
    bool read(std::size_t from, std::size_t size, char *out) const noexcept;
    /// A pass is about to read [from, to): its pages are mapped at once, not one fault at a time. Any thread, at any time.
    void want(std::size_t from, std::size_t to) const noexcept;
    /// Gives the whole pages of [from, to) back to the system; they are read again when touched. Any thread, at any time.
    void forget(std::size_t from, std::size_t to) const noexcept;

private:
    std::filesystem::path m_path;
    Fd m_fd;
    char *m_data = nullptr;
    std::size_t m_size = 0;
    std::int64_t m_mtime_ns = 0, m_ctime_ns = 0;
};

/// SHA-256 (FIPS 180-4, by OpenSSL), fed in pieces. hex() ends it.
class Sha256
{
public:
    Sha256();
    ~Sha256();
    Sha256(Sha256 const &) = delete;
    Sha256 &operator=(Sha256 const &) = delete;
    void update(std::string_view bytes);
    std::string hex(); // 64 lower-case digits; call once

private:
    struct State;
    std::unique_ptr<State> m_state;
};
/// Of a whole file, read in 1 MiB pieces (no mapping). Throws FileError.
std::string sha256_of(std::filesystem::path const &path);

/// A file that is there whole or not at all: written as `<path>.part`, synced, then renamed over `path` by commit(), folder synced too.
/// The destructor does not commit: it removes the part. Mode 0640.
class AtomicFile
{
public:
    explicit AtomicFile(std::filesystem::path path); // throws FileError, as do the others
    ~AtomicFile();
    AtomicFile(AtomicFile const &) = delete;
    AtomicFile &operator=(AtomicFile const &) = delete;
    void write(std::string_view bytes); // buffered
    std::uint64_t size() const noexcept { return m_size; }
    void commit();

private:
    void flush();
    std::filesystem::path m_path;
    std::filesystem::path m_part;
    Fd m_fd;
    std::string m_buffer;
    std::uint64_t m_size = 0;
    bool m_committed = false;
};

/// Whole content; throws FileError.
std::string read_file(std::filesystem::path const &path);
/// Makes it and what is above it, mode 0750; throws FileError.
void make_folder(std::filesystem::path const &path);
/// The files (not folders) of a folder whose names end so (".toml"), sorted by name; a missing folder has none.
std::vector<std::filesystem::path> files_with_extension(std::filesystem::path const &folder, std::string_view extension);
/// Syncs a folder's entries to the disk; throws FileError.
void sync_folder(std::filesystem::path const &path);

} // namespace atom
