#pragma once
// The address of a remote folder, taken apart, and paths and names written as each protocol wants them. Pure functions, no network.

#include <string>
#include <string_view>

namespace atom {

struct RemoteUrl
{
    std::string scheme;        // file, sftp, ftp or ftps, lower case
    std::string user;          // decoded; empty: none
    std::string password;      // decoded; empty: none
    std::string host;          // as curl takes it: an IPv6 address stays in its brackets
    std::string port;          // digits; empty: the scheme's own
    std::string path;          // decoded bytes, "" or from its first '/', without '/' at the end
    bool explicit_tls = false; // ftp://…?tls=explicit
    std::string label;         // the URL without user and password
};

/// Throws std::invalid_argument, whose message never has user or password.
RemoteUrl parse_remote_url(std::string_view url);

/// Every byte but letters, digits and "-._~/" as %XX.
std::string percent_encoded(std::string_view bytes);

/// "%41" -> "A"; a '%' without two hex digits stays.
std::string percent_decoded(std::string_view text);

/// A path below a remote folder: not empty, relative, no part that is empty, "." or "..", no NUL, CR or LF (commands end at them).
/// Throws RemoteError(protocol).
void check_remote_path(std::string_view path);

/// "a/b/c" -> "a/b"; "c" -> "".
std::string_view parent_of(std::string_view path) noexcept;

/// "folder/name"; just the name for an empty folder.
std::string joined(std::string_view folder, std::string_view name);

} // namespace atom
