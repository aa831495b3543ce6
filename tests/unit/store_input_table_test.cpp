// An input as SQLite sees it: how a statement's rows are found, and that each way gives the same.

#include "engine/layout/check.hpp"
#include "engine/store/database.hpp"
#include "engine/store/input_table.hpp"
#include "engine/store/rule_sql.hpp"
#include "layout_of.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <string>

namespace {

using namespace atom;

constexpr int k_columns = 70;

std::string wide_layout()
{
    std::string fields;
    for (int c = 0; c < k_columns; ++c) {
        fields += fmt::format("{{ name = \"c{}\"{} }}, ", c, c == 0 ? ", type = \"integer\"" : "");
    }
    return "layout = \"x\"\nformat = \"csv\"\n[[record]]\nfields = [" + fields + "]\n";
}

std::string wide_file(int lines)
{
    std::string out;
    for (int line = 0; line <= lines; ++line) {
        for (int c = 0; c < k_columns; ++c) {
            out += fmt::format("{}{}", c == 0 ? "" : ";", line == 0 ? fmt::format("c{}", c) : std::to_string(line * c));
        }
        out += '\n';
    }
    return out;
}

std::string plan_of(Database &db, std::string const &sql)
{
    auto s = db.prepare("explain query plan " + sql);
    s.step();
    return s.text(3);
}

} // namespace

TEST_CASE("a long scan reads ahead and gives each row once", "[store][input_table]")
{
    auto input = Input::of_bytes(wide_file(3000), layout_of(wide_layout()));
    check(input);
    input.good(0).reset(1001); // the line of 1000
    Database db({}, OpenMode::memory);
    InputTables const tables(db, input);
    CHECK(plan_of(db, "select * from e") == "SCAN e VIRTUAL TABLE INDEX 0:");
    CHECK(plan_of(db, "select * from e where linha = 7") == "SCAN e VIRTUAL TABLE INDEX 1:");
    CHECK(plan_of(db, "select * from e where c0 = 7") == "SCAN e VIRTUAL TABLE INDEX 2:0 ");

    db.exec("create table t as select * from e");
    auto const sum = 3000 * 3001 / 2 - 1000;
    CHECK(db.integer("select count(*) from t") == 2999);
    CHECK(db.integer("select sum(linha) from t") == sum + 2999); // the header is line 1
    CHECK(db.integer("select sum(c1) from t") == sum);
    CHECK(db.integer("select sum(c69) from t") == sum * 69);
    CHECK(db.integer("select count(*) from t join e on e.linha = t.linha where e.c69 = t.c69 and e.c0 is t.c0") == 2999);
    CHECK(db.integer("select c69 from (select * from e limit 1 offset 2000)") == 69 * 2002);
    // a column that the first rows were not asked for, and one that some are asked for
    CHECK(db.integer("select sum(c2) from e where c1 + 0 > 2900") == 2 * (sum + 1000 - 2900 * 2901 / 2));
    CHECK(db.integer("select sum(case when c1 % 2 = 1 and c1 + 0 > 100 then c68 end) from e") == 68 * (1500 * 1500 - 50 * 50));
    // a scan, as nothing tells how "abc" compares, and then a search
    CHECK(db.integer("select sum(c69) from (values('abc'), (0)) v cross join e on e.c0 = v.column1") == sum * 69); // c0 is 0 everywhere
    // an inner loop's scan is begun anew for each row of the outer one
    CHECK(db.integer("select count(*) from (select * from t limit 5) a cross join e where +e.c1 = +a.c1") == 5);
}

namespace {

/// So often SQLite's machine may take 20,000 steps for a few for each of 4000 lines; for each of 4000 × 4000 / 2 it would take thousands.
constexpr int k_linear = 40;

/// The query's number, if it took no more steps than that.
std::int64_t counted(Database &db, std::string const &sql)
{
    int ticks = 0;
    db.ask_whether_to_go_on([&] {
        ++ticks;
        return true;
    });
    auto const result = db.integer(sql);
    db.ask_whether_to_go_on({});
    INFO(sql << ": " << ticks << " times 20,000 steps");
    CHECK(ticks < k_linear);
    return result;
}

std::string const k_pairs =
    "layout = \"x\"\nformat = \"csv\"\n[[record]]\nfields = [{ name = \"k\" }, { name = \"n\", type = \"integer\" }]\n";

} // namespace

