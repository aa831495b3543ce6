#pragma once
// The remote folders of a run by name, opened at first use and kept: one connection each.

#include "engine/remote/folder.hpp"

#include <map>
#include <memory>
#include <stop_token>
#include <string>

namespace atom {

class Folders
{
public:
    /// Opens nothing. `secrets` is asked when the folder is first used; what it throws comes out of get().
    void add(std::string name, std::string url, std::function<RemoteLogin()> secrets);
    /// Calls under way, and those to come, end when this is asked to stop.
    void stop_by(std::stop_token stop) { m_stop = std::move(stop); }
    /// From now on folders are opened to be looked at and read only: what would change one is taken as done.
    void only_look() noexcept { m_only_look = true; }
    bool has(std::string const &name) const { return m_known.count(name) > 0; }
    /// A known name, or the address of a local folder (file:///…). Throws RemoteError.
    RemoteFolder &get(std::string const &name);
    /// The same folder by a connection of its own, for another thread. May be called by any thread while nothing is added.
    std::unique_ptr<RemoteFolder> open(std::string const &name, std::stop_token stop) const;

private:
    struct Known
    {
        std::string url;
        std::function<RemoteLogin()> secrets;
    };
    bool m_only_look = false;
    std::map<std::string, Known> m_known;
    std::stop_token m_stop;
    std::map<std::string, std::unique_ptr<RemoteFolder>> m_open;
};

} // namespace atom
