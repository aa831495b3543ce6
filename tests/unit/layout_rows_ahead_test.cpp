// A relation that is read ahead gives what a cursor gives, row by row.

#include "engine/layout/check.hpp"
#include "engine/layout/rows_ahead.hpp"
#include "layout_of.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

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

std::vector<std::string> read_ahead(Relation const &relation)
{
    std::vector<std::string> out;
    RowsAhead rows(relation);
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
    auto const rows = read_ahead(relation);
    CHECK(rows.size() == 172); // 200 but for 28
    CHECK(rows[0] == "2|0|José \"0\"|2026-11-01|Pará|2");
    CHECK(rows[171] == "201|199|José \"199\"|2026-11-04|SP|201");
    CHECK(rows == walked(relation));

    Bitmap few;
    for (auto const linha : {2U, 8U, 20U, 201U}) { // 8 is a bad one
        few.set(linha);
    }
    relation.restrict_to(&few);
    CHECK(read_ahead(relation) == std::vector<std::string>{rows[0], "20|18|José \"18\"|2026-11-19|Pará|20", rows[171]});
}

TEST_CASE("a relation without a row has none ahead", "[layout][rows_ahead]")
{
    auto input = Input::of_bytes("n;nome;desde;uf\nx;Ana;01/11/2026;1\n", layout_of(k_people));
    check(input);
    CHECK(read_ahead(Relation(input, 0)).empty());
}

TEST_CASE("a walk may end before its rows do", "[layout][rows_ahead]")
{
    auto input = Input::of_bytes(people(2000), layout_of(k_people));
    check(input);
    Relation const relation(input, 0);
    for (int const rows : {0, 1, 16, 17, 100}) {
        RowsAhead ahead(relation);
        for (int i = 0; i < rows; ++i) {
            CHECK(ahead.next());
        }
    }
}
