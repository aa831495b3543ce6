#include "engine/remote/ftp_folder.hpp"

#include "engine/base/text.hpp"
#include "engine/remote/listing.hpp"

#include <fmt/format.h>

namespace atom {

namespace {

bool is_unknown_command(long response) noexcept { return response >= 500 && response <= 504; }

} // namespace

FtpFolder::FtpFolder(RemoteUrl url, RemoteLogin login, int timeout_seconds, std::stop_token stop)
    : CurlFolder(std::move(url), std::move(login), timeout_seconds, std::move(stop))
{}

void FtpFolder::prepare(CurlHandle &curl)
{
    if (url().explicit_tls || url().scheme == "ftps") // the data too
        curl.set(CURLOPT_USE_SSL, static_cast<long>(CURLUSESSL_ALL));
    // Servers want a data connection to resume the control connection's TLS session (vsftpd's require_ssl_reuse); with the tickets of
    // TLS 1.3 curl 7.88 does that now and then only.
    constexpr long k_tls_1_2 = CURL_SSLVERSION_TLSv1_2;
    curl.set(CURLOPT_SSLVERSION, k_tls_1_2 | (k_tls_1_2 << 16)); // least | CURL_SSLVERSION_MAX_TLSv1_2, whose own enum does not fit
    curl.set(CURLOPT_SSL_VERIFYPEER, 1L);
    curl.set(CURLOPT_SSL_VERIFYHOST, 2L);
    if (!login().ca_file.empty())
        curl.set(CURLOPT_CAINFO, login().ca_file.c_str());
}

// A URL's path begins at the login's folder, a second slash at the server's root (RFC 1738). Every command names whole paths, so that no
// command depends on where an earlier one left the connection.
std::string const &FtpFolder::root()
{
    if (!m_root.empty())
        return m_root;
    if (url().path.starts_with("//")) {
        m_root = url().path.substr(1);
        return m_root;
    }
    CurlAsk const ask{.url = origin() + "/", .body = false};
    auto const answer = run(ask);
    if (!answer.ok())
        fail("log in", ask, answer);
    auto const home = answer.entry_path.empty() ? std::string("/") : answer.entry_path;
    m_root = url().path.empty() ? home : joined(home, std::string_view(url().path).substr(1));
    return m_root;
}

std::string FtpFolder::absolute(std::string_view path) { return path.empty() ? root() : joined(root(), path); }

std::string FtpFolder::url_of(std::string_view path)
{
    return origin() + "/" + (absolute(path).starts_with('/') ? "%2F" : "") +
           percent_encoded(absolute(path).substr(absolute(path).starts_with('/') ? 1 : 0));
}

std::vector<std::string> FtpFolder::rename_commands(std::string const &from, std::string const &to)
{
    return {"*RNFR " + absolute(from), "*RNTO " + absolute(to)};
}

std::vector<std::string> FtpFolder::remove_commands(std::string const &path) { return {"*DELE " + absolute(path)}; }

std::string FtpFolder::make_folder_command(std::string_view path) { return "*MKD " + absolute(path); }

std::string FtpFolder::list_text(std::string const &sub)
{
    constexpr std::size_t k_most_bytes = 64U << 20U;
    std::string text;
    auto const take = [&](std::string_view piece) {
        text += piece;
        if (text.size() > k_most_bytes)
            throw UnreadableListing(fmt::format("{}: the listing has over {} MiB", label(), k_most_bytes >> 20U));
    };
    // "Enter": LIST of a path that is not there is an empty listing on some servers, but nobody changes into it.
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
    // FTP does not say how long a listing is; half a line is all that tells of one that was cut.
    if (!text.empty() && !text.ends_with('\n'))
        fail(RemoteCause::unreachable, fmt::format("the listing of \"{}\" ends inside a line", sub));
    return text;
}

RemoteListing FtpFolder::list_folder(std::string const &sub, KnownEntries const &known)
{
    auto const text = list_text(sub);
    return read_lines(text, m_mlsd ? read_mlsd_line : read_list_line,
                      [&](ListedLine line) { return settled(joined(sub, line.entry.name), std::move(line), known); });
}

/// A listed line's entry, with what had to be asked beside it; none for what is no file.
std::optional<RemoteEntry> FtpFolder::settled(std::string const &path, ListedLine line, KnownEntries const &known)
{
    auto &entry = line.entry;
    if (entry.line.empty())
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

/// By SIZE and MDTM; none if the server has no such file, or does not say so much as that.
std::optional<RemoteEntry> FtpFolder::ask(std::string const &path)
{
    CurlAsk const ask{.url = url_of(path), .body = false, .time = m_mdtm};
    auto const answer = run(ask);
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

/// By MLST, which tells what MLSD lists. Whoever does not know it is not asked again: see m_mlst.
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
    return !entry || (entry->size && entry->modified) ? entry : listed(path);
}

// By the reply's code; where "550" stands for several things, by the server's words and by what was asked.
RemoteCause FtpFolder::refusal(CurlAsk const &ask, CurlAnswer const &answer) const
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

} // namespace atom
