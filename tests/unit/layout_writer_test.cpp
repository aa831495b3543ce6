// What a CSV's cells look like in the file.

#include "engine/layout/writer.hpp"

#include "layout_of.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <filesystem>
#include <string>
#include <vector>

#include <unistd.h>

using namespace atom;

namespace {

/// The file that these rows make.
std::string written(std::string const &settings, std::string const &fields, std::vector<std::vector<Value>> const &rows)
{
    auto const layout =
        layout_of(fmt::format("layout = \"x\"\nformat = \"csv\"\ndelimiter = \";\"\n{}\n[[record]]\nfields = [{}]\n", settings, fields));
    auto const path = std::filesystem::temp_directory_path() / fmt::format("atom-writer-{}.csv", ::getpid());
    RowWriter writer(*layout, path);
    for (auto const &row : rows) {
        writer.row(row);
    }
    writer.commit();
    auto bytes = read_file(path);
    std::filesystem::remove(path);
    return bytes;
}

Value text(std::string_view s) { return Value::of(s); }

constexpr char const *k_two = R"({ name = "a", column = "A;B" }, { name = "b" })";

} // namespace

TEST_CASE("a cell has quotes where it needs them")
{
    CHECK(written("", k_two, {{text("x"), text("")}, {Value{}, text("y z")}}) == "\"A;B\";b\nx;\n;y z\n");
    CHECK(written("header = false", k_two, {{text("1;2"), text("a \"word\"")}, {text("two\nlines"), text("\r")}}) ==
          "\"1;2\";\"a \"\"word\"\"\"\n\"two\nlines\";\"\r\"\n");
    CHECK(written("header = false\nquote = \"'\"\nline_end = \"crlf\"", k_two, {{text("it's"), text("\"")}}) == "'it''s';\"\r\n");
    CHECK_THROWS_WITH(written("header = false\nquote = \"\"", k_two, {{text("a"), text("1;2")}}),
                      "field b: the value holds a delimiter or a line end, and the layout has no quotes");
    CHECK(written("header = false\nquote = \"\"", k_two, {{text("a\"b"), text("'")}}) == "a\"b;'\n");
}

TEST_CASE("a cell is encoded as the layout says")
{
    auto const latin = "header = false\nencoding = \"iso-8859-1\"";
    CHECK(written(latin, k_two, {{text("JOÃO"), text("ção;")}}) == "JO\xc3O;\"\xe7\xe3o;\"\n");
    CHECK(written(latin, k_two, {{text("Łódź"), text("→")}}) == "L\xf3"
                                                                "dz;?\n"); // without its accent, where that leaves a letter
    CHECK(written("header = false", k_two, {{text("JOÃO"), text("→")}}) == "JOÃO;→\n");
}

TEST_CASE("a cell of a type is written in its form")
{
    auto const fields =
        R"({ name = "i", type = "integer" }, { name = "d", type = "decimal", scale = 2 }, { name = "t", type = "date", format = "DD/MM/YYYY" },
        { name = "b", type = "boolean" }, { name = "w", values = { "SIM" = "S" } })";
    CHECK(written("header = false", fields,
                  {{Value::of(std::int64_t{-7}), Value::of(std::int64_t{-5}), text("2026-11-03"), Value::of(std::int64_t{1}), text("S")},
                   {Value::of(std::int64_t{0}), Value::of(std::int64_t{123456}), Value{}, Value::of(std::int64_t{0}), text("N")}}) ==
          "-7;-0,05;03/11/2026;S;SIM\n0;1234,56;;N;N\n");
}
