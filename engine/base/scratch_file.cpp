#include "engine/base/scratch_file.hpp"

#include "engine/base/error.hpp"

#include <cerrno>
#include <cstdlib>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace atom {

namespace {

constexpr std::size_t k_buffer_size = std::size_t{256} * 1024;

/// Some file systems (overlays, network ones) have no files without a name: there it has one for a moment.
Fd open_unnamed(std::filesystem::path const &folder)
{
    Fd fd(::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
    if (fd || (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL)) {
        return fd;
    }
    auto name = (folder / ".scratch.XXXXXX").string();
    Fd named(::mkostemp(name.data(), O_CLOEXEC));
    if (named && ::unlink(name.c_str()) != 0) {
        throw FileError("remove", name, errno);
    }
    return named;
}

} // namespace

std::filesystem::path make_scratch_folder(std::string_view purpose)
{
    auto name = (std::filesystem::temp_directory_path() / "atom-").string().append(purpose) + "-XXXXXX";
    if (::mkdtemp(name.data()) == nullptr) {
        throw FileError("make the folder", name, errno);
    }
    return name;
}

ScratchFile::ScratchFile(std::filesystem::path const &folder)
    : m_folder(folder.empty() ? std::filesystem::temp_directory_path() : folder), m_fd(open_unnamed(m_folder))
{
    if (!m_fd) {
        throw FileError("make a scratch file in", m_folder.string(), errno);
    }
}

void ScratchFile::write(std::string_view bytes)
{
    m_size += bytes.size();
    m_buffer += bytes;
    if (m_buffer.size() >= k_buffer_size) {
        flush();
    }
}

void ScratchFile::flush()
{
    std::string_view rest = m_buffer;
    while (!rest.empty()) {
        auto const n = ::write(m_fd.get(), rest.data(), rest.size());
        if (n > 0) {
            rest.remove_prefix(static_cast<std::size_t>(n));
        } else if (n == 0 || errno != EINTR) {
            throw FileError("write a scratch file in", m_folder.string(), n == 0 ? ENOSPC : errno);
        }
    }
    m_buffer.clear();
}

std::unique_ptr<MappedFile> ScratchFile::map()
{
    flush();
    return std::make_unique<MappedFile>(std::move(m_fd), m_folder);
}

} // namespace atom
