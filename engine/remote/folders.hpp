#pragma once
// The remote folders of a run by name, opened at first use and kept: one connection each.

#include "engine/remote/folder.hpp"

#include <map>
#include <memory>
#include <string>

namespace atom {

class Folders
{
public:
    /// Opens nothing. `secrets` is asked when the folder is first used; what it throws comes out of get().
    void add(std::string name, std::string url, std::function<RemoteLogin()> secrets);
    bool has(std::string const &name) const { return m_known.count(name) > 0; }
    /// A known name, or the address of a local folder (file:///…). Throws RemoteError.
    RemoteFolder &get(std::string const &name);

private:
    struct Known
    {
        std::string url;
        std::function<RemoteLogin()> secrets;
    };
    std::map<std::string, Known> m_known;
    std::map<std::string, std::unique_ptr<RemoteFolder>> m_open;
};

} // namespace atom
