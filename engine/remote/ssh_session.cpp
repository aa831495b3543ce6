#include "engine/remote/ssh_session.hpp"

#include "engine/base/text.hpp"
#include "engine/remote/curl_handle.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <new>
#include <stdexcept>

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace atom {

namespace {

constexpr int k_slice_ms = 200; // between two looks at the clock

// What is quick and sound stands in front and is taken wherever the server has
// it; the rest is for servers that have nothing else.
constexpr char const *k_ciphers = "aes128-gcm@openssh.com,aes256-gcm@openssh.com,chacha20-poly1305@openssh."
                                  "com,aes256-ctr,aes192-ctr,"
                                  "aes128-ctr,aes256-cbc,aes192-cbc,aes128-cbc,3des-cbc";
constexpr char const *k_exchanges = "curve25519-sha256,curve25519-sha256@libssh.org,ecdh-sha2-nistp256,ecdh-"
                                    "sha2-nistp384,ecdh-sha2-nistp521,diffie-hellman-group18-sha512,"
                                    "diffie-hellman-group16-sha512,diffie-hellman-group-exchange-sha256,diffie-"
                                    "hellman-group14-sha256,diffie-hellman-group-exchange-sha1,"
                                    "diffie-hellman-group14-sha1,diffie-hellman-group1-sha1";
constexpr char const *k_macs = "hmac-sha2-256-etm@openssh.com,hmac-sha2-512-etm@openssh.com,hmac-sha1-etm@"
                               "openssh.com,hmac-sha2-256,"
                               "hmac-sha2-512,hmac-sha1";
constexpr char const *k_key_kinds = "ssh-ed25519,ecdsa-sha2-nistp256,ecdsa-sha2-nistp384,ecdsa-sha2-nistp521,"
                                    "rsa-sha2-512,rsa-sha2-256,"
                                    "ssh-rsa";

/// The host keys that are asked for: of the kinds that are known, so that the
/// server shows one that can be compared.
std::string kinds_of(std::vector<KnownKey> const &known)
{
    std::vector<std::string> kinds;
    for (auto const &k : known) {
        auto const kind = k.kind == "ssh-rsa" ? std::string("rsa-sha2-512,rsa-sha2-256,ssh-rsa") : k.kind;
        if (std::find(kinds.begin(), kinds.end(), kind) == kinds.end())
            kinds.push_back(kind);
    }
    return kinds.empty() ? k_key_kinds : join(kinds, ",");
}

/// A TCP connection, as libcurl makes one: names, several addresses and
/// deadlines are its trade.
Fd connected(RemoteUrl const &url, CurlHandle &curl, std::string &why, bool &timed_out)
{
    curl.begin();
    curl.set(CURLOPT_PROTOCOLS_STR, "http");
    curl.set(CURLOPT_CONNECT_ONLY, 1L);
    auto const answer = curl.perform({.url = fmt::format("http://{}:{}/", url.host, url.port.empty() ? "22" : url.port)});
    curl_socket_t socket = CURL_SOCKET_BAD;
    if (answer.ok())
        socket = curl.socket();
    why = answer.text;
    timed_out = answer.code == CURLE_OPERATION_TIMEDOUT;
    return socket == CURL_SOCKET_BAD ? Fd() : Fd(fcntl(socket, F_DUPFD_CLOEXEC, 0)); // curl closes its own
}

} // namespace

// ---- the connection
// -----------------------------------------------------------------------------------------------------------------------

SshSession::SshSession(RemoteUrl const &url, RemoteLogin const &login, Patience &patience)
    : m_url(url), m_login(login), m_patience(patience), m_known(known_host(login.known_hosts, url.host, url.port))
{
    connect(kinds_of(m_known.keys));
    check_key();
    log_in();
    open_sftp();
}

SshSession::~SshSession()
{
    m_channel.reset(); // ssh_disconnect() frees the channels that there are
    if (ssh_is_connected(m_session.get()) != 0)
        ssh_disconnect(m_session.get()); // never waits
}

void SshSession::fail(RemoteCause cause, std::string const &message) const
{
    throw RemoteError(cause, fmt::format("{}: {}", m_url.label, message));
}

std::string SshSession::words() const { return printable(ssh_get_error(m_session.get())); }

void SshSession::fail_lost(std::string const &doing) const
{
    auto const why = words();
    fail(RemoteCause::unreachable, fmt::format("cannot {}: {}", doing, why.empty() ? "the connection was lost" : why));
}

void SshSession::set(ssh_options_e option, void const *value)
{
    if (ssh_options_set(m_session.get(), option, value) != SSH_OK)
        throw std::logic_error(fmt::format("libssh refuses option {}: {}", static_cast<int>(option), words()));
}

void SshSession::check_patience()
{
    if (m_counter.out_bytes != m_written) {
        m_written = m_counter.out_bytes;
        m_patience.note_life();
    }
    m_patience.note_moved(m_counter.in_bytes - m_counted + m_taken);
    if (auto const why = m_patience.ended(); !why.empty())
        fail(RemoteCause::timeout, why);
}

void SshSession::wait()
{
    bool const has_more = (ssh_get_poll_flags(m_session.get()) & SSH_WRITE_PENDING) != 0;
    pollfd socket = {ssh_get_fd(m_session.get()), static_cast<short>(POLLIN | (has_more ? POLLOUT : 0)), 0};
    (void)::poll(&socket, 1,
                 k_slice_ms); // whatever it says, the call is made again
    check_patience();
}

int SshSession::until_done(std::function<int()> const &call, int again)
{
    for (;;) {
        int const result = call();
        if (result != again)
            return result;
        wait();
    }
}

void SshSession::connect(std::string const &host_key_kinds)
{
    m_session.reset(ssh_new());
    if (!m_session)
        throw std::bad_alloc();
    std::string why;
    bool timed_out = false;
    CurlHandle curl(static_cast<int>(m_patience.limit().count()), m_patience.stop());
    auto socket = connected(m_url, curl, why, timed_out);
    if (!socket)
        fail(timed_out ? RemoteCause::timeout : RemoteCause::unreachable, "cannot connect: " + why);

    // Only what is configured: no file of whoever runs this, no agent, no keys of
    // theirs.
    bool const reads_files = false;
    set(SSH_OPTIONS_PROCESS_CONFIG, &reads_files);
    set(SSH_OPTIONS_SSH_DIR, "/dev/null");
    if (!m_url.user.empty())
        set(SSH_OPTIONS_USER, m_url.user.c_str());
    for (auto const option : {SSH_OPTIONS_CIPHERS_C_S, SSH_OPTIONS_CIPHERS_S_C})
        set(option, k_ciphers);
    for (auto const option : {SSH_OPTIONS_HMAC_C_S, SSH_OPTIONS_HMAC_S_C})
        set(option, k_macs);
    set(SSH_OPTIONS_KEY_EXCHANGE, k_exchanges);
    set(SSH_OPTIONS_HOSTKEYS, host_key_kinds.c_str());
    set(SSH_OPTIONS_PUBLICKEY_ACCEPTED_TYPES, k_key_kinds);
    socket_t const fd = socket.get();
    set(SSH_OPTIONS_FD, &fd);
    ssh_set_counters(m_session.get(), &m_counter, nullptr);
    ssh_set_blocking(m_session.get(), 0);
    (void)socket.release(); // libssh's from here on
    if (until_done([&] { return ssh_connect(m_session.get()); }, SSH_AGAIN) == SSH_OK)
        return learn_key();

    auto const wrong = words();
    bool const is_restricted = host_key_kinds != k_key_kinds;
    if (is_restricted && wrong.find("host key algo") != std::string::npos) { // it has none of the known kinds: which has it?
        connect(k_key_kinds);
        refuse_key();
    }
    fail(RemoteCause::unreachable, "cannot connect: " + wrong);
}

void SshSession::learn_key()
{
    ssh_key shown = nullptr;
    char *base64 = nullptr;
    bool const is_shown = ssh_get_server_publickey(m_session.get(), &shown) == SSH_OK;
    Key const key(shown);
    if (!is_shown || ssh_pki_export_pubkey_base64(key.get(), &base64) != SSH_OK)
        fail(RemoteCause::host_key, "the server shows no key that can be read");
    m_shown = base64_decoded(base64);
    ssh_string_free_char(base64);
}

void SshSession::open_sftp()
{
    m_channel.reset(ssh_channel_new(m_session.get()));
    if (!m_channel)
        fail_lost("open a channel");
    if (until_done([&] { return ssh_channel_open_session(m_channel.get()); }, SSH_AGAIN) != SSH_OK)
        fail_lost("open a channel");
    if (until_done([&] { return ssh_channel_request_subsystem(m_channel.get(), "sftp"); }, SSH_AGAIN) == SSH_OK)
        return;
    if (ssh_is_connected(m_session.get()) == 0)
        fail_lost("open sftp");
    fail(RemoteCause::denied, "the server lets this login in, but gives it no sftp: " + words());
}

// ---- bytes
// --------------------------------------------------------------------------------------------------------------------------------

void SshSession::begin_call()
{
    m_counted = m_counter.in_bytes;
    m_taken = 0;
}

bool SshSession::is_alive()
{
    return ssh_is_connected(m_session.get()) != 0 && ssh_channel_poll(m_channel.get(), 0) >= 0 && ssh_channel_is_open(m_channel.get()) != 0;
}

void SshSession::write(std::string_view bytes)
{
    constexpr std::size_t k_most = 32768;
    while (!bytes.empty()) {
        auto const piece = bytes.substr(0, k_most);
        int const count = ssh_channel_write(m_channel.get(), piece.data(), static_cast<std::uint32_t>(piece.size()));
        if (count < 0 && count != SSH_AGAIN)
            fail_lost("write");
        bytes.remove_prefix(static_cast<std::size_t>(std::max(count, 0)));
        if (count <= 0)
            wait();
    }
    check_patience();
}

void SshSession::read(char *bytes, std::size_t count)
{
    while (count > 0) {
        int got = ssh_channel_read_nonblocking(m_channel.get(), bytes, static_cast<std::uint32_t>(count), 0);
        bool const is_empty = got == 0 || got == SSH_AGAIN;
        if (is_empty)
            got = std::min(ssh_channel_poll_timeout(m_channel.get(), k_slice_ms, 0), 0);
        if (got < 0)
            fail_lost("read");
        bytes += got;
        count -= static_cast<std::size_t>(got);
        check_patience();
    }
}

// ---- the server's key
// ---------------------------------------------------------------------------------------------------------------------

void SshSession::check_key()
{
    auto const has = [&](std::vector<KnownKey> const &keys) {
        return std::any_of(keys.begin(), keys.end(), [&](auto const &k) { return base64_decoded(k.key) == m_shown; });
    };
    if (has(m_known.revoked) || !has(m_known.keys))
        refuse_key();
}

void SshSession::refuse_key() const
{
    auto const file = m_login.known_hosts.empty() ? std::string("known_hosts") : m_login.known_hosts.string();
    auto const port = m_url.port.empty() ? std::string() : fmt::format("-p {} ", m_url.port);
    auto const server = fmt::format("{} ({})", key_fingerprint(m_shown), key_kind(m_shown));
    bool const is_revoked =
        std::any_of(m_known.revoked.begin(), m_known.revoked.end(), [&](auto const &k) { return base64_decoded(k.key) == m_shown; });
    if (is_revoked)
        fail(RemoteCause::host_key, fmt::format("the server shows {}, a key that {} says is revoked: somebody "
                                                "else may have it, and be this "
                                                "server. Ask the server's owner for the key that it has now",
                                                server, file));
    auto const pin = fmt::format("compare that with what the server's owner "
                                 "says, then pin it: ssh-keyscan {}{} >> {}{}",
                                 port, m_url.host, file,
                                 m_known.has_authority ? "; its @cert-authority line is of no use: "
                                                         "certificates of hosts are not supported"
                                                       : "");
    if (m_known.keys.empty())
        fail(RemoteCause::host_key, fmt::format("the server's key is not in {}: it shows {}; {}", file, server, pin));
    std::vector<std::string> known;
    bool same_kind = false;
    for (auto const &k : m_known.keys) {
        known.push_back(k.described());
        same_kind = same_kind || k.kind == key_kind(m_shown);
    }
    fail(RemoteCause::host_key, fmt::format("the server's key is not the one that {} has: the server "
                                            "shows {}, known is {}{}",
                                            file, server, join(known, ", "), same_kind ? "" : "; these are of another kind: " + pin));
}

} // namespace atom
