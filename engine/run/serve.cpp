#include "engine/run/serve.hpp"

#include "engine/base/decimal.hpp"
#include "engine/base/file.hpp"
#include "engine/base/lock_file.hpp"
#include "engine/base/log.hpp"
#include "engine/base/text.hpp"
#include "engine/job/bases.hpp"
#include "engine/online/server.hpp"
#include "engine/online/service.hpp"
#include "engine/run/site.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <fmt/format.h>

#include <csignal>

#include <unistd.h>

namespace atom {

namespace {

/// Both bases, with the pack's tables. Whoever holds the lock on the base has made its tables, or is about to.
void make_bases(Workspace const &workspace)
{
    make_folder(workspace.base.parent_path());
    auto const lock =
        LockFile::try_take(workspace.base.string() + ".lock", fmt::format("atom serve (process {}), for a moment", ::getpid()));
    if (lock) {
        open_base(workspace);
    }
    open_online(workspace, OpenMode::read_write);
}

ServerSetting setting_of(Workspace const &workspace, std::string const &listen)
{
    constexpr std::string_view k_unix = "unix:";
    ServerSetting setting;
    for (auto const &header : {workspace.proxy.user_header, workspace.proxy.secret_header}) {
        if (!header.empty()) {
            setting.single_headers.push_back(to_lower(header));
        }
    }
    if (listen.compare(0, k_unix.size(), k_unix) == 0) {
        setting.unix_socket = std::filesystem::absolute(listen.substr(k_unix.size())).string();
        return setting;
    }
    auto const colon = listen.rfind(':');
    auto const digits = colon == std::string::npos ? std::string() : listen.substr(colon + 1);
    auto const port = is_digits(digits) ? parse_integer(digits).value_or(-1) : -1;
    if (colon == 0 || port < 0 || port > 65535) {
        throw UsageError(fmt::format(
            "--listen: \"{}\" is no address with a port; write 127.0.0.1:8080, [::1]:8080 or unix:/run/atom/serve.sock", listen));
    }
    setting.address = listen.substr(0, colon);
    if (setting.address.front() == '[' && setting.address.back() == ']') {
        setting.address = setting.address.substr(1, setting.address.size() - 2);
    }
    setting.port = static_cast<std::uint16_t>(port);
    return setting;
}

} // namespace

void serve(Workspace const &workspace, Clock const &clock, std::string const &listen,
           std::function<void(std::uint16_t port)> const &listening)
{
    auto const setting = setting_of(workspace, listen);
    make_bases(workspace);
    Service service(workspace, clock);
    boost::asio::io_context io(1);
    Server server(io, setting, service);
    boost::asio::signal_set signals(io, SIGTERM, SIGINT);
    signals.async_wait([&](boost::system::error_code failed, int) {
        if (!failed) {
            server.stop();
        }
    });
    if (setting.unix_socket.empty() && !workspace.proxy.is_proven()) {
        log_warning("{}: [proxy] names no secret_env, so nobody is signed in by {}: any program of this machine could send it",
                    workspace.proxy_pos.text(), workspace.proxy.user_header);
    }
    listening(server.port());
    io.run();
}

} // namespace atom
