#include "engine/remote/sftp_folder.hpp"

#include "engine/base/text.hpp"
#include "engine/remote/listing.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace atom {

namespace {

std::string described(std::string_view key) { return fmt::format("{} ({})", key_fingerprint(key), key_kind(key)); }

std::string bytes_of(curl_khkey const &key) { return key.len == 0 ? base64_decoded(key.key) : std::string(key.key, key.len); }

} // namespace

SftpFolder::SftpFolder(RemoteUrl url, RemoteLogin login, int timeout_seconds, std::stop_token stop)
    : CurlFolder(std::move(url), std::move(login), timeout_seconds, std::move(stop))
{}

int SftpFolder::take_key(CURL *, curl_khkey const *, curl_khkey const *found, curl_khmatch match, void *user)
{
    static_cast<SftpFolder *>(user)->m_shown = bytes_of(*found);
    return match == CURLKHMATCH_OK ? CURLKHSTAT_FINE : CURLKHSTAT_REJECT;
}

// curl insists on the kind of the first line that it takes for this server's, which is any hashed one, and is often an RSA key that libssh2
// cannot check. So it gets this server's lines alone, the best kind first.
void SftpFolder::read_known_keys()
{
    refuse_if_open("known_hosts file", login().known_hosts, 0022, "changed", "go-w");
    m_known = known_keys(login().known_hosts, url().host, url().port);
    std::string lines;
    for (auto const &k : m_known)
        lines += fmt::format("{} {} {}\n", known_host_name(url().host, url().port), k.kind, k.key);
    m_pins = Fd(memfd_create("known_hosts", MFD_CLOEXEC));
    if (!m_pins || write(m_pins.get(), lines.data(), lines.size()) != static_cast<ssize_t>(lines.size()))
        throw FileError("write", "known_hosts in memory", errno);
}

/// A secret that others read is none, and a list of keys that others write pins nothing.
void SftpFolder::refuse_if_open(char const *what, std::filesystem::path const &path, mode_t forbidden, char const *done,
                                char const *mend) const
{
    struct stat st = {};
    if (stat(path.c_str(), &st) == 0 && (st.st_mode & forbidden) != 0)
        fail(RemoteCause::denied, fmt::format("the {} {} may be {} by others (mode {:04o}); chmod {} {}", what, path.string(), done,
                                              st.st_mode & 07777U, mend, path.string()));
}

void SftpFolder::prepare(CurlHandle &curl)
{
    auto const &l = login();
    m_shown.clear();
    read_known_keys();
    // Without a line every key is unknown, which is refused too, and the message has the key to pin.
    curl.set(CURLOPT_SSH_KNOWNHOSTS, fmt::format("/proc/self/fd/{}", m_pins.get()).c_str());
    curl.set(CURLOPT_SSH_KEYFUNCTION, take_key);
    curl.set(CURLOPT_SSH_KEYDATA, this);
    // Only what is configured: neither an agent nor the keys of whoever runs this.
    long const by_password = l.password.empty() ? 0L : CURLSSH_AUTH_PASSWORD | CURLSSH_AUTH_KEYBOARD;
    curl.set(CURLOPT_SSH_AUTH_TYPES, (l.key.empty() ? 0L : CURLSSH_AUTH_PUBLICKEY) | by_password);
    if (l.key.empty())
        return;
    if (access(l.key.c_str(), R_OK) != 0)
        fail(RemoteCause::denied, fmt::format("the private key {} cannot be read", l.key.string()));
    refuse_if_open("private key", l.key, 0077, "read", "600");
    curl.set(CURLOPT_SSH_PRIVATE_KEYFILE, l.key.c_str());
    curl.set(CURLOPT_KEYPASSWD, l.key_passphrase.c_str());
}

