// Fields made of others, and the place of a value among the different ones of its line.

#include "engine/layout/check.hpp"
#include "engine/layout/relation.hpp"
#include "layout_of.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

using namespace atom;

namespace {

/// "a|b|…" of all columns but linha, a row each.
std::vector<std::string> rows_of(Input &input, int group, bool as_text = false)
{
    auto const checked = check(input, 1);
    CHECK(checked.faults.empty());
    Relation const relation(input, 0, group, as_text);
    RelationCursor cursor(relation);
    std::vector<std::string> out;
    while (cursor.next()) {
        std::string row, scratch;
        for (std::size_t c = 0; c + 1 < relation.columns().size(); ++c) {
            auto const v = cursor.value(static_cast<int>(c), scratch);
            row += (c == 0 ? "" : "|") + (v.kind == Value::Kind::integer ? std::to_string(v.integer) : std::string(v.text));
        }
        out.push_back(row);
    }
    return out;
}

std::string fault_of(std::string const &record)
{
    auto const toml = "layout = \"x\"\nformat = \"csv\"\n[[record]]\n" + record;
    Faults faults;
    auto const root = parse_toml(toml, "x.toml", faults);
    read_layout(*root, toml, faults);
    std::string out;
    for (auto const &f : faults.all()) {
        out += (out.empty() ? "" : "\n") + f.message;
    }
    return out;
}

using Lines = std::vector<std::string>;

std::string const k_group = "[[record.group]]\nname = \"g\"\ntimes = 3\nwhen = \"b\"\ndistinct = \"ab\"\nfields = ["
                            "{ name = \"a\", column = \"a{n}\" }, { name = \"ab\", type = \"integer\", join = [\"sign\", \"a\", \"b\"] }, "
                            "{ name = \"b\", column = \"b{n}\" }]\n";

} // namespace

TEST_CASE("a joined field is what its parts say together", "[layout][join]")
{
    std::string const fields =
        "fields = [{ name = \"whole\", type = \"decimal\", scale = 2, join = [\"n\", \"cents\"] }, { name = \"n\" }, "
        "{ name = \"cents\" }, { name = \"day\", type = \"date\", join = [\"d\"] }, { name = \"d\" }]\n";
    auto const layout = layout_of("layout = \"x\"\nformat = \"csv\"\n[[record]]\n" + fields);
    std::string const file = "n;cents;d\n 1 ; ,5 ;2026-11-03\n\"7\";\",25\";2026-13-01\n;,1;\nx;1;\n";
    auto input = Input::of_bytes(file, layout);
    CHECK(rows_of(input, -1) == Lines{"150|1|,5|2026-11-03|2026-11-03", "725|7|,25||2026-13-01", "||,1||", "|x|1||"});
    auto texts = Input::of_bytes(file, layout);
    CHECK(rows_of(texts, -1, true) == Lines{"1,5|1|,5|2026-11-03|2026-11-03", "7,25|7|,25|2026-13-01|2026-13-01", ",1||,1||", "x1|x|1||"});
    CHECK(input.position_of(0, 0) == 1);
    CHECK(input.unknown_columns().empty());
}

TEST_CASE("fields of a line without a header are counted without the joined ones", "[layout][join]")
{
    auto const layout = layout_of("layout = \"x\"\nformat = \"csv\"\nheader = false\n[[record]]\nfields = [{ name = \"a\" }, "
                                  "{ name = \"ab\", join = [\"a\", \"b\"] }, { name = \"b\" }]\n");
    auto input = Input::of_bytes("1;2\n3;4\n", layout);
    CHECK(rows_of(input, -1) == Lines{"1|12|2", "3|34|4"});
}

