#include "cmd/command.hpp"
#include "cmd/reading.hpp"
#include "cmd/row_output.hpp"
#include "cmd/table.hpp"

#include "engine/base/file.hpp"
#include "engine/base/text.hpp"
#include "engine/job/report_text.hpp"
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
    add_row_file_options(o);
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

/// What a parameter takes, in words.
std::string allowed_by(Field const &p)
{
    switch (p.type) {
    case FieldType::integer: return "a whole number";
    case FieldType::decimal: return "a number, 1234.56 or 1234,56";
    case FieldType::date: return "a date, 2026-11-03 or 03/11/2026";
    case FieldType::time: return "a time, 08:00:00";
    case FieldType::datetime: return "a moment, 2026-11-03 08:00:00 or 03/11/2026 08:00:00";
    case FieldType::document: return "a CPF (11 digits) or a CNPJ (14), with right check digits";
    case FieldType::phone: return "a telephone with its area code, 10 or 11 digits";
    case FieldType::boolean: return "yes or no: S, N, 1, 0, true or false";
    default: return "a text";
    }
}

std::string refused_value(Field const &p, std::string const &given)
{
    if (p.values.empty()) {
        return fmt::format("--{}: \"{}\" is not taken; it is {}", p.name, given, allowed_by(p));
    }
    std::vector<std::string> words;
    for (auto const &[word, stored] : p.values) {
        words.push_back(word);
    }
    auto const near = nearest(given, words);
    return fmt::format("--{}: \"{}\" is not taken; {}allowed: {}", p.name, given, near ? fmt::format("did you mean \"{}\"? ", *near) : "",
                       join(words, ", "));
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
        auto const p = std::find_if(report.params.begin(), report.params.end(), [&](Field const &f) { return f.name == e.name(); });
        throw UsageError(given.count(e.name()) == 0 ? fmt::format("--{} is missing; {}", e.name(), allowed_by(*p))
                                                    : refused_value(*p, given[e.name()]));
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
        Table table(header, Table::Words::data);
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

/// "day.csv", and beside it "day.NAME.csv" of each table but the first.
std::filesystem::path csv_path(std::filesystem::path const &path, ReportTable const &table, bool is_first)
{
    return is_first ? path : path.parent_path() / (path.stem().string() + "." + table.name + path.extension().string());
}

void write_files(Call const &call, ReportResult const &result)
{
    for (std::size_t i = 0; call.has("csv") && i < result.tables.size(); ++i) {
        auto const &t = result.tables[i];
        auto const out = csv_row_file(csv_path(call.text("csv"), *t.table, i == 0), t.columns);
        for (auto const &row : t.rows) {
            out->row(row);
        }
        out->commit();
    }
    if (call.has("xlsx")) {
        AtomicFile out(call.text("xlsx"));
        out.write(report_xlsx(result));
        out.commit();
    }
}

int run(Call const &call)
{
    auto const workspace = call.workspace();
    auto const clock = call.clock(workspace);
    auto const &report = report_of(call, workspace);
    auto const parameters = parameters_of(call, report, *clock);
    Reading const reading(workspace);
    auto const db = open_both_bases(workspace);
    auto result = run_report(*db, report, parameters, ColumnFacts(workspace));
    if (call.has("csv") || call.has("xlsx")) {
        write_files(call, result);
        return reading.exit_code();
    }
    if (!call.flag("reveal")) {
        mask(result);
    }
    if (call.json()) {
        std::cout << report_json(result) << "\n";
    } else {
        print_tables(result);
    }
    return reading.exit_code();
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
