#include "cmd/command.hpp"

#include "engine/base/json.hpp"
#include "engine/base/text.hpp"
#include "engine/job/bases.hpp"
#include "engine/job/report_run.hpp"
#include "engine/layout/check.hpp"
#include "engine/run/site.hpp"
#include "engine/store/schema.hpp"

#include <fmt/format.h>

#include <iostream>

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
    for (auto const &r : workspace.reports) {
        check_report(online, r, workspace.reports, endpoints, faults);
    }
}

} // namespace

void check_workspace(Workspace const &workspace)
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
    faults.throw_if_any();
}

namespace {

template <typename T> void tell_if_off(char const *kind, T const &e)
{
    if (!e.off.empty()) {
        std::cerr << fmt::format("{} {} is switched off: {}\n", kind, e.name, e.off);
    }
}

int run(Call const &call)
{
    try {
        auto const workspace = call.workspace();
        auto const clock = call.clock(workspace);
        check_workspace(workspace);
        if (call.json()) {
            std::cout << JsonObject().add("ok", true).add_raw("faults", "[]").text() << "\n";
        } else {
            auto const sends = workspace.sends.empty() ? "" : ", " + counted(workspace.sends.size(), "send");
            auto const reports = workspace.reports.empty() ? "" : ", " + counted(workspace.reports.size(), "report");
            std::cout << fmt::format("all is well: {}, {}, {}{}{}\n", counted(workspace.layouts.size(), "layout"),
                                     counted(workspace.jobs.size(), "job"), counted(workspace.exports.size(), "export"), sends, reports);
        }
        for (auto const &s : workspace.sources) {
            tell_if_off("source", s);
        }
        for (auto const &t : workspace.targets) {
            tell_if_off("target", t);
        }
        for (auto const &send : workspace.sends) {
            tell_if_off("send", send);
        }
        return 0;
    } catch (ConfigError const &e) {
        if (!call.json()) {
            throw;
        }
        std::string list;
        for (auto const &f : e.faults()) {
            list +=
                (list.empty() ? "" : ",") +
                JsonObject().add("file", f.pos.file).add("line", f.pos.line).add("column", f.pos.column).add("message", f.message).text();
        }
        std::cout << JsonObject().add("ok", false).add_raw("faults", "[" + list + "]").text() << "\n";
        return 2;
    }
}

} // namespace

Command const k_check = {"check",
                         "",
                         "checks all configuration, layouts with their samples, and all SQL",
                         "Everything that is wrong is told at once, as file:line:column. Exit 2 if anything is.",
                         options,
                         run};

} // namespace atom