TEST_CASE("fixed, JSON and spreadsheets' fields are joined, too", "[layout][join]")
{
    std::string const joined = "{ name = \"ab\", type = \"integer\", join = [\"a\", \"b\"] }";
    auto fixed = Input::of_bytes("0102\n1x 3\n",
                                 layout_of("layout = \"x\"\n\n[[record]]\nlength = 4\nfields = [{ name = \"a\", at = 1, len = 2 }, " +
                                           joined + ", { name = \"b\", at = 3, len = 2 }]\n"));
    CHECK(rows_of(fixed, -1) == Lines{"01|102|02", "1x||3"});
    auto json = Input::of_json_lines("{\"a\":\"1\",\"b\":2}\n{\"a\":\"\\u0031\"}\n",
                                     layout_of("layout = \"x\"\nformat = \"json\"\n[[record]]\nfields = [{ name = \"a\" }, " + joined +
                                               ", { name = \"b\", type = \"integer\" }]\n"),
                                     1);
    CHECK(rows_of(json, -1) == Lines{"1|12|2", "1||"});
}

TEST_CASE("a group tells the place of a value among the different ones of its line", "[layout][join]")
{
    auto const layout =
        layout_of("layout = \"x\"\nformat = \"csv\"\n[[record]]\nfields = [{ name = \"sign\" }, { name = \"a1\" }, { name = \"b1\" }, "
                  "{ name = \"a2\" }, { name = \"b2\" }, { name = \"a3\" }, { name = \"b3\" }]\n" +
                  k_group);
    CHECK(layout->records.front().columns() == 7);
    CHECK(layout->records.front().written_fields() == 7);
    auto input = Input::of_bytes("sign;a1;b1;a2;b2;a3;b3\n-;1;2;01;2;3;4\n-;1;;1;2;x;2\n+;;2;1;2;;\n", layout);
    // sign|a1|b1|a2|b2|a3|b3|a|ab|b|ordem|posicao
    CHECK(rows_of(input, 0) == Lines{"-|1|2|01|2|3|4|1|-12|2|1|1", "-|1|2|01|2|3|4|01|-12|2|2|", "-|1|2|01|2|3|4|3|-34|4|3|2",
                                     "-|1||1|2|x|2|1|-12|2|2|1", "-|1||1|2|x|2|x||2|3|", "+||2|1|2|||||2|1|", "+||2|1|2|||1|12|2|2|1"});
    Relation const relation(input, 0, 0);
    RelationCursor cursor(relation);
    std::string scratch;
    REQUIRE(cursor.seek(2 * 3 + 2)); // the third of line 2, before the first was looked at
    CHECK(cursor.value(relation.column_index("posicao"), scratch).integer == 2);
}

TEST_CASE("what cannot be joined is told", "[layout][join]")
{
    CHECK(fault_of("fields = [{ name = \"a\" }, { name = \"ab\", join = [\"a\", \"c\"] }]\n") ==
          "unknown field in join \"c\"; did you mean \"a\"?");
    CHECK(fault_of("fields = [{ name = \"a\" }, { name = \"ab\", join = [\"a\"] }, { name = \"c\", join = [\"ab\"] }, { name = \"d\", join "
                   "= [\"d\"] }]\n") == "\"ab\" is a joined field itself; join names fields that stand in the line\n"
                                        "\"d\" is a joined field itself; join names fields that stand in the line");
    CHECK(fault_of("fields = [{ name = \"a\" }, { name = \"n\", type = \"integer\", join = [], required = true }]\n") ==
          "join of field \"n\" must name the fields that it is put together of\n"
          "a joined field has no required: it stands nowhere in the line, and what is no integer is none");
    CHECK(fault_of("fields = [{ name = \"a\" }, { name = \"posicao\" }]\n[[record.group]]\nname = \"g\"\ntimes = 1\nwhen = \"b\"\ndistinct "
                   "= \"b\"\n"
                   "fields = [{ name = \"b\", column = \"a\" }, { name = \"c\", join = [\"z\"] }]\n") ==
          "unknown field in join \"z\"; did you mean \"a\"?\n"
          "distinct gives a column posicao, but a field has that name already");
    CHECK(fault_of("fields = [{ name = \"a\" }]\n[[record.group]]\nname = \"g\"\ntimes = 1\nwhen = \"b\"\ndistinct = \"c\"\n"
                   "fields = [{ name = \"b\", column = \"a\" }]\n") == "distinct = \"c\" is no field of this group");
}
