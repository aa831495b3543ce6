#include "engine/remote/curl_folder.hpp"

#include "engine/base/file.hpp"

#include <fmt/format.h>

#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace atom {

namespace {

/// Causes that do not depend on the protocol; `protocol` for all that the server has to be asked about.
RemoteCause general_cause(CURLcode code) noexcept
{
    switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
    case CURLE_FAILED_INIT: // an SSH handshake that did not end
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_PARTIAL_FILE:
    case CURLE_FTP_CANT_GET_HOST:
    case CURLE_FTP_ACCEPT_FAILED: return RemoteCause::unreachable;
    case CURLE_OPERATION_TIMEDOUT:
    case CURLE_FTP_ACCEPT_TIMEOUT: return RemoteCause::timeout;
    case CURLE_USE_SSL_FAILED: // and nothing goes in clear
    case CURLE_LOGIN_DENIED: return RemoteCause::denied;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_CACERT_BADFILE: return RemoteCause::host_key;
    case CURLE_REMOTE_DISK_FULL: return RemoteCause::no_space;
    case CURLE_REMOTE_FILE_EXISTS: return RemoteCause::exists;
    default: return RemoteCause::protocol;
    }
}

/// The server said no, and may say yes once the folder of the target is there.
bool may_lack_folder(RemoteCause cause) noexcept
{
    return cause == RemoteCause::not_found || cause == RemoteCause::denied || cause == RemoteCause::protocol;
}

} // namespace

CurlFolder::CurlFolder(RemoteUrl url, RemoteLogin login, int timeout_seconds, std::stop_token stop)
    : m_url(std::move(url)), m_login(std::move(login)), m_timeout(timeout_seconds), m_stop(std::move(stop)), m_curl(timeout_seconds, m_stop)
{
    if (m_login.password.empty())
        m_login.password = m_url.password;
}

std::string CurlFolder::origin() const
{
    return fmt::format("{}://{}{}{}", m_url.scheme, m_url.host, m_url.port.empty() ? "" : ":", m_url.port);
}

CurlAnswer CurlFolder::run(CurlAsk const &ask)
{
    m_curl.begin();
    m_curl.set(CURLOPT_PROTOCOLS_STR, m_url.scheme.c_str());
    if (!m_url.user.empty())
        m_curl.set(CURLOPT_USERNAME, m_url.user.c_str());
    if (!m_login.password.empty())
        m_curl.set(CURLOPT_PASSWORD, m_login.password.c_str());
    prepare(m_curl);
    auto answer = m_curl.perform(ask);
    // Where curl would give up the connection for a refused command, the command is sent as one that may be refused.
    if (answer.ok() && !ask.commands.empty() && !answer.refused.empty()) {
        answer.code = CURLE_QUOTE_ERROR;
        answer.text = "the server refuses";
    }
    return answer;
}

CurlAnswer CurlFolder::run_commands(std::vector<std::string> commands)
{
    return run({.url = origin() + "/", .commands = std::move(commands), .body = false});
}

RemoteCause CurlFolder::cause_of(CurlAsk const &ask, CurlAnswer const &answer) const
{
    auto const cause = general_cause(answer.code);
    return cause == RemoteCause::protocol ? refusal(ask, answer) : cause;
}

void CurlFolder::fail(RemoteCause cause, std::string const &message) const
{
    throw RemoteError(cause, fmt::format("{}: {}", m_url.label, message));
}

void CurlFolder::fail(std::string const &doing, CurlAsk const &ask, CurlAnswer const &answer)
{
    explain(ask, answer);
    auto const cause = cause_of(ask, answer);
    fail(cause, fmt::format("cannot {}: {}{}", doing, answer.text, answer.refused.empty() ? "" : " (" + answer.refused + ")"));
}

RemoteListing CurlFolder::list(std::string const &sub, KnownEntries const &known)
{
    if (!sub.empty())
        check_remote_path(sub);
    try {
        return list_folder(sub, known);
    } catch (RemoteError const &e) {
        if (sub.empty() || e.cause() != RemoteCause::not_found)
            throw;
    }
    list_folder({}, known); // throws not_found if it is the folder itself that is missing
    return {};
}

std::uint64_t CurlFolder::get(std::string const &name, std::function<void(std::string_view)> const &sink)
{
    check_remote_path(name);
    CurlAsk const ask{.url = url_of(name), .sink = sink};
    auto const answer = run(ask);
    if (!answer.ok())
        fail(fmt::format("get \"{}\"", name), ask, answer);
    if (answer.length >= 0 && static_cast<std::uint64_t>(answer.length) != answer.received)
        fail(RemoteCause::unreachable, fmt::format("\"{}\" has {} bytes, {} came", name, answer.length, answer.received));
    return answer.received;
}

