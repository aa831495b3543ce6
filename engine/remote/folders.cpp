#include "engine/remote/folders.hpp"

#include "engine/base/error.hpp"
#include "engine/remote/looking_folder.hpp"

#include <fmt/format.h>

namespace atom {

void Folders::add(std::string name, std::string url, std::function<RemoteLogin()> secrets)
{
    m_known[std::move(name)] = {std::move(url), std::move(secrets)};
}

RemoteFolder &Folders::get(std::string const &name)
{
    auto &kept = m_open[name];
    if (!kept) {
        kept = open(name, m_stop);
    }
    return *kept;
}

std::unique_ptr<RemoteFolder> Folders::open(std::string const &name, std::stop_token stop) const
{
    constexpr int k_timeout_seconds = 30;
    auto const known = m_known.find(name);
    bool const local = known == m_known.end() && name.compare(0, 8, "file:///") == 0;
    if (known == m_known.end() && !local) {
        throw RemoteError(RemoteCause::not_found, fmt::format("folder {} is not configured", name));
    }
    auto folder =
        local ? open_folder(name, {}) : open_folder(known->second.url, known->second.secrets(), k_timeout_seconds, std::move(stop));
    return m_only_look ? looking_folder(std::move(folder)) : std::move(folder);
}

} // namespace atom
