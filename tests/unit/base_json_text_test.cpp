#include "engine/base/json_text.hpp"

#include <catch2/catch.hpp>

using atom::JsonText;
using Path = std::vector<std::string>;

namespace {

std::string fault_of(std::string_view text)
{
    JsonText json;
    return json.parse(text) ? "" : json.fault();
}

std::string string_at(std::string_view text, std::vector<std::string> const &path)
{
    JsonText json;
    std::string scratch;
    REQUIRE(json.parse(text));
    return std::string(json.string(json.find(0, path), scratch));
}

} // namespace

TEST_CASE("values keep the text that was written")
{
    JsonText json;
    REQUIRE(json.parse(R"( {"a": [1, 12345678901234567890.10, -0.5e3], "b": {"c": null, "d": true}} )"));
    CHECK(json.text(json.find(0, Path{"a", "1"})) == "12345678901234567890.10");
    CHECK(json.text(json.find(0, Path{"a", "2"})) == "-0.5e3");
    CHECK(json.kind(json.find(0, Path{"b", "c"})) == JsonText::Kind::null);
    CHECK(json.kind(json.find(0, Path{"b", "d"})) == JsonText::Kind::boolean);
    CHECK(json.find(0, Path{"b", "e"}) == JsonText::k_none);
    CHECK(json.find(0, Path{"a", "3"}) == JsonText::k_none);
    CHECK(json.find(0, Path{"a", "01"}) == JsonText::k_none);
    CHECK(json.elements(json.find(0, "a")).size() == 3);
}

TEST_CASE("strings, their escapes, and names that stand twice")
{
    CHECK(string_at(R"({"a": "x\"\\\/\n\u00e7\ud83d\ude00"})", {"a"}) == "x\"\\/\nç😀");
    CHECK(string_at(R"({"a": "1", "a": "2"})", {"a"}) == "2");
    CHECK(string_at(R"({"\u0061": "1"})", {"a"}) == "1");
    CHECK(string_at(R"({"a": "\ud83d"})", {"a"}) == "\xed\xa0\xbd"); // no UTF-8: the field is refused for it
}

TEST_CASE("what is no JSON says why and where")
{
    CHECK(fault_of("") == "JSON inválido no byte 1: termina antes do fim");
    CHECK(fault_of("{\"a\": }") == "JSON inválido no byte 7: não é um valor");
    CHECK(fault_of("{\"a\": 1,}") == "JSON inválido no byte 9: falta o nome de um membro, entre aspas");
    CHECK(fault_of("[1 2]") == "JSON inválido no byte 4: falta ',' ou ']'");
    CHECK(fault_of("[01]") == "JSON inválido no byte 2: não é um valor");
    CHECK(fault_of("{} {}") == "JSON inválido no byte 4: há algo depois do documento");
    CHECK(fault_of("\"a\nb\"") == "JSON inválido no byte 3: caractere de controle dentro de um texto");
    CHECK(fault_of("\"\\x\"") == "JSON inválido no byte 3: escape desconhecido em um texto");
    CHECK(fault_of(std::string(64, '[') + std::string(64, ']')).empty());
    CHECK(fault_of(std::string(100000, '[')) == "JSON inválido no byte 66: mais de 64 níveis");
}

TEST_CASE("JSON pointers")
{
    std::vector<std::string> tokens;
    CHECK((atom::read_json_pointer("/a/b~1c~0d", tokens) && tokens == std::vector<std::string>{"a", "b/c~d"}));
    CHECK((atom::read_json_pointer("", tokens) && tokens.empty()));
    CHECK_FALSE(atom::read_json_pointer("a", tokens));
    CHECK_FALSE(atom::read_json_pointer("/a~2", tokens));
}
