#include "engine/remote/ftp_folder.hpp"

#include "engine/base/file.hpp"
#include "engine/base/text.hpp"

#include <fmt/format.h>

#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace atom {

namespace {

/// Causes that do not depend on the protocol; `protocol` for all that the
/// server has to be asked about.
RemoteCause general_cause(CURLcode code) noexcept
{
    switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
    case CURLE_FAILED_INIT:
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

bool is_unknown_command(long response) noexcept { return response >= 500 && response <= 504; }

// By the reply's code; where "550" stands for several things, by the server's
// words and by what was asked.
RemoteCause refusal(CurlAsk const &ask, CurlAnswer const &answer)
{
    auto const reply = to_lower(answer.refused);
    switch (answer.response) {
    case 421:
    case 425:
    case 426: return RemoteCause::unreachable;
    case 451: // vsftpd: "Failure writing to local file"
        return ask.source ? RemoteCause::no_space : RemoteCause::protocol;
    case 452:
    case 552: return RemoteCause::no_space;
    case 530:
    case 532:
    case 553: return RemoteCause::denied;
    case 550:
        if (reply.find("permission") != std::string::npos || reply.find("denied") != std::string::npos)
            return RemoteCause::denied;
        // 350 is RNFR's: the file is there, it is the new name that was refused.
        return ask.source || answer.replied("350") ? RemoteCause::denied : RemoteCause::not_found;
    default: return RemoteCause::protocol;
    }
}

} // namespace

FtpFolder::FtpFolder(RemoteUrl url, RemoteLogin login, int timeout_seconds, std::stop_token stop)
    : m_url(std::move(url)), m_login(std::move(login)), m_curl(timeout_seconds, std::move(stop))
{
    if (m_login.password.empty())
        m_login.password = m_url.password;
}

// ---- transfers --------------------------------------------------------------------------------------------------------------------------

void FtpFolder::prepare()
{
    if (m_url.explicit_tls || m_url.scheme == "ftps") // the data too
        m_curl.set(CURLOPT_USE_SSL, static_cast<long>(CURLUSESSL_ALL));
    // Servers want a data connection to resume the control connection's TLS
    // session (vsftpd's require_ssl_reuse); with the tickets of TLS 1.3 curl 7.88
    // does that now and then only.
    constexpr long k_tls_1_2 = CURL_SSLVERSION_TLSv1_2;
    m_curl.set(CURLOPT_SSLVERSION,
               k_tls_1_2 | (k_tls_1_2 << 16)); // least | CURL_SSLVERSION_MAX_TLSv1_2,
                                               // whose own enum does not fit
    m_curl.set(CURLOPT_SSL_VERIFYPEER, 1L);
    m_curl.set(CURLOPT_SSL_VERIFYHOST, 2L);
    if (!m_login.ca_file.empty())
        m_curl.set(CURLOPT_CAINFO, m_login.ca_file.c_str());
}

CurlAnswer FtpFolder::run(CurlAsk const &ask)
{
    m_curl.begin();
    m_curl.set(CURLOPT_PROTOCOLS_STR, m_url.scheme.c_str());
    if (!m_url.user.empty())
        m_curl.set(CURLOPT_USERNAME, m_url.user.c_str());
    if (!m_login.password.empty())
        m_curl.set(CURLOPT_PASSWORD, m_login.password.c_str());
    prepare();
    auto answer = m_curl.perform(ask);
    // Where curl would give up the connection for a refused command, the command
    // is sent as one that may be refused.
    if (answer.ok() && !ask.commands.empty() && !answer.refused.empty()) {
        answer.code = CURLE_QUOTE_ERROR;
        answer.text = "the server refuses";
    }
    return answer;
}

RemoteCause FtpFolder::cause_of(CurlAsk const &ask, CurlAnswer const &answer) const
{
    auto const cause = general_cause(answer.code);
    return cause == RemoteCause::protocol ? refusal(ask, answer) : cause;
}

void FtpFolder::fail(RemoteCause cause, std::string const &message) const
{
    throw RemoteError(cause, fmt::format("{}: {}", m_url.label, message));
}

void FtpFolder::fail(std::string const &doing, CurlAsk const &ask, CurlAnswer const &answer) const
{
    auto const cause = cause_of(ask, answer);
    fail(cause, fmt::format("cannot {}: {}{}", doing, answer.text, answer.refused.empty() ? "" : " (" + answer.refused + ")"));
}

// ---- paths ------------------------------------------------------------------------------------------------------------------------------

std::string FtpFolder::origin() const
{
    return fmt::format("{}://{}{}{}", m_url.scheme, m_url.host, m_url.port.empty() ? "" : ":", m_url.port);
}

// A URL's path begins at the login's folder, a second slash at the server's
// root (RFC 1738). Every command names whole paths, so that no command depends
// on where an earlier one left the connection.
std::string const &FtpFolder::root()
{
    if (!m_root.empty())
        return m_root;
    if (m_url.path.starts_with("//")) {
        m_root = m_url.path.substr(1);
        return m_root;
    }
    CurlAsk const ask{.url = origin() + "/", .body = false};
    auto const answer = run(ask);
    if (!answer.ok())
        fail("log in", ask, answer);
    auto const home = answer.entry_path.empty() ? std::string("/") : answer.entry_path;
    m_root = m_url.path.empty() ? home : joined(home, std::string_view(m_url.path).substr(1));
    return m_root;
}

std::string FtpFolder::absolute(std::string_view path) { return path.empty() ? root() : joined(root(), path); }

std::string FtpFolder::url_of(std::string_view path)
{
    return origin() + "/" + (absolute(path).starts_with('/') ? "%2F" : "") +
           percent_encoded(absolute(path).substr(absolute(path).starts_with('/') ? 1 : 0));
}

// ---- what is there ----------------------------------------------------------------------------------------------------------------------

RemoteListing FtpFolder::list(std::string const &sub, KnownEntries const &known)
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

std::string FtpFolder::list_text(std::string const &sub)
{
    constexpr std::size_t k_most_bytes = 64U << 20U;
    std::string text;
    auto const take = [&](std::string_view piece) {
        text += piece;
        if (text.size() > k_most_bytes)
            throw UnreadableListing(fmt::format("{}: the listing has over {} MiB", label(), k_most_bytes >> 20U));
    };
    // "Enter": LIST of a path that is not there is an empty listing on some
    // servers, but nobody changes into it.
    CurlAsk ask{.url = url_of(sub), .enter = true, .sink = take};
    if (!ask.url.ends_with("/%2F"))
        ask.url += '/';
    ask.verb = m_mlsd ? "MLSD" : "LIST";
    auto answer = run(ask);
    if (m_mlsd && answer.code == CURLE_FTP_COULDNT_RETR_FILE && is_unknown_command(answer.response)) {
        m_mlsd = false;
        text.clear();
        ask.verb = "LIST";
        answer = run(ask);
    }
    if (!answer.ok())
        fail(fmt::format("list \"{}\"", sub), ask, answer);
    // FTP does not say how long a listing is; half a line is all that tells of
    // one that was cut.
    if (!text.empty() && !text.ends_with('\n'))
        fail(RemoteCause::unreachable, fmt::format("the listing of \"{}\" ends inside a line", sub));
    return text;
}

RemoteListing FtpFolder::list_folder(std::string const &sub, KnownEntries const &known)
{
    auto const text = list_text(sub);
    auto read = read_listing(text, m_mlsd ? read_mlsd_line : read_list_line);
    if (read.wrong)
        throw UnreadableListing(fmt::format("{}: a line of the listing is not understood, so nothing "
                                            "is taken: \"{}\"",
                                            label(), *read.wrong));
    RemoteListing out;
    out.lines = read.lines.size();
    for (auto &line : read.lines) {
        auto const path = joined(sub, line.entry.name);
        auto entry = line.kind == ListedLine::Kind::other ? std::nullopt : settled(path, std::move(line), known);
        if (entry)
            out.files.push_back(std::move(*entry));
    }
    return out;
}

/// A listed line's entry, with what had to be asked beside it; none for what is
/// no file.
std::optional<RemoteEntry> FtpFolder::settled(std::string const &path, ListedLine line, KnownEntries const &known)
{
    auto &entry = line.entry;
    if (entry.line.empty() || !is_safe_name(entry.name)) // a name that no job may take: no URL may have it, either
        return std::move(entry);
    auto const before = known.find(entry.name);
    if (before != known.end() && before->second.line == entry.line)
        return before->second;
    bool const may_be_none = line.kind == ListedLine::Kind::any;
    bool const is_asked = may_be_none || !entry.size || m_mdtm;
    auto const told = is_asked ? ask(path) : std::nullopt;
    if (may_be_none && !told)
        return std::nullopt;
    if (told && !entry.size)
        entry.size = told->size;
    if (told && told->modified)
        entry.modified = told->modified;
    else if (before != known.end() && before->second.size == entry.size && may_be_same_file(before->second.line, entry.line))
        entry.modified = before->second.modified;
    return std::move(entry);
}

/// By SIZE and MDTM; none if the server has no such file, or does not say so
/// much as that.
std::optional<RemoteEntry> FtpFolder::ask(std::string const &path)
{
    CurlAsk ask{.url = url_of(path), .body = false, .time = m_mdtm};
    auto answer = run(ask);
    if (ask.time && !answer.ok() && cause_of(ask, answer) == RemoteCause::not_found) { // which may have been said of the time alone
        ask.time = false;
        answer = run(ask);
    }
    if (!answer.ok() && cause_of(ask, answer) != RemoteCause::not_found)
        fail(fmt::format("ask the size of \"{}\"", path), ask, answer);
    bool const is_unknown = answer.replied("500") || answer.replied("502") || answer.replied("504");
    m_mdtm = m_mdtm && !(answer.time < 0 && is_unknown);
    if (!answer.ok())
        return std::nullopt;
    RemoteEntry entry{path.substr(path.rfind('/') + 1), {}, {}, {}};
    if (answer.length >= 0)
        entry.size = static_cast<std::uint64_t>(answer.length);
    if (answer.time >= 0)
        entry.modified = answer.time * 1'000'000'000;
    return entry;
}

/// By MLST, which tells what MLSD lists. Whoever does not know it is not asked
/// again: see m_mlst.
std::optional<RemoteEntry> FtpFolder::ask_facts(std::string const &path)
{
    auto const name = path.substr(path.rfind('/') + 1);
    CurlAsk const ask{.url = origin() + "/", .commands = {"*MLST " + absolute(path)}, .body = false};
    auto const answer = run(ask);
    for (auto const &reply : answer.replies) {
        auto line = read_mlsd_line(reply.starts_with(' ') ? reply.substr(1) : "");
        bool const is_this = line.entry.name == name || line.entry.name.ends_with("/" + name);
        if (is_this && (line.kind == ListedLine::Kind::file || line.kind == ListedLine::Kind::other)) {
            line.entry.name = name;
            line.entry.size = line.kind == ListedLine::Kind::file ? line.entry.size : std::nullopt;
            line.entry.line.clear();
            return std::move(line.entry);
        }
    }
    if (!answer.ok() && answer.refused.empty())
        fail(fmt::format("ask the facts of \"{}\"", path), ask, answer);
    m_mlst = !answer.ok() && answer.response == 550;
    return std::nullopt;
}

std::optional<RemoteEntry> FtpFolder::listed(std::string const &path)
try {
    auto const name = std::string(std::string_view(path).substr(path.rfind('/') + 1));
    for (auto &entry : list(std::string(parent_of(path)), {}).files)
        if (entry.name == name)
            return std::move(entry);
    return std::nullopt;
} catch (RemoteError const &e) {
    if (e.cause() != RemoteCause::not_found)
        throw;
    return std::nullopt; // nor is its folder
}

std::optional<RemoteEntry> FtpFolder::find(std::string const &path)
{
    check_remote_path(path);
    if (m_mlst) {
        auto entry = ask_facts(path);
        if (m_mlst && (!entry || (entry->size && entry->modified)))
            return entry;
    }
    if (m_mlsd) {
        auto entry = listed(path);
        if (m_mlsd)
            return entry;
    }
    auto entry = ask(path);
    if (!entry || (entry->size && entry->modified))
        return entry;
    auto line = listed(path);
    return line ? std::move(line) : std::move(entry); // a listing may leave out what is there: names that begin with a dot
}

// ---- files that come and go -------------------------------------------------------------------------------------------------------------

std::uint64_t FtpFolder::get(std::string const &name, std::function<void(std::string_view)> const &sink)
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

// Not by CURLOPT_FTP_CREATE_MISSING_DIRS: it does not work with whole paths.
CurlAnswer FtpFolder::run_making_folders(CurlAsk const &ask, std::string const &path)
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

/// Gives why one of them was denied, if one was. One that is there refuses too,
/// in no clear words: what then is still missing shows when it is used.
std::string FtpFolder::make_folders_of(std::string const &path)
{
    std::string denied;
    for (auto slash = path.find('/'); slash != std::string::npos; slash = path.find('/', slash + 1)) {
        CurlAsk const ask{.url = origin() + "/", .commands = {"*MKD " + absolute(path.substr(0, slash))}, .body = false};
        auto const answer = run(ask);
        if (!answer.ok() && cause_of(ask, answer) == RemoteCause::denied)
            denied = answer.text;
    }
    return denied;
}

void FtpFolder::put(std::filesystem::path const &local, std::string const &path)
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

void FtpFolder::rename(std::string const &from, std::string const &to)
{
    check_remote_path(from);
    check_remote_path(to);
    auto const taken = [&] { fail(RemoteCause::exists, fmt::format("cannot rename \"{}\" to \"{}\": the name is taken", from, to)); };
    if (find(to))
        taken(); // a server may replace without a word: vsftpd does
    CurlAsk const ask{.url = origin() + "/", .commands = {"*RNFR " + absolute(from), "*RNTO " + absolute(to)}, .body = false};
    auto const answer = run_making_folders(ask, to);
    if (answer.ok())
        return;
    if (cause_of(ask, answer) == RemoteCause::protocol && find(to))
        taken(); // someone was faster
    fail(fmt::format("rename \"{}\" to \"{}\"", from, to), ask, answer);
}

void FtpFolder::remove(std::string const &path)
{
    check_remote_path(path);
    CurlAsk const ask{.url = origin() + "/", .commands = {"*DELE " + absolute(path)}, .body = false};
    auto const answer = run(ask);
    if (answer.ok())
        return;
    auto const cause = cause_of(ask, answer);
    if (cause == RemoteCause::not_found && !find(path)) // "550" is said for "not yours" as well
        return;
    if (cause == RemoteCause::not_found)
        fail(RemoteCause::denied, fmt::format("cannot remove \"{}\": {} ({})", path, answer.text, answer.refused));
    fail(fmt::format("remove \"{}\"", path), ask, answer);
}

} // namespace atom
