#pragma once
// sftp:// by libcurl and libssh2. The server's key is always checked; login by password, by private key, or by both in turn.

#include "engine/base/file.hpp"
#include "engine/remote/curl_folder.hpp"
#include "engine/remote/host_key.hpp"

namespace atom {

class SftpFolder final : public CurlFolder
{
public:
    SftpFolder(RemoteUrl url, RemoteLogin login, int timeout_seconds, std::stop_token stop);

    /// A folder of that name is "there" as well, so that rename() never meets it.
    std::optional<RemoteEntry> find(std::string const &path) override;

protected:
    void prepare(CurlHandle &curl) override;
    std::string url_of(std::string_view path) override;
    RemoteListing list_folder(std::string const &sub, KnownEntries const &known) override;
    std::vector<std::string> rename_commands(std::string const &from, std::string const &to) override;
    std::vector<std::string> remove_commands(std::string const &path) override;
    std::string make_folder_command(std::string_view path) override;
    RemoteCause refusal(CurlAsk const &ask, CurlAnswer const &answer) const override;
    void explain(CurlAsk const &ask, CurlAnswer const &answer) override;

private:
    static int take_key(CURL *, curl_khkey const *known, curl_khkey const *found, curl_khmatch match, void *user);
    std::string quoted(std::string_view path) const;
    void ask_for_key();
    void explain_handshake();
    std::optional<std::uint64_t> free_bytes();
    void refuse_if_open(char const *what, std::filesystem::path const &path, mode_t forbidden, char const *done, char const *mend) const;
    void read_known_keys();
    [[noreturn]] void refuse_key() const;

    std::string m_shown;           // the key that the server showed when it was last connected to; empty: none
    std::vector<KnownKey> m_known; // what known_hosts has for it
    Fd m_pins;                     // the same as a file in memory, which curl reads
};

} // namespace atom
