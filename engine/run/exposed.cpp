#include "engine/run/exposed.hpp"

#include "engine/base/file.hpp"
#include "engine/remote/remote_url.hpp"

#include <fmt/format.h>

#include <stdexcept>

#include <sys/stat.h>

namespace atom {

namespace {

bool is_this_machine(std::string const &host) { return host == "localhost" || host == "[::1]" || host.compare(0, 4, "127.") == 0; }

/// The host of "http://user@host:port/path".
std::string host_of(std::string const &url)
{
    auto const begin = url.find("://") + 3;
    auto const end = std::min(url.find_first_of("/?#", begin), url.size());
    auto host = url.substr(begin, end - begin);
    host.erase(0, host.rfind('@') + 1);
    auto const port = host.rfind(':');
    return port == std::string::npos || host.find(']', port) != std::string::npos ? host : host.substr(0, port);
}

void add_folder(Endpoint const &e, char const *kind, std::vector<ConfigFault> &out)
{
    if (e.insecure || !e.off.empty() || e.url.compare(0, 6, "ftp://") != 0) {
        return;
    }
    try {
        auto const url = parse_remote_url(e.url);
        bool const logs_in = !url.user.empty() || !e.password_env.empty();
        if (logs_in && !url.explicit_tls && !is_this_machine(url.host)) {
            out.push_back(
                {e.pos, fmt::format("{} {}: its password and files go over plain ftp, for all on the way to read; use ftps or sftp, "
                                    "or say insecure = true",
                                    kind, e.name)});
        }
    } catch (std::invalid_argument const &) {
        return; // it is told elsewhere
    }
}

void add_path(Workspace const &workspace, std::filesystem::path const &path, WrittenBy whom, std::vector<ConfigFault> &out)
{
    struct stat st = {};
    if (::stat(path.c_str(), &st) != 0) {
        return; // not there yet
    }
    unsigned const mode = st.st_mode & 07777U;
    bool const data = path == workspace.base.parent_path() || path == workspace.spool;
    if (data && (mode & S_ISVTX) != 0) {
        return; // as /tmp: nobody replaces what is another's
    }
    if (whom == WrittenBy::everybody ? (mode & S_IWOTH) != 0 : (mode & (S_IWGRP | S_IWOTH)) == S_IWGRP) {
        auto const shown = path == workspace.root ? std::string("the workspace") : path.lexically_relative(workspace.root).string();
        auto const who = whom == WrittenBy::everybody ? "everybody" : "its group";
        out.push_back({{shown, 0, 0},
                       fmt::format("may be written by {} (mode {:04o}): who does chooses what the program runs; chmod {}-w", who, mode,
                                   whom == WrittenBy::everybody ? "o" : "g")});
    }
}

} // namespace

std::vector<ConfigFault> sent_in_clear(Workspace const &workspace)
{
    std::vector<ConfigFault> out;
    for (auto const &s : workspace.sources) {
        add_folder(s, "source", out);
    }
    for (auto const &t : workspace.targets) {
        add_folder(t, "target", out);
    }
    for (auto const &s : workspace.sends) {
        bool const plain = s.off.empty() && !s.insecure && !s.token_env.empty() && s.url.compare(0, 7, "http://") == 0;
        if (plain && !is_this_machine(host_of(s.url))) {
            out.push_back(
                {s.pos, fmt::format("send {}: its token and messages go over plain http, for all on the way to read; use https, or "
                                    "say insecure = true",
                                    s.name)});
        }
    }
    return out;
}

std::vector<ConfigFault> writable(Workspace const &workspace, WrittenBy whom)
{
    std::vector<ConfigFault> out;
    auto const &root = workspace.root;
    for (auto const &path :
         {root, root / "atom.toml", root / "atom.env", root / "layouts", root / "jobs", root / "jobs" / "schema" / "base",
          root / "jobs" / "schema" / "online", workspace.base.parent_path(), workspace.base, workspace.online, workspace.spool}) {
        add_path(workspace, path, whom, out);
    }
    for (auto const &folder : {root / "layouts", root / "jobs"}) {
        for (auto const &file : files_with_extension(folder, ".toml")) {
            add_path(workspace, file, whom, out);
        }
    }
    for (auto const &folder : {root / "jobs", root / "jobs" / "schema" / "base", root / "jobs" / "schema" / "online"}) {
        for (auto const &file : files_with_extension(folder, ".sql")) {
            add_path(workspace, file, whom, out);
        }
    }
    return out;
}

} // namespace atom
