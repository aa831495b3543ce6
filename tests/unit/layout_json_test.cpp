// JSON layouts: documents one a line or in one array, records by value, lists by `each`; which documents are refused, where and why.

#include "engine/layout/check.hpp"
#include "engine/layout/relation.hpp"
#include "layout_of.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

using namespace atom;

namespace {

std::shared_ptr<Layout const> json_layout(std::string const &records) { return layout_of("layout = \"x\"\nformat = \"json\"\n" + records); }

/// "linha a|b|…" for each row of each record, "linha:coluna campo CODE valor" for each fault, the code of a refusal.
std::vector<std::string> outcome(Input &input)
{
    std::vector<std::string> out;
    auto const checked = check(input, 1);
    for (auto const &f : checked.faults) {
        auto const r = input.describe(f);
        out.push_back(fmt::format("{}:{} {} {} {}", r.linha, r.coluna, r.campo, r.codigo, r.valor));
    }
    if (checked.refused) {
        out.push_back(checked.refused->code());
    }
    for (int const record : input.layout().detail_records()) {
        Relation const relation(input, record);
        RelationCursor cursor(relation);
        while (cursor.next()) {
            std::string line = fmt::format("{}", cursor.row().linha), scratch;
            for (std::size_t c = 0; c + 1 < relation.columns().size(); ++c) {
                auto const v = cursor.value(static_cast<int>(c), scratch);
                line += (c == 0 ? " " : "|") + (v.kind == Value::Kind::integer ? std::to_string(v.integer) : std::string(v.text));
            }
            out.push_back(line);
            CHECK(RelationCursor(relation).seek(cursor.rowid()));
        }
    }
    return out;
}

std::vector<std::string> of_file(std::string const &records, std::string const &bytes)
{
    try {
        auto input = Input::of_bytes(bytes, json_layout(records));
        return outcome(input);
    } catch (FileRefused const &why) {
        return {why.code()};
    }
}

std::vector<std::string> of_body(std::string const &records, std::string const &bytes)
{
    auto input = Input::of_document(bytes, json_layout(records));
    return outcome(input);
}

using Lines = std::vector<std::string>;

std::string const k_plain = R"([[record]]
fields = [{ name = "a", required = true }, { name = "n", path = "/x/n", type = "integer" }, { name = "v", type = "decimal", scale = 2 }, { name = "j", type = "json" }]
)";

} // namespace

TEST_CASE("documents one a line")
{
    CHECK(of_file(k_plain, "{\"a\": \"x\", \"x\": {\"n\": 7}, \"v\": 12345678901234.56}\n\n{\"a\": 5, \"j\": [1, {\"b\": 2}]}\n") ==
          Lines{"1 x|7|1234567890123456|", "3 5|||[1, {\"b\": 2}]"});
}

TEST_CASE("documents in one array, numbered as they stand")
{
    CHECK(of_file(k_plain, " [\n {\"a\": \"x\"},\n{\"a\": \"]\"} ,{}]\n") == Lines{"3:1 a CAMPO_OBRIGATORIO ", "1 x|||", "2 ]|||"});
    CHECK(of_file(k_plain, "[]").empty());
    CHECK(of_file(k_plain, "[{\"a\": \"x\"}") == Lines{"TRUNCADO"});
    CHECK(of_file(k_plain, "[{\"a\": \"x\"},, {\"a\": \"y\"}] z]") ==
          Lines{"2:0  JSON_INVALIDO ", "4:0  JSON_INVALIDO ", "1 x|||", "3 y|||"});
}

TEST_CASE("a value of another kind than the field takes")
{
    CHECK(of_body(k_plain, R"({"a": {"b": 1}, "x": {"n": "7"}, "v": "1.00"})") ==
          Lines{"1:1 a VALOR_INVALIDO {\"b\": 1}", "1:2 n VALOR_INVALIDO 7", "1:3 v VALOR_INVALIDO 1.00"});
    CHECK(of_body(k_plain, R"({"a": "x", "x": {"n": 7.5}, "v": 1.005})") ==
          Lines{"1:2 n VALOR_INVALIDO 7.5", "1:3 v VALOR_INVALIDO 1.005"});
    CHECK(of_body(k_plain, R"({"a": "\u0000"})") == Lines{"1:1 a CODIFICACAO_INVALIDA " + std::string(1, '\0')});
    CHECK(of_body(k_plain, R"({"a": null, "x": 3})") == Lines{"1:1 a CAMPO_OBRIGATORIO "});
    CHECK(of_body(k_plain, "{\"a\":") == Lines{"LAYOUT_INCOMPATIVEL"});
}

TEST_CASE("records by a value, and lists")
{
    std::string const layout = R"(
[[record]]
name = "chat"
when = { path = "/type", value = "chat" }
each = "/messages"
fields = [{ name = "id" }, { name = "text", path = "/messages/text", required = true }, { name = "by" }]
[[record]]
name = "one"
when = { path = "/type", value = "1" }
fields = [{ name = "id" }]
[[record]]
name = "list"
each = ""
fields = [{ name = "n", type = "integer" }]
)";
    CHECK(of_body(layout, R"({"type": "chat", "id": 4, "messages": [{"text": "a", "by": "x"}, {"text": "b", "id": 9}]})") ==
          Lines{"1 4|a|x|1", "1 4|b||2"});
    CHECK(of_body(layout, R"({"type": "chat", "id": 4, "messages": [{"text": "a"}, {"by": "x"}, {}]})") ==
          Lines{"1:2 text CAMPO_OBRIGATORIO "});
    CHECK(of_body(layout, R"({"type": "chat"})").empty());
    CHECK(of_body(layout, R"({"type": "chat", "messages": 3})") == Lines{"1:0  REGISTRO_DESCONHECIDO "});
    CHECK(of_body(layout, R"({"type": 1, "id": 5})") == Lines{"1 5"});
    CHECK(of_body(layout, R"([{"n": 1}, {"n": 2}])") == Lines{"1 1|1", "1 2|2"});
    CHECK(of_body(layout, R"({"type": "other"})") == Lines{"1:0  REGISTRO_DESCONHECIDO "});
    CHECK(of_file(layout, "[{\"n\": 1}]\n{\"type\": 1, \"id\": 5}\n") == Lines{"2 5", "1 1|1"});
}

TEST_CASE("a JSON number may have an exponent, or zeros behind its point")
{
    auto const number = [](std::string const &n, std::string const &v) {
        return of_file(k_plain, "{\"a\": \"x\", \"x\": {\"n\": " + n + "}, \"v\": " + v + "}\n").front();
    };
    CHECK(number("1e2", "1.5e1") == "1 x|100|1500|");
    CHECK(number("1.0", "12.500") == "1 x|1|1250|");
    CHECK(number("-12.30e1", "-5E-1") == "1 x|-123|-50|");
    CHECK(number("0.0e9", "0e-9") == "1 x|0|0|");
    CHECK(number("9223372036854775807.0", "1e3") == "1 x|9223372036854775807|100000|");
    CHECK(number("1.5", "1") == "1:2 n VALOR_INVALIDO 1.5");
    CHECK(number("1e-1", "1") == "1:2 n VALOR_INVALIDO 1e-1");
    CHECK(number("1e99", "1") == "1:2 n VALOR_INVALIDO 1e99");
    CHECK(number("1", "1.005") == "1:3 v VALOR_INVALIDO 1.005");
    CHECK(number("1", "1e-3") == "1:3 v VALOR_INVALIDO 1e-3");
}
