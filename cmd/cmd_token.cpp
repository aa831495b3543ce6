#include "cmd/command.hpp"
#include "cmd/table.hpp"

#include "engine/base/json.hpp"
#include "engine/base/text.hpp"
#include "engine/job/bases.hpp"
#include "engine/online/tokens.hpp"

#include <boost/program_options/value_semantic.hpp>
#include <fmt/format.h>

#include <iostream>
#include <set>

namespace po = boost::program_options;

namespace atom {

namespace {

void options(po::options_description &o, po::positional_options_description &positional)
{
    o.add_options()("do", po::value<std::string>()->value_name("ACTION"), "add, list or revoke; also as a plain argument");
    o.add_options()("name", po::value<std::string>()->value_name("NAME"), "the token's name; also as a plain argument");
    o.add_options()("scope", po::value<std::string>()->value_name("A,B"), "add: what it may do, as the endpoints and reports name it");
    o.add_options()("user", po::value<std::string>()->value_name("LOGIN"), "add: who uses it; rows and the trail name this user");
    positional.add("do", 1).add("name", 1);
}

std::string needed(Call const &call, char const *option, char const *usage)
{
    auto text = call.text(option);
    if (text.empty()) {
        throw UsageError(fmt::format("{} is missing; usage: atom token {}", option, usage));
    }
    return text;
}

std::vector<std::string> scopes_of(std::string const &text)
{
    std::vector<std::string> out;
    for (auto const &part : split(text, ',')) {
        if (auto const scope = trim(part); !scope.empty()) {
            out.emplace_back(scope);
        }
    }
    if (out.empty()) {
        throw UsageError("--scope: at least one is needed, as portal or portal,webhook");
    }
    return out;
}

/// A word that nothing in the workspace asks for may be a slip of the pen: told, and taken.
void tell_unknown(std::vector<std::string> const &scopes, Workspace const &workspace)
{
    std::set<std::string> known;
    for (auto const &j : workspace.jobs) {
        for (auto const &scope : j.endpoint ? j.endpoint->scope : std::vector<std::string>{}) {
            known.insert(scope);
        }
    }
    for (auto const &r : workspace.reports) {
        known.insert(r.scope.begin(), r.scope.end());
    }
    std::vector<std::string> const all(known.begin(), known.end());
    for (auto const &scope : scopes) {
        if (!all.empty() && known.count(scope) == 0) {
            std::cerr << fmt::format("note: {}: no endpoint and no report asks for it\n", unknown_word("scope", scope, all));
        }
    }
}

int add(Call const &call, Workspace const &workspace, Database &online, Clock const &clock)
{
    constexpr char const *k_usage = "add NAME --scope A,B --user LOGIN";
    Token token;
    token.name = needed(call, "name", k_usage);
    token.scopes = scopes_of(needed(call, "scope", k_usage));
    token.user = needed(call, "user", k_usage);
    token.made_at = clock.local_text();
    tell_unknown(token.scopes, workspace);
    auto const text = add_token(online, token);
    std::cout << (call.json() ? JsonObject().add("name", token.name).add("token", text).text() : text) << "\n";
    return 0;
}

int list(Call const &call, Database &online)
{
    Table table({"ID", "NAME", "USER", "SCOPES", "MADE", "REVOKED"});
    for (auto const &t : tokens(online)) {
        if (call.json()) {
            std::string scopes;
            for (auto const &s : t.scopes) {
                scopes += (scopes.empty() ? "" : ",") + json_quoted(s);
            }
            std::cout << JsonObject()
                             .add("id", t.id)
                             .add("name", t.name)
                             .add("user", t.user)
                             .add_raw("scopes", "[" + scopes + "]")
                             .add("made_at", t.made_at)
                             .add_or_null("revoked_at", t.revoked_at)
                             .text()
                      << "\n";
        } else {
            table.add({std::to_string(t.id), t.name, t.user, join(t.scopes, ","), t.made_at, t.revoked_at});
        }
    }
    if (!call.json()) {
        table.print();
    }
    return 0;
}

int revoke(Call const &call, Database &online, Clock const &clock)
{
    auto const name = needed(call, "name", "revoke NAME");
    if (!revoke_token(online, name, clock.local_text())) {
        throw UsageError(fmt::format("no good token has the name {}; atom token list shows them", name));
    }
    if (call.json()) {
        std::cout << JsonObject().add("name", name).add("revoked", true).text() << "\n";
    } else {
        std::cout << fmt::format("{} is good no more\n", name);
    }
    return 0;
}

int run(Call const &call)
{
    auto const action = needed(call, "do", "add|list|revoke");
    if (action != "add" && action != "list" && action != "revoke") {
        throw UsageError(unknown_word("action", action, {"add", "list", "revoke"}));
    }
    auto const workspace = call.workspace();
    auto const clock = call.clock(workspace);
    auto const online = open_online(workspace, OpenMode::read_write);
    return action == "add" ? add(call, workspace, *online, *clock) : action == "list" ? list(call, *online) : revoke(call, *online, *clock);
}

} // namespace

Command const k_token = {"token",
                         "add|list|revoke NAME",
                         "who may ask over HTTP",
                         "add prints a new token, once: only its hash is kept. list shows all that ever were. revoke ends one, at once.",
                         options,
                         run};

} // namespace atom
