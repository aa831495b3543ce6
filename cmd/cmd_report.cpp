#include "cmd/command.hpp"
#include "cmd/output.hpp"

#include "engine/base/file.hpp"
#include "engine/base/text.hpp"
#include "engine/job/report_text.hpp"
#include "engine/layout/value.hpp"
#include "engine/run/site.hpp"

#include <boost/program_options/value_semantic.hpp>
#include <fmt/format.h>

#include <iostream>

namespace po = boost::program_options;

namespace atom {

namespace {

void options(po::options_description &o, po::positional_options_description &positional)
{
    o.add_options()("report", po::value<std::string>()->value_name("NAME"), "which report; also as a plain argument");
    o.add_options()("csv", po::value<std::string>()->value_name("FILE"), "write it into this file, values as they are");
    o.add_options()("reveal", po::bool_switch(), "show personal data as it is");
    positional.add("report", 1);
}

std::string help_of(Field const &p)
{
    std::string out = p.label.empty() ? p.name : p.label;
    for (std::size_t i = 0; i < p.values.size(); ++i) {
        out += (i == 0 ? ": " : ", ") + p.values[i].first;
    }
    if (!p.default_value.none) {
        out += fmt::format(" (else {})", shown_value(p, Value::of(p.default_value)));
    }
    return out;
}

/// Each parameter of the report is an option.
void parameter_options(Call const &call, std::string const &name, po::options_description &o)
{
    auto const workspace = call.workspace();
    auto const *const report = workspace.report(name);
    for (auto const &p : report != nullptr ? report->params : std::vector<Field>{}) {
        o.add_options()(p.name.c_str(), po::value<std::string>()->value_name("VALUE"), help_of(p).c_str());
    }
}

Report const &report_of(Call const &call, Workspace const &workspace)
{
    std::vector<std::string> names;
    for (auto const &r : workspace.reports) {
        names.push_back(r.name);
    }
    if (!call.has("report")) {
        throw UsageError(fmt::format("no report is named; there are: {}", join(names, ", ")));
    }
    auto const *const report = workspace.report(call.text("report"));
    if (report == nullptr) {
        throw UsageError(unknown_word("report", call.text("report"), names));
    }
    return *report;
}

Parameters parameters_of(Call const &call, Report const &report, Clock const &clock)
{
    std::map<std::string, std::string> given;
    for (auto const &p : report.params) {
        if (call.has(p.name.c_str())) {
            given[p.name] = call.text(p.name.c_str());
        }
    }
    try {
        return report_parameters(report, given, {iso_day(clock.today()), clock.local_text(), system_user()});
    } catch (ParameterError const &e) {
        throw UsageError(fmt::format("--{}: {}", e.name(),
                                     given.count(e.name()) > 0 ? fmt::format("\"{}\" is refused by its type", given[e.name()])
                                                               : std::string("is missing")));
    }
}

void print_tables(ReportResult const &result)
{
    for (auto const &t : result.tables) {
        if (result.tables.size() > 1) {
            std::cout << (&t == result.tables.data() ? "" : "\n") << t.table->title << "\n";
        }
        std::vector<std::string> header;
        for (auto const &c : t.columns) {
            header.push_back(c.name);
        }
        Table table(header);
        for (auto const &row : t.rows) {
            std::vector<std::string> cells;
            for (std::size_t i = 0; i < row.size(); ++i) {
                cells.push_back(plain_cell(t.columns[i], row[i]));
            }
            table.add(std::move(cells));
        }
        table.print();
    }
}

int run(Call const &call)
{
    auto const workspace = call.workspace();
    auto const clock = call.clock(workspace);
    auto const &report = report_of(call, workspace);
    auto const parameters = parameters_of(call, report, *clock);
    auto const db = open_both_bases(workspace);
    auto result = run_report(*db, report, parameters, ColumnFacts(workspace));
    if (call.has("csv")) {
        AtomicFile out(call.text("csv"));
        out.write(report_csv(result));
        out.commit();
        return 0;
    }
    if (!call.flag("reveal")) {
        mask(result);
    }
    if (call.json()) {
        std::cout << report_json(result) << "\n";
    } else {
        print_tables(result);
    }
    return 0;
}

} // namespace

Command const k_report = {
    "report",
    "NAME",
    "a report of the pack, with its parameters as options",
    "Each parameter is an option, --status ABERTO; `atom report NAME --help` lists them. Personal data is masked, unless --reveal asks\n"
    "for it; a file gets values as they are.",
    options,
    run,
    parameter_options};

} // namespace atom
