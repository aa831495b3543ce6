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

std::string rows_of(std::string const &toml, std::vector<std::vector<Value>> const &rows, RowWriter::Lost *lost = nullptr)
{
    auto const layout = layout_of(toml);
    auto const path = std::filesystem::temp_directory_path() / fmt::format("atom-writer-{}.csv", ::getpid());
    RowWriter writer(*layout, path);
    for (auto const &row : rows) {
        writer.row(row);
    }
    writer.commit();
    if (lost != nullptr) {
        *lost = writer.lost();
    }
    auto bytes = read_file(path);
    std::filesystem::remove(path);
    return bytes;
}

/// The CSV file that these rows make.
std::string written(std::string const &settings, std::string const &fields, std::vector<std::vector<Value>> const &rows,
                    RowWriter::Lost *lost = nullptr)
{
    return rows_of(fmt::format("layout = \"x\"\nformat = \"csv\"\ndelimiter = \";\"\n{}\n[[record]]\nfields = [{}]\n", settings, fields),
                   rows, lost);
}

std::string fixed(std::string const &settings, std::string const &fields, std::vector<Value> const &row)
{
    return rows_of(fmt::format("layout = \"x\"\nformat = \"fixed\"\n{}\n[[record]]\nfields = [{}]\n", settings, fields), {row});
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
    RowWriter::Lost lost;
    CHECK(written(latin, k_two,
                  {{text("\u2018a\u2019 \u201cb\u201d"), text("1\u20132\u20143 \u22124")}, {text("c\u202fd\u2026"), text("\u200be\ufeff")}},
                  &lost) == "\"'a' \"\"b\"\"\";1-2-3 -4\nc d...;e\n");
    CHECK(lost.characters == 0);
    written(latin, k_two, {{text("a"), text("b")}, {text("→"), text("☺☺")}}, &lost);
    CHECK(lost.characters == 3);
    CHECK(lost.row == 2);
    CHECK(lost.field == "a");
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

TEST_CASE("a text in a field of numbers is read as one, or refused")
{
    auto const numbers = R"({ name = "v", type = "decimal", scale = 2 }, { name = "n", type = "integer" })";
    for (std::string const head : {"header = false"}) {
        CHECK(written(head, numbers, {{text("12,50"), text("0003")}, {text(" R$ 1.234,5 "), text("")}, {text("-0,05"), text("-7")}}) ==
              "12,50;3\n1234,50;\n-0,05;-7\n");
    }
    auto const line = R"({ name = "v", at = 1, len = 8, type = "decimal", scale = 2 }, { name = "n", at = 9, len = 4, type = "integer" })";
    CHECK(fixed("", line, {text("12,50"), text("3")}) == "000012500003\n");
    CHECK(fixed("", line, {text("-12,5"), text(" ")}) == "-00012500000\n");
    CHECK_THROWS_WITH(fixed("", line, {text("12,50"), text("3.0")}), "field n: the text \"*.*\" is no integer");
    CHECK_THROWS_WITH(fixed("", line, {text("abc"), text("3")}),
                      "field v: the text \"***\" is no decimal with at most 2 places and the separator ','");
    CHECK_THROWS_WITH(written("", numbers, {{text("12.50"), text("3")}}),
                      "field v: the text \"**.50\" is no decimal with at most 2 places and the separator ','");
    auto const json = [&](char const *v) {
        return rows_of(fmt::format("layout = \"x\"\nformat = \"jsonl\"\n[[record]]\nfields = [{}]\n", numbers), {{text(v), text("3")}});
    };
    CHECK(json("12.50") == "{\"v\":12.50,\"n\":3}\n");
    CHECK_THROWS_WITH(json("12,50"), "field v: the text \"**,**\" is no decimal with at most 2 places and the separator '.'");
}

TEST_CASE("a year that would be read back as another is refused")
{
    auto const date = [](char const *more, char const *day) {
        return fixed("", fmt::format("{{ name = \"d\", at = 1, len = 6, type = \"date\", format = \"DDMMYY\"{} }}", more), {text(day)});
    };
    CHECK(date("", "1975-03-15") == "150375\n");
    CHECK(date("", "2068-03-15") == "150368\n");
    CHECK_THROWS_WITH(date("", "2075-03-15"), "field d: the year 2075 does not fit DDMMYY, which reads it back as another");
    CHECK(date(", pivot = 30", "1931-03-15") == "150331\n");
    CHECK_THROWS_WITH(date(", pivot = 30", "1930-03-15"), "field d: the year 1930 does not fit DDMMYY, which reads it back as another");
    CHECK(
        fixed(
            "",
            R"({ name = "t", at = 1, len = 4, type = "time", format = "HHMM" }, { name = "d", at = 5, len = 6, type = "date", format = "YYMMDD" })",
            {Value{}, Value{}}) == "    000000\n");
}

TEST_CASE("numbers of mainframes are written as they are read")
{
    auto const fields = R"({ name = "k", at = 1, len = 3 }, { name = "o", at = 4, len = 4, type = "decimal", scale = 2, overpunch = true },
        { name = "p", at = 8, len = 3, type = "packed", scale = 2 }, { name = "b", at = 11, len = 2, type = "binary" }, { name = "n", at = 13, len = 3, type = "integer" })";
    auto const n = [](std::int64_t i) { return Value::of(i); };
    CHECK(fixed("block = 15", fields, {text("ab"), n(-123), n(-12345), n(-2), n(-7)}) == std::string("ab 012L\x12\x34\x5d\xff\xfe-07"));
    CHECK(fixed("block = 15", fields, {text("ab"), n(120), n(5), n(16), n(7)}) == std::string("ab 012{\0\0\x5c\0\x10"
                                                                                              "007",
                                                                                              15));
    CHECK(fixed("block = 15\nencoding = \"cp037\"", fields, {text("aç"), n(-123), n(0), n(-1), n(-7)}) ==
          std::string("\x81\x48\x40\xf0\xf1\xf2\xd3\0\0\x0c\xff\xff\x60\xf0\xf7", 15));
    CHECK_THROWS_WITH(fixed("block = 15", fields, {text("ab"), n(1), n(123456), n(1), n(1)}), "field p: a value of 4 bytes does not fit 3");
    CHECK_THROWS_WITH(fixed("block = 15", fields, {text("ab"), n(1), n(1), n(32768), n(1)}), "field b: a value of 8 bytes does not fit 2");
}
