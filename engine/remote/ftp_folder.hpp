#pragma once
// ftp:// (plain, or explicit TLS with ?tls=explicit) and ftps:// (implicit TLS) by libcurl; passive, binary. The server's certificate is
// always checked.

#include "engine/remote/curl_folder.hpp"

namespace atom {

class FtpFolder final : public CurlFolder
{
public:
    FtpFolder(RemoteUrl url, RemoteLogin login, int timeout_seconds, std::stop_token stop);

    std::optional<RemoteEntry> find(std::string const &path) override;

protected:
    void prepare(CurlHandle &curl) override;
    std::string url_of(std::string_view path) override;
    RemoteListing list_folder(std::string const &sub, KnownEntries const &known) override;
    std::vector<std::string> rename_commands(std::string const &from, std::string const &to) override;
    std::vector<std::string> remove_commands(std::string const &path) override;
    std::string make_folder_command(std::string_view path) override;
    RemoteCause refusal(CurlAsk const &ask, CurlAnswer const &answer) const override;
    void explain(CurlAsk const &, CurlAnswer const &) override {}

private:
    std::string const &root();
    std::string absolute(std::string_view path);
    std::string list_text(std::string const &sub);
    std::optional<RemoteEntry> ask(std::string const &path);
    std::optional<RemoteEntry> ask_facts(std::string const &path);
    std::optional<RemoteEntry> settled(std::string const &path, ListedLine line, KnownEntries const &known);

    std::string m_root; // absolute, of this folder; empty until the login's folder is known
    bool m_mlsd = true; // until the server says that it does not know it; so are these
    bool m_mlst = true;
    bool m_mdtm = true;
};

} // namespace atom
