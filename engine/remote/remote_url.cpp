#include "engine/remote/remote_url.hpp"

#include "engine/base/error.hpp"
#include "engine/base/text.hpp"

#include <fmt/format.h>

#include <stdexcept>

namespace atom {

namespace {

constexpr std::string_view k_hex = "0123456789ABCDEF";

int hex_value(char c) noexcept
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

bool is_unreserved(char c) noexcept
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("-._~/").find(c) != std::string_view::npos;
}

void take_login(RemoteUrl &u, std::string_view login)
{
    auto const colon = login.find(':');
    u.user = percent_decoded(login.substr(0, colon));
    if (colon != std::string_view::npos)
        u.password = percent_decoded(login.substr(colon + 1));
}

// Nothing of what is wrong is quoted: an unescaped '/' in a password would show it here.
void take_host(RemoteUrl &u, std::string_view authority)
{
    auto const bracket = authority.find(']');
    auto const colon = authority.find(':', bracket == std::string_view::npos ? 0 : bracket);
    u.host = std::string(authority.substr(0, colon));
    if (colon != std::string_view::npos)
        u.port = std::string(authority.substr(colon + 1));
    bool const port_is_wrong = colon != std::string_view::npos && (!is_digits(u.port) || u.port.size() > 5);
    if (u.host.empty() || port_is_wrong || u.host.find_first_of(" \t\r\n\"<>\\^`{|}%") != std::string::npos)
        throw std::invalid_argument("the host or the port of a " + u.scheme +
                                    ":// URL is not right; in user and password write / as %2F, "
                                    "@ as %40, : as %3A");
}

std::string_view without_slashes_at_end(std::string_view path) noexcept
{
    while (path.ends_with('/'))
        path.remove_suffix(1);
    return path;
}

} // namespace

RemoteUrl parse_remote_url(std::string_view url)
{
    RemoteUrl u;
    auto const mark = url.find("://");
    u.scheme = to_lower(url.substr(0, mark));
    bool const is_file = u.scheme == "file";
    if (mark == std::string_view::npos || (!is_file && u.scheme != "sftp" && u.scheme != "ftp" && u.scheme != "ftps"))
        throw std::invalid_argument("a remote folder is sftp://, ftp://, ftps:// or file:///path");
    auto rest = url.substr(mark + 3);
    auto authority = rest.substr(0, rest.find('/'));
    auto path = rest.substr(authority.size());
    if (is_file && (!authority.empty() || path.empty()))
        throw std::invalid_argument("a file URL is file:///path, with three slashes");
    if (!is_file) {
        auto const at = authority.rfind('@');
        if (at == std::string_view::npos && path.find('@') != std::string_view::npos)
            throw std::invalid_argument("a '/' in a user or password is written %2F, an '@' in a path %40");
        if (at != std::string_view::npos) {
            take_login(u, authority.substr(0, at));
            authority.remove_prefix(at + 1);
        }
        take_host(u, authority);
    }
    constexpr std::string_view k_explicit = "?tls=explicit";
    if (u.scheme == "ftp" && path.ends_with(k_explicit)) {
        u.explicit_tls = true;
        path.remove_suffix(k_explicit.size());
    }
    u.label = fmt::format("{}://{}{}", u.scheme, authority, path);
    u.path = without_slashes_at_end(percent_decoded(path));
    if (u.path.find_first_of(std::string_view("\0\r\n", 3)) != std::string::npos)
        throw std::invalid_argument("a folder's path has no NUL or line end");
    // Two slashes at an FTP path's start mean the server's root, so that path is "/" and not the login's own folder.
    if (path == "//" || path == "/%2F" || path == "/%2f")
        u.path = "//";
    return u;
}

std::string percent_encoded(std::string_view bytes)
{
    std::string out;
    out.reserve(bytes.size() + 16);
    for (char const c : bytes) {
        if (is_unreserved(c)) {
            out += c;
            continue;
        }
        auto const byte = static_cast<unsigned char>(c);
        out += '%';
        out += k_hex[byte >> 4U];
        out += k_hex[byte & 15U];
    }
    return out;
}

std::string percent_decoded(std::string_view text)
{
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        int const high = text[i] == '%' && i + 2 < text.size() ? hex_value(text[i + 1]) : -1;
        int const low = high >= 0 ? hex_value(text[i + 2]) : -1;
        if (low < 0) {
            out += text[i];
            continue;
        }
        out += static_cast<char>(high * 16 + low);
        i += 2;
    }
    return out;
}

void check_remote_path(std::string_view path)
{
    if (path.find_first_of(std::string_view("\0\r\n", 3)) != std::string_view::npos)
        throw RemoteError(RemoteCause::protocol, "a remote name with a NUL or a line end is refused");
    for (auto const &part : split(path, '/'))
        if (part.empty() || part == "." || part == "..")
            throw RemoteError(RemoteCause::protocol, fmt::format("\"{}\" is no path below a remote folder", path));
}

std::string_view parent_of(std::string_view path) noexcept
{
    auto const slash = path.rfind('/');
    return slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
}

std::string joined(std::string_view folder, std::string_view name)
{
    if (folder.empty())
        return std::string(name);
    return fmt::format("{}{}{}", folder, folder.ends_with('/') ? "" : "/", name);
}

} // namespace atom
