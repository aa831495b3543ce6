#pragma once
// file:///path, with the same manners as a folder on a server. Faults are RemoteError, as the interface wants it.

#include "engine/base/error.hpp"
#include "engine/base/file.hpp"
#include "engine/remote/folder.hpp"

namespace atom {

class LocalFolder final : public RemoteFolder
{
public:
    /// `path` is absolute.
    LocalFolder(std::string path, std::string label);

    /// A part that a put() is writing, or left when it was killed, is not listed.
    RemoteListing list(std::string const &sub, KnownEntries const &known) override;
    std::optional<RemoteEntry> find(std::string const &path) override;
    /// Follows no link below the folder, and waits for nobody at a pipe: whoever may write there may have put one in a listed file's place.
    std::uint64_t get(std::string const &name, std::function<void(std::string_view)> const &sink) override;
    /// A hidden part beside the target, synced, then renamed over it.
    void put(std::filesystem::path const &local, std::string const &path) override;
    void rename(std::string const &from, std::string const &to) override;
    void remove(std::string const &path) override;
    std::string const &label() const override { return m_label; }

private:
    std::string full(std::string_view path) const;
    Fd open_file(std::string const &path) const;
    [[noreturn]] void fail(std::string const &doing, int error_number) const;
    void make_folder_of(std::string const &path) const;
    void copy(std::filesystem::path const &local, std::string const &part) const;
    void remove_left(std::string const &part) const;
    void sync_folder_of(std::string const &path) const;

    std::string m_path;
    std::string m_label;
};

} // namespace atom
