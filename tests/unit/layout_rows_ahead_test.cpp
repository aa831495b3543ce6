// A relation that is read ahead gives what a cursor gives, row by row.

#include "engine/layout/check.hpp"
#include "engine/layout/rows_ahead.hpp"
#include "layout_of.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <numeric>
#include <string>
#include <vector>

namespace {

using namespace atom;

std::string const k_people = R"(
layout = "x"
format = "csv"
encoding = "iso-8859-1"
[[record]]
fields = [
  { name = "n", type = "integer" }, { name = "nome" }, { name = "desde", type = "date", format = "DD/MM/YYYY" },
  { name = "uf", values = { "1" = "Pará", "2" = "SP" } },
]
)";

/// Line 2 is the first of data. Every seventh has no number in its first column.
std::string people(int lines)
{
    std::string out = "n;nome;desde;uf\n";
    for (int i = 0; i < lines; ++i) {
        out += fmt::format("{};\"Jos\xe9 \"\"{}\"\"\";{:02}/11/2026;{}\n", i % 7 == 6 ? "x" : std::to_string(i), i, i % 28 + 1, i % 2 + 1);
    }
    return out;
}

std::string shown(Value const &v) { return v.none() ? "-" : v.kind == Value::Kind::text ? std::string(v.text) : std::to_string(v.integer); }

template <typename ValueOf> std::string row_text(Relation const &relation, std::uint64_t rowid, ValueOf const &value_of)
{
    auto out = std::to_string(rowid);
    for (std::size_t c = 0; c < relation.columns().size(); ++c) {
        out += "|" + shown(value_of(static_cast<int>(c)));
    }
    return out;
}

std::vector<std::string> walked(Relation const &relation)
{
    std::vector<std::string> out;
    RelationCursor rows(relation);
    std::string scratch;
    while (rows.next()) {
        out.push_back(row_text(relation, rows.rowid(), [&](int c) { return rows.value(c, scratch); }));
    }
    return out;
}

std::vector<int> all_columns(Relation const &relation)
{
    std::vector<int> out(relation.columns().size());
    std::iota(out.begin(), out.end(), 0);
    return out;
}

/// The rows behind `after`.
std::vector<std::string> read_ahead(Relation const &relation, std::uint64_t after)
{
    std::vector<std::string> out;
    RowsAhead rows(relation, all_columns(relation), after);
    while (rows.next()) {
        out.push_back(row_text(relation, rows.rowid(), [&](int c) { return rows.value(c); }));
    }
    CHECK_FALSE(rows.next()); // nor is there one when it is asked again
    return out;
}

} // namespace

TEST_CASE("rows that are read ahead are those of a cursor", "[layout][rows_ahead]")
{
    auto input = Input::of_bytes(people(200), layout_of(k_people));
    check(input);
    Relation relation(input, 0);
    auto const rows = walked(relation);
    CHECK(rows.size() == 172); // 200 but for 28
    CHECK(rows[0] == "2|0|José \"0\"|2026-11-01|Pará|2");
    CHECK(rows[171] == "201|199|José \"199\"|2026-11-04|SP|201");
    CHECK(read_ahead(relation, 2) == std::vector(rows.begin() + 1, rows.end()));
    CHECK(read_ahead(relation, 199) == std::vector(rows.end() - 2, rows.end()));
    CHECK(read_ahead(relation, 201).empty());

    Bitmap few;
    for (auto const linha : {2U, 8U, 20U, 201U}) { // 8 is a bad one
        few.set(linha);
    }
    relation.restrict_to(&few);
    CHECK(read_ahead(relation, 2) == std::vector<std::string>{"20|18|José \"18\"|2026-11-19|Pará|20", rows[171]});
}

TEST_CASE("some columns are read ahead", "[layout][rows_ahead]")
{
    auto input = Input::of_bytes(people(3000), layout_of(k_people));
    check(input);
    Relation const relation(input, 0);
    RowsAhead rows(relation, {3, 1}, 2);
    CHECK(std::vector{rows.has(0), rows.has(1), rows.has(2), rows.has(3), rows.has(4)} == std::vector{false, true, false, true, false});
    for (int i = 0; i < 1000; ++i) {
        CHECK(rows.next());
    }
    CHECK(rows.rowid() == 1168); // 1000 rows on, and 166 bad lines
    CHECK(shown(rows.value(1)) == "José \"1166\"");
    CHECK(shown(rows.value(3)) == "Pará");
}

TEST_CASE("a walk may end before its rows do", "[layout][rows_ahead]")
{
    auto input = Input::of_bytes(people(2000), layout_of(k_people));
    check(input);
    Relation const relation(input, 0);
    for (int const rows : {0, 1, 16, 17, 100}) {
        RowsAhead ahead(relation, all_columns(relation), 2);
        for (int i = 0; i < rows; ++i) {
            CHECK(ahead.next());
        }
    }
}
