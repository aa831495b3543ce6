#pragma once
// What sftp and ftp folders have in common: the calls of RemoteFolder as transfers of one kept connection, and the faults of curl as
// causes. The two protocols say how a path is written, which commands there are and what their refusals mean.

#include "engine/base/error.hpp"
#include "engine/remote/curl_handle.hpp"
#include "engine/remote/folder.hpp"
#include "engine/remote/listing.hpp"
#include "engine/remote/remote_url.hpp"

namespace atom {

class CurlFolder : public RemoteFolder
{
public:
    CurlFolder(RemoteUrl url, RemoteLogin login, int timeout_seconds, std::stop_token stop);

    RemoteListing list(std::string const &sub, KnownEntries const &known) override;
    std::uint64_t get(std::string const &name, std::function<void(std::string_view)> const &sink) override;
    void put(std::filesystem::path const &local, std::string const &path) override;
    void rename(std::string const &from, std::string const &to) override;
    void remove(std::string const &path) override;
    std::string const &label() const override { return m_url.label; }

protected:
    /// Options of the protocol and the login, before each transfer.
    virtual void prepare(CurlHandle &curl) = 0;
    /// The URL of a file below the folder. May connect.
    virtual std::string url_of(std::string_view path) = 0;
    virtual RemoteListing list_folder(std::string const &sub, KnownEntries const &known) = 0;
    /// The ftp ones are sent as ones that may be refused; run() reads whether they were.
    virtual std::vector<std::string> rename_commands(std::string const &from, std::string const &to) = 0;
    virtual std::vector<std::string> remove_commands(std::string const &path) = 0;
    /// May be refused: the folder may be there.
    virtual std::string make_folder_command(std::string_view path) = 0;
    /// Why the server refused, where curl's code alone does not tell.
    virtual RemoteCause refusal(CurlAsk const &ask, CurlAnswer const &answer) const = 0;
    /// A last look at a transfer that failed, to say more of it: throws, or leaves it to fail().
    virtual void explain(CurlAsk const &ask, CurlAnswer const &answer) = 0;

    /// One transfer. Whatever it was that the server refused is in the answer; connection and login faults too.
    CurlAnswer run(CurlAsk const &ask);
    CurlAnswer run_commands(std::vector<std::string> commands);
    /// As its folder lists it.
    std::optional<RemoteEntry> listed(std::string const &path);
    RemoteListing read_lines(std::string_view text, ListedLine (*read)(std::string_view),
                             std::function<std::optional<RemoteEntry>(ListedLine)> const &settle) const;
    RemoteCause cause_of(CurlAsk const &ask, CurlAnswer const &answer) const;
    /// "sftp://host/dir: cannot <doing>: <curl's words>"
    [[noreturn]] void fail(std::string const &doing, CurlAsk const &ask, CurlAnswer const &answer);
    [[noreturn]] void fail(RemoteCause cause, std::string const &message) const;

    std::string origin() const; // "sftp://host:22", for URLs
    RemoteUrl const &url() const noexcept { return m_url; }
    RemoteLogin const &login() const noexcept { return m_login; }
    int timeout() const noexcept { return m_timeout; }
    std::stop_token const &stop() const noexcept { return m_stop; }

private:
    CurlAnswer run_making_folders(CurlAsk const &ask, std::string const &path);
    std::string make_folders_of(std::string const &path);

    RemoteUrl m_url;
    RemoteLogin m_login;
    int m_timeout;
    std::stop_token m_stop;
    CurlHandle m_curl;
};

} // namespace atom
