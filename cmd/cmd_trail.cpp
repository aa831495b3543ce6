#include "cmd/command.hpp"
#include "cmd/table.hpp"

#include "engine/base/json.hpp"
#include "engine/base/local_time.hpp"
#include "engine/base/text.hpp"
#include "engine/job/bases.hpp"
#include "engine/store/trail.hpp"
#include "engine/store/unshared.hpp"

#include <boost/program_options/value_semantic.hpp>
#include <fmt/format.h>

#include <iostream>

namespace po = boost::program_options;

namespace atom {

namespace {

void options(po::options_description &o, po::positional_options_description &)
{
    o.add_options()("who", po::value<std::string>()->value_name("USER"), "only what this user saw or did");
    o.add_options()("key", po::value<std::string>()->value_name("KEY"), "only what was about this key");
    o.add_options()("since", po::value<std::string>()->value_name("TIME"), "only from then on, 2026-11-03 or \"2026-11-03 08:00\"");
    o.add_options()("reveal", po::bool_switch(), "show keys as they are");
}

int run(Call const &call)
{
    auto const since = iso_from_typed(call.text("since"));
    if (!since.empty() && !parse_iso_day(since)) {
        throw UsageError(
            fmt::format("--since: \"{}\" is no time; write 2026-11-03, 03/11/2026, or \"2026-11-03 08:00\"", call.text("since")));
    }
    auto const workspace = call.workspace();
    auto const clock = call.clock(workspace);
    bool const reveal = call.flag("reveal");
    Table table({"em", "quem", "chamada", "chave"});
    auto const given = [&](char const *option) { return call.has(option) ? SqlValue(call.text(option)) : SqlValue(); };
    auto const print = [&](TrailRow const &row) {
        auto const key = reveal || row.chave == k_nobody_told ? row.chave : masked(row.chave);
        if (!call.json()) {
            table.add({row.em, row.quem, row.chamada, key});
            return;
        }
        JsonObject o;
        o.add("em", row.em).add("quem", row.quem).add("chamada", row.chamada).add("chave", key);
        if (row.status != 0) {
            o.add("status", row.status);
        }
        std::cout << o.text() << "\n";
    };
    if (std::filesystem::exists(workspace.online)) {
        bool const may_write = !is_read_unshared(workspace.online); // else its tables are as they are
        auto const db = open_online(workspace, may_write ? OpenMode::read_write : OpenMode::read_only);
        if (may_write || has_trail(*db)) {
            each_trail_row(*db, {given("who"), given("key"), since.empty() ? SqlValue() : SqlValue(since)}, print);
        }
    }
    if (!call.json()) {
        table.print();
    }
    return 0;
}

} // namespace

Command const k_trail = {
    "trail",
    "",
    "who saw or changed what of whom over HTTP, and when",
    "A line each access to somebody's data: the time, the user of the token, the call, and the key that it was about, masked unless\n"
    "--reveal asks for it. --key takes it as it is.",
    options,
    run};

} // namespace atom
