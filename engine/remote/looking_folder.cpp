#include "engine/remote/looking_folder.hpp"

#include "engine/base/error.hpp"

#include <fmt/format.h>

namespace atom {

namespace {

class LookingFolder : public RemoteFolder
{
public:
    explicit LookingFolder(std::unique_ptr<RemoteFolder> folder) : m_folder(std::move(folder)) {}

    RemoteListing list(std::string const &sub, KnownEntries const &known) override { return m_folder->list(sub, known); }
    std::optional<RemoteEntry> find(std::string const &path) override { return m_folder->find(path); }
    std::uint64_t get(std::string const &name, std::function<void(std::string_view)> const &sink) override
    {
        return m_folder->get(name, sink);
    }
    std::string const &label() const override { return m_folder->label(); }

    void put(std::filesystem::path const &, std::string const &) override {}
    void remove(std::string const &) override {}
    void rename(std::string const &, std::string const &to) override
    {
        if (m_folder->find(to)) {
            throw RemoteError(RemoteCause::exists, fmt::format("{}: {} is there already", label(), to));
        }
    }

private:
    std::unique_ptr<RemoteFolder> m_folder;
};

} // namespace

std::unique_ptr<RemoteFolder> looking_folder(std::unique_ptr<RemoteFolder> folder)
{
    return std::make_unique<LookingFolder>(std::move(folder));
}

} // namespace atom
