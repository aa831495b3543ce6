#include "engine/remote/folder.hpp"

#include "engine/remote/ftp_folder.hpp"
#include "engine/remote/local_folder.hpp"
#include "engine/remote/remote_url.hpp"
#include "engine/remote/sftp_folder.hpp"

#include <algorithm>

namespace atom {

std::unique_ptr<RemoteFolder> open_folder(std::string const &url, RemoteLogin const &login, int timeout_seconds, std::stop_token stop)
{
    auto parts = parse_remote_url(url);
    if (parts.scheme == "file")
        return std::make_unique<LocalFolder>(parts.path, parts.label);
    if (parts.scheme == "sftp")
        return std::make_unique<SftpFolder>(std::move(parts), login, timeout_seconds, std::move(stop));
    return std::make_unique<FtpFolder>(std::move(parts), login, timeout_seconds, std::move(stop));
}

bool is_safe_name(std::string_view name) noexcept
{
    if (name.empty() || name.size() > 255 || name == "." || name == "..")
        return false;
    return std::none_of(name.begin(), name.end(), [](char c) {
        auto const byte = static_cast<unsigned char>(c);
        return byte < 0x20 || byte == 0x7f || c == '/' || c == '\\';
    });
}

} // namespace atom
