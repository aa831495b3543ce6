#include "cmd/output.hpp"
#include "cmd/session.hpp"

#include "engine/base/json.hpp"
#include "engine/base/language.hpp"
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
        if (x.kept_back > 0) {
            std::cout << JsonObject().add("export", x.name).add("kind", "kept_back").add_null("file").add("rows", x.kept_back).text()
                      << "\n";
        }
    }
}

void print_what_stays(Outcome const &outcome)
{
    for (auto const &result : outcome.exports) {
        if (result.kept_back > 0 && !result.is_kept_news) { // else it is told with the files
            print_kept_back(result);
        } else if (result.kept_back == 0 && result.files.empty()) {
            std::cout << say("export {}: nothing is new", result.name) << "\n";
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
    auto const rows_wait = [](ExportResult const &r) { return r.kept_back > 0; };
    bool const waits = std::any_of(outcome.exports.begin(), outcome.exports.end(), rows_wait);
    if (call.json()) {
        print_json(outcome);
    } else {
        print_what_stays(outcome);
    }
    return std::max(print_outcome(outcome, ended, call.json()), waits ? 1 : 0);
}

} // namespace

Command const k_export = {"export",
                          "NAME",
                          "writes and delivers an export now",
                          "What was delivered is remembered: without --full only what is new or changed goes out, after what is gone.",
                          options,
                          run};

} // namespace atom
