#pragma once
// file:///path, with the same manners as a folder on a server. Faults are RemoteError, as the interface wants it.

#include "engine/base/error.hpp"
#include "engine/remote/folder.hpp"

namespace atom {

class LocalFolder final : public RemoteFolder
{
public:
    /// `path` is absolute.
    LocalFolder(std::string path, std::string label);

    /// A part that a put() is writing, or left when it was killed, is not listed.
    std::vector<RemoteEntry> list(std::string const &sub) override;
    std::uint64_t get(std::string const &name, std::function<void(std::string_view)> const &sink) override;
    /// A hidden part beside the target, synced, then renamed over it.
    void put(std::filesystem::path const &local, std::string const &path) override;
    void rename(std::string const &from, std::string const &to) override;
    std::optional<std::uint64_t> size(std::string const &path) override;
    void remove(std::string const &path) override;
    std::string const &label() const override { return m_label; }

private:
    std::string full(std::string_view path) const;
    [[noreturn]] void fail(std::string const &doing, int error_number) const;
    void make_folder_of(std::string const &path) const;
    void copy(std::filesystem::path const &local, std::string const &part) const;
    void remove_left(std::string const &part) const;
    void sync_folder_of(std::string const &path) const;

    std::string m_path;
    std::string m_label;
};

} // namespace atom
