// An input as SQLite sees it: how a statement's rows are found, and that each way gives the same.

#include "engine/layout/check.hpp"
#include "engine/store/database.hpp"
#include "engine/store/input_table.hpp"
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