// Not by CURLOPT_FTP_CREATE_MISSING_DIRS: on sftp it works once a connection, on ftp not with whole paths.
CurlAnswer CurlFolder::run_making_folders(CurlAsk const &ask, std::string const &path)
{
    auto answer = run(ask);
    if (answer.ok() || parent_of(path).empty() || !may_lack_folder(cause_of(ask, answer)))
        return answer;
    auto const denied = make_folders_of(path);
    answer = run(ask);
    if (!answer.ok() && !denied.empty() && cause_of(ask, answer) == RemoteCause::not_found)
        fail(RemoteCause::denied, fmt::format("cannot make the folder of \"{}\": {}", path, denied));
    return answer;
}

/// Gives why one of them was denied, if one was. One that is there refuses too, in no clear words: what then is still missing shows when
/// it is used.
std::string CurlFolder::make_folders_of(std::string const &path)
{
    std::string denied;
    for (auto slash = path.find('/'); slash != std::string::npos; slash = path.find('/', slash + 1)) {
        CurlAsk const ask{.url = origin() + "/", .commands = {make_folder_command(std::string_view(path).substr(0, slash))}, .body = false};
        auto const answer = run(ask);
        if (!answer.ok() && cause_of(ask, answer) == RemoteCause::denied)
            denied = answer.text;
    }
    return denied;
}

void CurlFolder::put(std::filesystem::path const &local, std::string const &path)
{
    check_remote_path(path);
    Fd const file(::open(local.c_str(), O_RDONLY | O_CLOEXEC));
    struct stat state = {};
    if (!file || fstat(file.get(), &state) != 0)
        throw FileError("read", local.string(), errno);

    CurlAsk ask{.url = url_of(path)};
    ask.source_size = state.st_size;
    ask.source = [&](char *buffer, std::size_t room, std::uint64_t offset) {
        auto const got = ::pread(file.get(), buffer, room, static_cast<off_t>(offset));
        if (got < 0)
            throw FileError("read", local.string(), errno);
        return static_cast<std::size_t>(got);
    };
    auto const answer = run_making_folders(ask, path);
    if (!answer.ok())
        fail(fmt::format("put \"{}\"", path), ask, answer);
    auto const there = find(path);
    auto const wanted = static_cast<std::uint64_t>(state.st_size);
    if (!there || there->size.value_or(wanted) != wanted) // a server that tells no sizes is believed
        fail(RemoteCause::unreachable, fmt::format("\"{}\" has {} there, {} bytes here, after it was put", path,
                                                   there ? std::to_string(*there->size) : "nothing", wanted));
}

void CurlFolder::rename(std::string const &from, std::string const &to)
{
    check_remote_path(from);
    check_remote_path(to);
    auto const taken = [&] { fail(RemoteCause::exists, fmt::format("cannot rename \"{}\" to \"{}\": the name is taken", from, to)); };
    if (find(to))
        taken(); // a server may replace without a word: vsftpd does
    url_of(from);
    CurlAsk const ask{.url = origin() + "/", .commands = rename_commands(from, to), .body = false};
    auto const answer = run_making_folders(ask, to);
    if (answer.ok())
        return;
    if (cause_of(ask, answer) == RemoteCause::protocol && find(to))
        taken(); // someone was faster
    fail(fmt::format("rename \"{}\" to \"{}\"", from, to), ask, answer);
}

std::optional<RemoteEntry> CurlFolder::listed(std::string const &path)
{
    auto const name = std::string(std::string_view(path).substr(path.rfind('/') + 1));
    for (auto &entry : list(std::string(parent_of(path)), {}).files)
        if (entry.name == name)
            return std::move(entry);
    return std::nullopt;
}

RemoteListing CurlFolder::read_lines(std::string_view text, ListedLine (*read)(std::string_view),
                                     std::function<std::optional<RemoteEntry>(ListedLine)> const &settle) const
{
    auto listing = read_listing(text, read);
    if (listing.wrong)
        throw UnreadableListing(
            fmt::format("{}: a line of the listing is not understood, so nothing is taken: \"{}\"", m_url.label, *listing.wrong));
    RemoteListing out;
    out.lines = listing.lines.size();
    for (auto &line : listing.lines)
        if (auto entry = line.kind == ListedLine::Kind::other ? std::nullopt : settle(std::move(line)))
            out.files.push_back(std::move(*entry));
    return out;
}

void CurlFolder::remove(std::string const &path)
{
    check_remote_path(path);
    url_of(path);
    CurlAsk const ask{.url = origin() + "/", .commands = remove_commands(path), .body = false};
    auto const answer = run(ask);
    if (answer.ok())
        return;
    auto const cause = cause_of(ask, answer);
    if (cause == RemoteCause::not_found && !find(path)) // ftp says "550" for "not yours" as well
        return;
    if (cause == RemoteCause::not_found)
        fail(RemoteCause::denied, fmt::format("cannot remove \"{}\": {} ({})", path, answer.text, answer.refused));
    fail(fmt::format("remove \"{}\"", path), ask, answer);
}

} // namespace atom
