#pragma once
// sftp://: what a folder is asked for, as calls of SFTP on one kept connection,
// and the server's refusals as causes. Size, kind and time are what the server
// says in numbers; the line that it would show to people is not read.

#include "engine/remote/folder.hpp"
#include "engine/remote/patience.hpp"
#include "engine/remote/remote_url.hpp"
#include "engine/remote/sftp_client.hpp"

#include <functional>
#include <memory>
#include <string>

namespace atom {

class SftpFolder final : public RemoteFolder
{
public:
    SftpFolder(RemoteUrl url, RemoteLogin login, int timeout_seconds, std::stop_token stop);

    RemoteListing list(std::string const &sub, KnownEntries const &known) override;
    std::optional<RemoteEntry> find(std::string const &path) override;
    std::uint64_t get(std::string const &name, std::function<void(std::string_view)> const &sink) override;
    void put(std::filesystem::path const &local, std::string const &path) override;
    void rename(std::string const &from, std::string const &to) override;
    void remove(std::string const &path) override;
    std::string const &label() const override { return m_url.label; }

private:
    struct Link
    {
        Link(RemoteUrl const &url, RemoteLogin const &login, Patience &patience) : session(url, login, patience), client(session, url.label)
        {}
        SshSession session;
        SftpClient client;
    };

    SftpClient &connected();
    template <typename Work> auto on(std::string const &doing, Work const &work);
    RemoteListing list_folder(std::string const &sub);
    void complete(SftpClient &client, std::string const &path, SftpAttributes &attributes) const;
    void making_folders(SftpClient &client, std::string const &path, std::function<void()> const &work);
    std::string make_folders_of(SftpClient &client, std::string const &path);
    std::string whole(std::string_view path) const;
    void refuse_if_open(char const *what, std::filesystem::path const &path, mode_t forbidden, char const *done, char const *mend) const;
    [[noreturn]] void fail(RemoteCause cause, std::string const &message) const;

    RemoteUrl m_url;
    RemoteLogin m_login;
    Patience m_patience;
    std::unique_ptr<Link> m_link; // null: not connected
};

} // namespace atom