TEST_CASE("a key that comes very often is no dearer than others", "[store][input_table]")
{
    constexpr int k_lines = 4000;
    std::string file = "k;n\n";
    for (int i = 0; i < k_lines; ++i) {
        file += fmt::format("same;{}\n", i);
    }
    auto input = Input::of_bytes(file, layout_of(k_pairs));
    check(input);
    Database db({}, OpenMode::memory);
    InputTables const tables(db, input);
    auto const last = last_of_key_sql("e", {"k"});
    CHECK(counted(db, "select max(n) from e where " + last) == k_lines - 1);
    // by the line too, and from a row on as well as after it; a bound that is no whole number leaves the others to SQLite
    CHECK(db.integer("select max(n) from e where not exists (select 1 from e l where l.k = e.k and l.linha > e.linha)") == k_lines - 1);
    CHECK(db.integer("select count(*) from e where k = 'same' and linha >= 3999 and n > 0") == 3);
    CHECK(db.integer("select count(*) from e where k = 'same' and rowid > 3999.5") == 2);
    CHECK(db.integer("select count(*) from e where k = 'same' and rowid > '3999'") == 2);
    CHECK(db.integer("select count(*) from e where k = 'same' and rowid > -1") == k_lines);
    CHECK(db.integer("select count(*) from e where k = 'same' and rowid > 9223372036854775807") == 0);
    CHECK(db.integer("select count(*) from e where k = 'same' and rowid > null") == 0);
}

TEST_CASE("a text is found by a number, and a number by a text, as SQLite compares them", "[store][input_table]")
{
    std::string file = "k;n\n";
    for (auto const *k : {"7",
                          "007",
                          " 7 ",
                          "7.0",
                          "7e0",
                          "+7",
                          "-7",
                          "abc",
                          "7abc",
                          "",
                          "9007199254740993",
                          "9007199254740992",
                          "0",
                          "-0",
                          "0x10",
                          "1e3",
                          "1000",
                          "1.5",
                          "15e-1",
                          "9223372036854775807",
                          "9223372036854775808",
                          "1e400",
                          "inf",
                          ".5"}) {
        file += fmt::format("\"{}\";{}\n", k, std::string_view(k) == "007" ? "7" : "");
    }
    auto input = Input::of_bytes(file, layout_of(k_pairs));
    check(input);
    Database db({}, OpenMode::memory);
    InputTables const tables(db, input);
    db.exec("create table copy(k text, n integer, linha integer); insert into copy select k, n, linha from e;"
            "create table t(i integer, r real, x text, m numeric, o);"
            "insert into t select k, k, k, k, k from copy union all values(7, 7, 7, 7, 7), (null, null, null, null, null),"
            "(x'37', x'37', x'37', x'37', x'37'), (1.5, 1.5, 1.5, 1.5, 1.5), (9223372036854775807, 9.2233720368547758e18, '7', 1e3, 7.0)");
    for (auto const *side : {"t.i", "t.r", "t.x", "t.m", "t.o", "+t.i", "+t.r", "+t.x", "cast(t.x as numeric)"}) {
        for (auto const *column : {"k", "n"}) {
            auto const ask = [&](char const *of) {
                return db.text(fmt::format("select group_concat(t.rowid || ':' || c.linha) from (select * from t order by rowid) t "
                                           "cross join {} c on c.{} = {} order by t.rowid, c.linha",
                                           of, column, side));
            };
            INFO(side << " = " << column);
            CHECK(ask("e") == ask("copy"));
        }
    }
}

TEST_CASE("numbers against texts are sought, not scanned", "[store][input_table]")
{
    constexpr int k_lines = 4000;
    std::string file = "k;n\n";
    for (int i = 0; i < k_lines; ++i) {
        file += fmt::format("{:06};{}\n", i, i);
    }
    auto input = Input::of_bytes(file, layout_of(k_pairs));
    check(input);
    Database db({}, OpenMode::memory);
    InputTables const tables(db, input);
    db.exec("create table t(i integer, x text); insert into t select n, 'no number ' || n from e");
    CHECK(counted(db, "select count(*) from t cross join e on e.k = t.i") == k_lines);
    CHECK(counted(db, "select count(*) from t cross join e on e.n = t.x") == 0);
}

TEST_CASE("a join goes through the input and seeks in the table", "[store][input_table]")
{
    std::string file = "k;n\n";
    for (int i = 0; i < 3000; ++i) {
        file += fmt::format("{};{}\n", i, i);
    }
    auto input = Input::of_bytes(file, layout_of(k_pairs));
    check(input);
    Database db({}, OpenMode::memory);
    InputTables const tables(db, input);
    db.exec("create table t(k text primary key, v integer)");
    CHECK(plan_of(db, "select * from t join e on e.k = t.k") == "SCAN e VIRTUAL TABLE INDEX 0:");
    CHECK(plan_of(db, "update t set v = e.n from e where t.k = e.k") == "SCAN e VIRTUAL TABLE INDEX 0:");
}
