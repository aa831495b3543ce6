#include "cmd/output.hpp"
#include "cmd/session.hpp"

#include "engine/base/json.hpp"
#include "engine/base/text.hpp"

#include <boost/program_options/value_semantic.hpp>
#include <fmt/format.h>

#include <iostream>

namespace po = boost::program_options;

namespace atom {

namespace {

void options(po::options_description &o, po::positional_options_description &positional)
{
    o.add_options()("name", po::value<std::string>()->value_name("NAME"), "the export; also as a plain argument");
    o.add_options()("full", po::bool_switch(), "all rows, not only what is new or changed");
    positional.add("name", 1);
}

void print_json(Outcome const &outcome)
{
    for (auto const &x : outcome.exports) {
        for (auto const &f : x.files) {
            std::cout << JsonObject().add("export", x.name).add("kind", f.kind).add("file", f.name).add("rows", f.rows).text() << "\n";
        }
    }
}

int run(Call const &call)
{
    Session session(call, "export", true);
    auto const &w = session.workspace();
    std::vector<std::string> names;
    for (auto const &x : w.exports) {
        names.push_back(x.name);
    }
    auto const name = call.text("name");
    auto const *const x = w.export_named(name);
    if (x == nullptr) {
        throw UsageError(name.empty() ? fmt::format("no export is named; there are: {}", join(names, ", "))
                                      : unknown_word("export", name, names));
    }
    if (w.target(x->target) == nullptr) {
        throw UsageError(fmt::format("target \"{}\" of export {} is not in atom.toml", x->target, name));
    }
    Outcome outcome;
    auto const ended = session.work([&](Site &site) { export_now(site, *x, call.flag("full"), outcome); });
    if (call.json()) {
        print_json(outcome);
    } else if (!outcome.exports.empty() && outcome.exports.front().files.empty()) {
        std::cout << fmt::format("export {}: nothing is new\n", name);
    }
    return print_outcome(outcome, ended, call.json());
}

} // namespace

Command const k_export = {"export",
                          "NAME",
                          "writes and delivers an export now",
                          "What was delivered is remembered: without --full only what is new or changed goes out, after what is gone.",
                          options,
                          run};

} // namespace atom
