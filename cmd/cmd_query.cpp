#include "cmd/command.hpp"
#include "cmd/output.hpp"

#include "engine/base/duration.hpp"
#include "engine/base/json.hpp"
#include "engine/base/text.hpp"
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
    o.add_options()("sql", po::value<std::string>()->value_name("SQL"), "what to ask; also as a plain argument");
    o.add_options()("file", po::value<std::string>()->value_name("FILE"), "ask this file, as table e (e_RECORD of several record types)");
    o.add_options()("layout", po::value<std::string>()->value_name("NAME"), "the layout that reads the file");
    o.add_options()("text", po::bool_switch(), "a file's values as in the file, not as the base would keep them");
    o.add_options()("timeout", po::value<std::string>()->value_name("TIME")->default_value("10m"), "end it after so long, 30s or 2h");
    positional.add("sql", 1);
}

std::string cell(Statement const &row, int i)
{
    return row.text(i); // SQLite's own text of numbers
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

void print(Statement &query, bool json)
{
    std::vector<std::string> header;
    for (int i = 0; i < query.columns(); ++i) {
        header.push_back(query.column_name(i));
    }
    Table table(header);
    while (query.step()) {
        if (json) {
            std::cout << json_row(query) << "\n";
            continue;
        }
        std::vector<std::string> row;
        for (int i = 0; i < query.columns(); ++i) {
            row.push_back(cell(query, i));
        }
        table.add(std::move(row));
    }
    if (!json) {
        table.print();
    }
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

int query_file(Call const &call, Workspace const &workspace)
{
    std::vector<std::string> names;
    for (auto const &[name, layout] : workspace.layouts) {
        names.push_back(name);
    }
    auto const it = workspace.layouts.find(call.text("layout"));
    if (it == workspace.layouts.end()) {
        throw UsageError(call.has("layout") ? unknown_word("layout", call.text("layout"), names)
                                            : fmt::format("--layout is missing; there are: {}", join(names, ", ")));
    }
    Input input(call.text("file"), it->second);
    auto const checked = check(input);
    if (checked.refused) {
        throw *checked.refused;
    }
    Database db({}, OpenMode::memory);
    InputTables const tables(db, input, call.flag("text"));
    auto query = prepared(db, call.text("sql"));
    within_time(call, db, [&] { print(query, call.json()); });
    std::cout.flush();
    if (input.changed()) {
        throw FileRefused(FileFault::truncated, "o arquivo mudou enquanto era lido");
    }
    if (checked.rejected > 0) {
        std::cerr << fmt::format("{} of {} lines have faults and were left out; atom import --dry-run lists them\n", checked.rejected,
                                 checked.read);
    }
    return checked.rejected > 0 ? 1 : 0;
}

int run(Call const &call)
{
    if (!call.has("sql")) {
        throw UsageError("no SQL is given; usage: atom query \"select …\"");
    }
    auto const workspace = call.workspace();
    auto const clock = call.clock(workspace);
    if (call.has("file")) {
        return query_file(call, workspace);
    }
    if (!std::filesystem::exists(workspace.base)) {
        throw UsageError(fmt::format("there is no base yet at {}; the first import or run makes it", workspace.base.string()));
    }
    auto const db = open_base(workspace, OpenMode::read_only);
    auto query = prepared(*db, call.text("sql"));
    within_time(call, *db, [&] { print(query, call.json()); });
    return 0;
}

} // namespace

Command const k_query = {"query",
                         "SQL",
                         "asks the base, or a file, in SQL; changes nothing",
                         "Decimals come as exact integers in units of their scale; --text shows a file's values as they stand.",
                         options,
                         run};

} // namespace atom
