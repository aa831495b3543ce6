#pragma once
// ftp:// (plain, or explicit TLS with ?tls=explicit) and ftps:// (implicit TLS)
// by libcurl; passive, binary. The calls of RemoteFolder as transfers of one
// kept connection, and the faults of curl and of the server as causes. The
// server's certificate is always checked.

#include "engine/base/error.hpp"
#include "engine/remote/curl_handle.hpp"
#include "engine/remote/folder.hpp"
#include "engine/remote/listing.hpp"
#include "engine/remote/remote_url.hpp"

namespace atom {

class FtpFolder final : public RemoteFolder
{
public:
    FtpFolder(RemoteUrl url, RemoteLogin login, int timeout_seconds, std::stop_token stop);

    RemoteListing list(std::string const &sub, KnownEntries const &known) override;
    std::optional<RemoteEntry> find(std::string const &path) override;
    std::uint64_t get(std::string const &name, std::function<void(std::string_view)> const &sink) override;
    void put(std::filesystem::path const &local, std::string const &path) override;
    void rename(std::string const &from, std::string const &to) override;
    void remove(std::string const &path) override;
    std::string const &label() const override { return m_url.label; }

private:
    /// One transfer. Whatever it was that the server refused is in the answer;
    /// connection and login faults too.
    CurlAnswer run(CurlAsk const &ask);
    void prepare();
    CurlAnswer run_making_folders(CurlAsk const &ask, std::string const &path);
    std::string make_folders_of(std::string const &path);

    RemoteCause cause_of(CurlAsk const &ask, CurlAnswer const &answer) const;
    /// "ftp://host/dir: cannot <doing>: <curl's words>"
    [[noreturn]] void fail(std::string const &doing, CurlAsk const &ask, CurlAnswer const &answer) const;
    [[noreturn]] void fail(RemoteCause cause, std::string const &message) const;

    std::string origin() const; // "ftp://host:21", for URLs
    std::string const &root();
    std::string absolute(std::string_view path);
    std::string url_of(std::string_view path);

    RemoteListing list_folder(std::string const &sub, KnownEntries const &known);
    std::string list_text(std::string const &sub);
    std::optional<RemoteEntry> settled(std::string const &path, ListedLine line, KnownEntries const &known);
    std::optional<RemoteEntry> ask(std::string const &path);
    std::optional<RemoteEntry> ask_facts(std::string const &path);
    std::optional<RemoteEntry> listed(std::string const &path);

    RemoteUrl m_url;
    RemoteLogin m_login;
    CurlHandle m_curl;
    std::string m_root; // absolute, of this folder; empty until the login's
                        // folder is known
    bool m_mlsd = true; // until the server says that it does not know it; so are these
    bool m_mlst = true;
    bool m_mdtm = true;
};

} // namespace atom
