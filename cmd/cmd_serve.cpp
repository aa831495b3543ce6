#include "cmd/command.hpp"

#include "engine/base/json.hpp"
#include "engine/run/serve.hpp"

#include <boost/program_options/value_semantic.hpp>
#include <fmt/format.h>

#include <iostream>

namespace po = boost::program_options;

namespace atom {

namespace {

void options(po::options_description &o, po::positional_options_description &)
{
    o.add_options()("listen", po::value<std::string>()->value_name("ADDR:PORT")->default_value("127.0.0.1:8080"),
                    "where to listen; port 0 takes one that is free; unix:/path is a Unix socket");
}

int run(Call const &call)
{
    auto const listen = call.text("listen");
    auto const workspace = call.workspace();
    auto const clock = call.clock(workspace);
    serve(workspace, *clock, listen, [&](std::uint16_t port) {
        if (listen.compare(0, 5, "unix:") == 0) {
            std::cout << (call.json() ? JsonObject().add("listening", listen).text() : fmt::format("listening on {}", listen)) << std::endl;
            return;
        }
        auto const address = listen.substr(0, listen.rfind(':'));
        if (call.json()) {
            std::cout << JsonObject().add("listening", fmt::format("{}:{}", address, port)).text() << std::endl;
        } else {
            std::cout << fmt::format("listening on http://{}:{}", address, port) << std::endl; // at once: scripts wait for this line
        }
    });
    return 0;
}

} // namespace

Command const k_serve = {
    "serve",
    "",
    "answers over HTTP: the pack's endpoints and pages",
    "Runs until SIGTERM or SIGINT; what is being answered is answered then. Speaks HTTP/1.1 without TLS: put it behind a proxy\n"
    "that does, or on an address that only this machine reaches. Tokens: atom token.",
    options,
    run};

} // namespace atom
