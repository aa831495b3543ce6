#pragma once
// sftp:// by libcurl and libssh2. The server's key is always checked; login by password, by private key, or by both in turn.

#include "engine/remote/curl_folder.hpp"

namespace atom {

class SftpFolder final : public CurlFolder
{
public:
    SftpFolder(RemoteUrl url, RemoteLogin login, int timeout_seconds);

protected:
    void prepare(CurlHandle &curl) override;
    std::string url_of(std::string_view path) override;
    std::vector<RemoteEntry> list_folder(std::string const &sub) override;
    std::vector<std::string> rename_commands(std::string const &from, std::string const &to) override;
    std::vector<std::string> remove_commands(std::string const &path) override;
    std::string make_folder_command(std::string_view path) override;
    RemoteCause refusal(CurlAsk const &ask, CurlAnswer const &answer) const override;
    void explain(CurlAsk const &ask, CurlAnswer const &answer) override;

private:
    /// The key that a server showed when it was last connected to, and what known_hosts has in its place.
    struct ShownKey
    {
        std::string key;   // as in RFC 4253; empty: none was shown
        std::string known; // likewise; empty: known_hosts does not name the server
    };
    static int take_key(CURL *, curl_khkey const *known, curl_khkey const *found, curl_khmatch match, void *user);
    std::string quoted(std::string_view path) const;
    void ask_for_key();
    void explain_handshake();
    std::optional<std::uint64_t> free_bytes();
    [[noreturn]] void refuse_key(std::string const &known);

    ShownKey m_shown;
};

} // namespace atom
