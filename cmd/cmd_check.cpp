#include "cmd/command.hpp"

#include "engine/base/json.hpp"
#include "engine/base/text.hpp"
#include "engine/job/bases.hpp"
#include "engine/job/report_run.hpp"
#include "engine/job/rules.hpp"
#include "engine/layout/check.hpp"
#include "engine/run/exposed.hpp"
#include "engine/run/site.hpp"
#include "engine/store/schema.hpp"

#include <fmt/format.h>

#include <cctype>
#include <iostream>
#include <iterator>
#include <string_view>

namespace po = boost::program_options;

namespace atom {

namespace {

void options(po::options_description &, po::positional_options_description &) {}

/// The queries of reports see both bases.
void check_reports(Database &online, Workspace const &workspace, Faults &faults)
{
    std::vector<std::string> endpoints;
    for (auto const &j : workspace.jobs) {
        if (j.endpoint) {
            endpoints.push_back(j.name);
        }
    }
    ColumnFacts const facts(workspace);
    for (auto const &r : workspace.reports) {
        check_report(online, r, workspace.reports, endpoints, facts, faults);
    }
}

} // namespace

std::vector<ConfigFault> check_workspace(Workspace const &workspace)
{
    Faults faults;
    for (auto const &[name, layout] : workspace.layouts) {
        check_samples(layout, faults);
    }
    Faults migrations;
    auto const bases = empty_bases(workspace, migrations);
    for (auto const &f : migrations.all()) {
        faults.add(f.pos, f.message);
    }
    if (std::filesystem::exists(workspace.base)) {
        check_applied(*open_base(workspace, OpenMode::read_only), workspace.root / "jobs" / "schema" / "base", "jobs/schema/base", faults);
    }
    if (std::filesystem::exists(workspace.online)) {
        check_applied(*open_online(workspace, OpenMode::read_only), workspace.root / "jobs" / "schema" / "online", "jobs/schema/online",
                      faults);
    }
    if (migrations.empty()) {
        check_sql(*bases.base, workspace, faults);
        check_online_sql(*bases.online, workspace, faults);
        check_reports(*bases.online, workspace, faults);
    }
    if (!workspace.proxy.is_proven()) {
        faults.add_new(workspace.proxy_pos,
                       "[proxy] without secret_env: any program of this machine could send its header; name the variable "
                       "with a secret that the proxy sends, or let it come by a Unix socket: from = [\"unix\"]");
    }
    auto warnings = faults.settle(ran_before(workspace));
    faults.throw_if_any();
    for (auto &clear : sent_in_clear(workspace)) {
        warnings.push_back(std::move(clear));
    }
    for (auto &group : writable(workspace, WrittenBy::group)) {
        warnings.push_back(std::move(group));
    }
    return warnings;
}

namespace {

std::string json_of(std::vector<ConfigFault> const &faults)
{
    std::string list;
    for (auto const &f : faults) {
        list += (list.empty() ? "" : ",") +
                JsonObject().add("file", f.pos.file).add("line", f.pos.line).add("column", f.pos.column).add("message", f.message).text();
    }
    return "[" + list + "]";
}

/// A sweep takes what a file does not name for gone: a value that may hold line ends could hide lines.
void ask_multiline(Workspace const &workspace)
{
    for (auto const &job : workspace.jobs) {
        auto const sweep = std::find_if(job.rules.begin(), job.rules.end(), [](Rule const &r) { return r.verb == Verb::sweep; });
        for (auto const &layout : sweep == job.rules.end() ? std::vector<std::shared_ptr<Layout const>>{} : job.layouts()) {
            if (layout->format == Format::csv && layout->multiline && !layout->says_multiline) {
                std::cerr << ConfigFault{layout->pos,
                                         fmt::format("rule {} of job {} sweeps what no line names, and one quote too many can hide lines; "
                                                     "say multiline = false, or true if values do hold line ends",
                                                     sweep->name, job.name)}
                                 .text()
                          << "\n";
            }
        }
    }
}

template <typename T> void tell_if_off(char const *kind, T const &e)
{
    if (!e.off.empty()) {
        std::cerr << fmt::format("{} {} is switched off: {}\n", kind, e.name, e.off);
    }
}

bool calls_place_function(std::string const &sql)
{
    constexpr std::string_view k_name = "lugar(";
    std::string bare;
    std::copy_if(sql.begin(), sql.end(), std::back_inserter(bare), [](unsigned char c) { return std::isspace(c) == 0; });
    return to_lower(bare).find(k_name) != std::string::npos;
}

/// What still works, and has a better way.
void tell_old_ways(Workspace const &workspace)
{
    auto const tell = [](SourcePos const &pos, std::string const &name) {
        std::cerr << fmt::format("{}: {} calls lugar(); a group's distinct in the layout gives the same as column posicao\n", pos.text(),
                                 name);
    };
    for (auto const &job : workspace.jobs) {
        for (auto const &rule : job.rules) {
            auto sql = rule.text + "\n" + rule.from + "\n" + rule.where;
            for (auto const *assignments : {&rule.set, &rule.set_old}) {
                for (auto const &[column, expression] : *assignments) {
                    sql += "\n" + expression;
                }
            }
            if (calls_place_function(sql)) {
                tell(rule.pos, rule.name);
            }
        }
    }
    for (auto const &x : workspace.exports) {
        if (calls_place_function(x.query + "\n" + x.removed_query)) {
            tell(x.query_pos, x.name);
        }
    }
}

int run(Call const &call)
{
    try {
        auto const workspace = call.workspace();
        auto const clock = call.clock(workspace);
        auto const warnings = check_workspace(workspace);
        if (call.json()) {
            auto told = JsonObject().add("ok", true).add_raw("faults", "[]");
            if (!warnings.empty()) {
                told.add_raw("warnings", json_of(warnings));
            }
            std::cout << told.text() << "\n";
        } else {
            for (auto const &w : warnings) {
                std::cerr << fmt::format("warning: {}: {}\n", w.pos.text(), w.message);
            }
            auto const sends = workspace.sends.empty() ? "" : ", " + counted(workspace.sends.size(), "send");
            auto const reports = workspace.reports.empty() ? "" : ", " + counted(workspace.reports.size(), "report");
            std::cout << fmt::format("all is well: {}, {}, {}{}{}\n", counted(workspace.layouts.size(), "layout"),
                                     counted(workspace.jobs.size(), "job"), counted(workspace.exports.size(), "export"), sends, reports);
        }
        ask_multiline(workspace);
        for (auto const &s : workspace.sources) {
            tell_if_off("source", s);
        }
        for (auto const &t : workspace.targets) {
            tell_if_off("target", t);
        }
        for (auto const &send : workspace.sends) {
            tell_if_off("send", send);
        }
        tell_old_ways(workspace);
        return 0;
    } catch (ConfigError const &e) {
        if (!call.json()) {
            throw;
        }
        std::cout << JsonObject().add("ok", false).add_raw("faults", json_of(e.faults())).text() << "\n";
        return 2;
    }
}

} // namespace

Command const k_check = {
    "check",
    "",
    "checks all configuration, layouts with their samples, and all SQL",
    "Everything that is wrong is told at once, as file:line:column. Exit 2 if anything is. What older versions took is a warning\n"
    "where the workspace ran before, and a fault in a new one.",
    options,
    run};

} // namespace atom
