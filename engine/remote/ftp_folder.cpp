#include "engine/remote/ftp_folder.hpp"

#include "engine/base/text.hpp"
#include "engine/remote/listing.hpp"

#include <fmt/format.h>

namespace atom {

FtpFolder::FtpFolder(RemoteUrl url, RemoteLogin login, int timeout_seconds, std::stop_token stop)
    : CurlFolder(std::move(url), std::move(login), timeout_seconds, std::move(stop))
{}

void FtpFolder::prepare(CurlHandle &curl)
{
    if (url().explicit_tls)
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

std::vector<RemoteEntry> FtpFolder::list_folder(std::string const &sub)
{
    std::string text;
    // "Enter": LIST of a path that is not there is an empty listing on some servers, but nobody changes into it.
    CurlAsk ask{.url = url_of(sub), .enter = true, .sink = [&](std::string_view piece) { text += piece; }};
    if (!ask.url.ends_with("/%2F"))
        ask.url += '/';
    ask.verb = m_mlsd ? "MLSD" : "LIST";
    auto answer = run(ask);
    bool const unknown_verb = answer.code == CURLE_FTP_COULDNT_RETR_FILE && answer.response >= 500 && answer.response <= 504;
    if (m_mlsd && unknown_verb) {
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
    return parse_lines(text, m_mlsd ? parse_mlsd_line : parse_long_line);
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
