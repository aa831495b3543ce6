#pragma once
// A file without a name: only this process sees it (mode 0600), and it is gone when the process is, however that ends.

#include "engine/base/file.hpp"

namespace atom {

/// A new folder that nobody else may read (0700), where the system has temporary files; the caller removes it. Throws FileError.
std::filesystem::path make_scratch_folder(std::string_view purpose);

class ScratchFile
{
public:
    /// In this folder, which must exist; "": where the system has temporary files. Throws FileError, as do the others.
    explicit ScratchFile(std::filesystem::path const &folder);
    void write(std::string_view bytes); // buffered
    std::uint64_t size() const noexcept { return m_size; }
    /// All that was written, as memory. Nothing can be written after it.
    std::unique_ptr<MappedFile> map();

private:
    void flush();

    std::filesystem::path m_folder;
    Fd m_fd;
    std::string m_buffer;
    std::uint64_t m_size = 0;
};

} // namespace atom
