#include "cmd/command.hpp"
#include "cmd/console.hpp"
#include "cmd/output.hpp"
#include "cmd/reading.hpp"
#include "cmd/row_output.hpp"
#include "cmd/table.hpp"

#include "engine/base/duration.hpp"
#include "engine/base/file.hpp"
#include "engine/base/json.hpp"
#include "engine/base/text.hpp"
#include "engine/intake/look.hpp"
#include "engine/job/column_facts.hpp"
#include "engine/layout/check.hpp"
#include "engine/run/site.hpp"
#include "engine/store/input_table.hpp"

#include <boost/program_options/value_semantic.hpp>
#include <fmt/format.h>

#include <chrono>
#include <iostream>

namespace po = boost::program_options;

namespace atom {

namespace {

void options(po::options_description &o, po::positional_options_description &positional)
{
    o.add_options()("sql", po::value<std::string>()->value_name("SQL"), "what to ask, - for standard input; also as a plain argument");
    o.add_options()("sql-file,f", po::value<std::string>()->value_name("FILE"), "a file that holds what to ask");
    o.add_options()("file", po::value<std::string>()->value_name("FILE"), "ask this file, as table e (e_RECORD of several record types)");
    o.add_options()("layout", po::value<std::string>()->value_name("NAME"), "the layout that reads the file (else by the file's name)");
    o.add_options()("text", po::bool_switch(), "a file's values as in the file, not as the base would keep them");
    o.add_options()("replica", po::bool_switch(), "ask the read-only copy, not the base");
    add_row_file_options(o);
    o.add_options()("timeout", po::value<std::string>()->value_name("TIME")->default_value("10m"), "end it after so long, 30s or 2h");
    positional.add("sql", 1);
}

std::string json_row(Statement const &row)
{
    JsonObject o;
    for (int i = 0; i < row.columns(); ++i) {
        auto const name = row.column_name(i);
        if (row.is_null(i)) {
            o.add_null(name);
        } else if (row.is_text(i)) {
            o.add(name, row.text(i));
        } else {
            o.add_raw(name, row.text(i));
        }
    }
    return o.text();
}

/// Rows as they come: JSON, or text with tabs.
void print_stream(Statement &query, bool json)
{
    std::vector<std::string> row;
    for (int i = 0; i < query.columns(); ++i) {
        row.push_back(query.column_name(i));
    }
    if (!json) {
        std::cout << join(row, "\t") << "\n";
    }
    while (query.step()) {
        if (json) {
            std::cout << json_row(query) << "\n";
            continue;
        }
        row.clear();
        for (int i = 0; i < query.columns(); ++i) {
            row.push_back(one_line(query.text(i))); // SQLite's own text of numbers
        }
        std::cout << join(row, "\t") << "\n";
    }
}

void print_table(Statement &query)
{
    std::vector<std::string> header;
    for (int i = 0; i < query.columns(); ++i) {
        header.push_back(query.column_name(i));
    }
    Table table(header, Table::Words::data);
    while (query.step()) {
        auto row = header;
        for (int i = 0; i < query.columns(); ++i) {
            row[static_cast<std::size_t>(i)] = query.text(i);
        }
        table.add(std::move(row));
    }
    table.print();
}

/// Columns of the base are known to have decimals, through views too; of an expression nobody knows.
std::vector<ReportColumn> columns_of(Statement const &query, ColumnFacts const &facts)
{
    std::vector<ReportColumn> out;
    for (int i = 0; i < query.columns(); ++i) {
        auto const [table, column] = query.origin(i);
        out.push_back({query.column_name(i), query.column_name(i), facts.scale(table, column).value_or(-1), false});
    }
    return out;
}

void print(Call const &call, Workspace const &workspace, Statement &query)
{
    RowOutput files(call, "atom query", columns_of(query, ColumnFacts(workspace)));
    if (!files.is_wanted()) {
        bool const stream = call.json() || !is_terminal();
        stream ? print_stream(query, call.json()) : print_table(query);
        return;
    }
    std::vector<SqlValue> row(static_cast<std::size_t>(query.columns()));
    while (query.step()) {
        for (int i = 0; i < query.columns(); ++i) {
            row[static_cast<std::size_t>(i)] = query.value(i);
        }
        files.row(row);
    }
    files.commit();
}

Statement prepared(Database &db, std::string const &sql)
{
    try {
        return db.prepare_guarded(sql, {true, {}, {}});
    } catch (StoreError const &e) {
        throw UsageError(fmt::format("the SQL is refused: {}", e.what()));
    }
}

/// Ends what takes longer than is wanted, where `work` asks.
template <typename Work> void within_time(Call const &call, Database &db, Work const &work)
{
    auto const span = parse_duration(call.text("timeout"));
    if (!span) {
        throw UsageError(fmt::format("--timeout: \"{}\" is no time; write 30s, 10m or 2h", call.text("timeout")));
    }
    auto const end = std::chrono::steady_clock::now() + *span;
    bool over = false;
    db.ask_whether_to_go_on([&] { return !(over = std::chrono::steady_clock::now() >= end); });
    try {
        work();
    } catch (StoreError const &) {
        if (over) {
            throw std::runtime_error(fmt::format("the query took longer than {}; --timeout lets it take more", call.text("timeout")));
        }
        throw;
    }
    db.ask_whether_to_go_on({});
}

/// As `--layout` says, else by the job that takes files of this name.
std::shared_ptr<Layout const> layout_for(Call const &call, Workspace const &workspace)
{
    std::vector<std::string> names;
    for (auto const &[name, layout] : workspace.layouts) {
        names.push_back(name);
    }
    auto name = call.text("layout");
    if (name.empty()) {
        auto const match = match_job(workspace, {}, std::filesystem::path(call.text("file")).filename().string());
        if (match.layout == nullptr) {
            throw UsageError(
                fmt::format("no job takes a file of this name, so --layout has to say how it is read; there are: {}", join(names, ", ")));
        }
        name = match.layout->name;
    }
    auto const it = workspace.layouts.find(name);
    if (it == workspace.layouts.end()) {
        throw UsageError(unknown_word("layout", name, names));
    }
    return it->second;
}

int query_file(Call const &call, Workspace const &workspace, std::string const &sql)
{
    Input input(call.text("file"), layout_for(call, workspace));
    auto const checked = check(input);
    if (checked.refused) {
        throw *checked.refused;
    }
    Database db({}, OpenMode::memory);
    InputTables const tables(db, input, call.flag("text"));
    auto query = prepared(db, sql);
    within_time(call, db, [&] { print(call, workspace, query); });
    std::cout.flush();
    if (checked.rejected > 0) {
        std::cerr << fmt::format("{} of {} lines have faults and were left out; atom import --dry-run lists them\n", checked.rejected,
                                 checked.read);
    }
    return checked.rejected > 0 ? 1 : 0;
}

std::string sql_of(Call const &call)
{
    if (call.has("sql") == call.has("sql-file")) {
        throw UsageError(call.has("sql") ? "the SQL stands on the command line or in -f FILE, not in both"
                                         : "no SQL is given; usage: atom query \"select …\", atom query -f FILE, or - for standard input");
    }
    if (call.has("sql-file")) {
        return read_file(call.text("sql-file"));
    }
    return call.text("sql") == "-" ? std::string(std::istreambuf_iterator<char>(std::cin), {}) : call.text("sql");
}

int run(Call const &call)
{
    auto const sql = sql_of(call);
    auto const workspace = call.workspace();
    auto const clock = call.clock(workspace);
    if (call.has("file")) {
        return query_file(call, workspace, sql);
    }
    Reading const reading(workspace);
    auto const db = open_to_ask(workspace, call.flag("replica"));
    auto query = prepared(*db, sql);
    within_time(call, *db, [&] { print(call, workspace, query); });
    return reading.exit_code();
}

} // namespace

Command const k_query = {
    "query",
    "SQL|-f FILE|-",
    "asks the base, or a file, in SQL; changes nothing",
    "Decimals come as exact integers in units of their scale; in a file of --csv or --xlsx as what they are. --text shows a file's\n"
    "values as they stand. Who may not write where the base is reads it as it stands, or the replica.",
    options,
    run};

} // namespace atom