// As curl reads it: /dir from the root, /~/dir from the login's home.
std::string SftpFolder::url_of(std::string_view path)
{
    auto const whole = fmt::format("{}/{}", url().path, path);
    bool const home = url().path == "/~" || url().path.starts_with("/~/");
    bool const mistaken = !home && whole.starts_with("/~"); // curl would take "/~name" for the home too
    return origin() + (mistaken ? "/" : "") + percent_encoded(whole);
}

std::string SftpFolder::quoted(std::string_view path) const
{
    auto whole = fmt::format("{}/{}", url().path, path);
    if (whole.starts_with("/~/"))
        whole.erase(0, 3); // a relative path is the home's, and a quoted "/~/" is not expanded
    return sftp_quoted(whole);
}

std::vector<std::string> SftpFolder::rename_commands(std::string const &from, std::string const &to)
{
    return {fmt::format("rename {} {}", quoted(from), quoted(to))};
}

std::vector<std::string> SftpFolder::remove_commands(std::string const &path) { return {"rm " + quoted(path)}; }

std::string SftpFolder::make_folder_command(std::string_view path) { return "mkdir " + quoted(path); }

RemoteListing SftpFolder::list_folder(std::string const &sub, KnownEntries const &known)
{
    std::vector<std::string> lines; // one a piece: a line end inside a name is no end of the line
    bool open = false;
    CurlAsk const ask{.url = url_of(sub.empty() ? "" : sub + "/"), .sink = [&](std::string_view piece) {
                          if (open)
                              lines.back() += piece;
                          else
                              lines.emplace_back(piece);
                          open = !piece.ends_with('\n');
                      }};
    auto const answer = run(ask);
    if (!answer.ok())
        fail(fmt::format("list \"{}\"", sub), ask, answer);
    RemoteListing out;
    for (auto &line : lines) {
        if (line.ends_with('\n'))
            line.pop_back();
        auto listed = read_list_line(line);
        if (listed.kind == ListedLine::Kind::not_understood)
            fail(RemoteCause::protocol, fmt::format("a line of the listing is not understood: \"{}\"", line));
        ++out.lines;
        if (listed.kind != ListedLine::Kind::file)
            continue;
        auto const before = known.find(listed.entry.name);
        bool const is_known = before != known.end() && before->second.line == listed.entry.line;
        if (auto const now = is_known ? before->second : find(joined(sub, listed.entry.name)))
            out.files.push_back({listed.entry.name, now->size, now->modified, line});
    }
    return out;
}

std::optional<RemoteEntry> SftpFolder::find(std::string const &path)
{
    check_remote_path(path);
    CurlAsk const ask{.url = url_of(path), .body = false, .time = true};
    auto const answer = run(ask);
    if (!answer.ok() && cause_of(ask, answer) != RemoteCause::not_found)
        fail(fmt::format("ask the size of \"{}\"", path), ask, answer);
    if (!answer.ok())
        return std::nullopt;
    RemoteEntry entry{path.substr(path.rfind('/') + 1), static_cast<std::uint64_t>(std::max<std::int64_t>(answer.length, 0)), {}, {}};
    if (answer.time >= 0)
        entry.modified = answer.time * 1'000'000'000;
    return entry;
}

// libcurl gives sftp's refusals of a command as text only; these are its words (lib/vssh/libssh2.c).
RemoteCause SftpFolder::refusal(CurlAsk const &, CurlAnswer const &answer) const
{
    // Of a connection that was cut, libssh2 tells the fault of an earlier call: its "no such file" may not be believed then.
    if (answer.cut)
        return RemoteCause::unreachable;
    if (answer.code == CURLE_REMOTE_FILE_NOT_FOUND)
        return RemoteCause::not_found;
    if (answer.code == CURLE_REMOTE_ACCESS_DENIED)
        return RemoteCause::denied;
    std::pair<std::string_view, RemoteCause> const k_words[] = {
        {"No such file or directory", RemoteCause::not_found},
        {"Not a directory", RemoteCause::not_found},
        {"Permission denied", RemoteCause::denied},
        {"write protected", RemoteCause::denied},
        {"File already exists", RemoteCause::exists},
        {"Disk full", RemoteCause::no_space},
        {"quota exceeded", RemoteCause::no_space},
        {"Connection to SFTP server lost", RemoteCause::unreachable},
        {"Not connected to SFTP server", RemoteCause::unreachable},
    };
    for (auto const &[words, cause] : k_words)
        if (answer.text.find(words) != std::string::npos)
            return cause;
    return RemoteCause::protocol;
}

void SftpFolder::refuse_key() const
{
    auto const file = login().known_hosts.empty() ? std::string("known_hosts") : login().known_hosts.string();
    auto const port = url().port.empty() ? std::string() : fmt::format("-p {} ", url().port);
    auto const pin =
        fmt::format("compare that with what the server's owner says, then pin it: ssh-keyscan {}{} >> {}", port, url().host, file);
    auto const server = described(m_shown);
    if (m_known.empty())
        fail(RemoteCause::host_key, fmt::format("the server's key is not in {}: it shows {}; {}", file, server, pin));
    std::vector<std::string> known;
    bool same_kind = false;
    for (auto const &k : m_known) {
        known.push_back(k.described());
        same_kind = same_kind || k.kind == key_kind(m_shown);
    }
    fail(RemoteCause::host_key, fmt::format("the server's key is not the one that {} has: the server shows {}, known is {}{}", file, server,
                                            join(known, ", "), same_kind ? "" : "; these are of another kind: " + pin));
}

/// Asks which key the server shows when it is free to choose one.
void SftpFolder::ask_for_key()
{
    CurlHandle curl(timeout(), stop());
    curl.begin();
    curl.set(CURLOPT_PROTOCOLS_STR, "sftp");
    curl.set(CURLOPT_SSH_KNOWNHOSTS, "/dev/null"); // so the key is unknown, and the connection ends before the login
    curl.set(CURLOPT_SSH_KEYFUNCTION, take_key);
    curl.set(CURLOPT_SSH_KEYDATA, this);
    curl.perform({.url = origin() + "/", .body = false});
}

/// What the login may still write on the folder's disk; none if the server does not tell (it is an extension of OpenSSH's).
std::optional<std::uint64_t> SftpFolder::free_bytes()
{
    auto const answer = run_commands({"statvfs " + quoted(".")});
    if (!answer.ok() || answer.replies.empty())
        return std::nullopt;
    auto const number_of = [text = answer.replies.front()](std::string_view name) -> std::uint64_t {
        auto const at = text.find(name);
        return at == std::string::npos ? 0 : std::strtoull(text.c_str() + at + name.size(), nullptr, 10);
    };
    return number_of("f_frsize: ") * number_of("f_bavail: ");
}

void SftpFolder::explain(CurlAsk const &ask, CurlAnswer const &answer)
{
    if (answer.code == CURLE_PEER_FAILED_VERIFICATION && !m_shown.empty())
        refuse_key();
    // OpenSSH says no more than "failure" when its disk is full, and libcurl then drops the connection as if it were broken.
    if (ask.source && (answer.code == CURLE_SSH || answer.code == CURLE_UPLOAD_FAILED)) {
        auto const free = free_bytes();
        if (free && *free < static_cast<std::uint64_t>(ask.source_size))
            fail(RemoteCause::no_space, fmt::format("{} of {} bytes are free there: {}", *free, ask.source_size, answer.text));
    }
    if (answer.code == CURLE_FAILED_INIT)
        explain_handshake();
}

// A server that has none of the known kinds fails in the handshake, without a word of keys.
void SftpFolder::explain_handshake()
{
    if (m_known.empty())
        return;
    ask_for_key();
    bool const is_known = std::any_of(m_known.begin(), m_known.end(), [&](auto const &k) { return base64_decoded(k.key) == m_shown; });
    if (!m_shown.empty() && !is_known)
        refuse_key();
}

} // namespace atom
