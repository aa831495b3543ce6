// Lines that end within a field: what is read in part is no value.

#include "outcome_of.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <string>

namespace {

/// A key, two numbers and a text of 4 bytes each.
std::string layout(std::string const &record, std::string const &number = "")
{
    return fmt::format(R"(
layout = "x"
format = "fixed"
[[record]]
{}
fields = [
  {{ name = "k", at = 1, len = 4, required = true }},
  {{ name = "n", at = 5, len = 4, type = "decimal", scale = 2{} }},
  {{ name = "d", at = 9, len = 4, type = "integer" }},
  {{ name = "t", at = 13, len = 4 }},
]
)",
                       record, number);
}

} // namespace

TEST_CASE("a fixed line is cut at each of its bytes")
{
    std::string const whole = "k00112349876text";
    for (std::string const record : {"length = 16\npad = true", ""}) {
        auto const toml = layout(record);
        for (std::size_t n = 1; n <= whole.size(); ++n) {
            auto const bytes = whole + "\n" + whole.substr(0, n) + "\n";
            INFO(record << n);
            auto const all = outcome(toml, bytes);
            auto const fault = [](std::size_t at, char const *field) { return fmt::format("2@17:{} {} VALOR_INVALIDO", at, field); };
            auto const first = std::string("1@0 k001|1234|9876|text");
            auto const row = [](std::string const &values) { return "2@17 " + values; };
            Lines const wanted = n < 4    ? Lines{fault(1, "k"), first}
                                 : n == 4 ? Lines{first, row("k001|-|-|-")}
                                 : n < 8  ? Lines{fault(5, "n"), first}
                                 : n == 8 ? Lines{first, row("k001|1234|-|-")}
                                 : n < 12 ? Lines{fault(9, "d"), first}
                                          : Lines{first, row(fmt::format("k001|1234|9876|{}", n == 12 ? "-" : whole.substr(12, n - 12)))};
            CHECK(all == wanted);
        }
    }
}

TEST_CASE("what a cut field costs")
{
    CHECK(outcome(layout("", ", on_invalid = \"null\""), "k00112\n") == Lines{"1@0:5 n VALOR_INVALIDO warning", "1@0 k001|-|-|-"});
    CHECK(outcome(layout("", ", on_invalid = \"keep\""), "k00112\n") == Lines{"1@0:5 n VALOR_INVALIDO warning", "1@0 k001|-|-|-"});
    CHECK(outcome(layout("", ", on_invalid = \"null\", required = true"), "k00112\n") == Lines{"1@0:5 n VALOR_INVALIDO"});
    CHECK(outcome(layout("", ", default = \"100\", on_invalid = \"null\""), "k00112\n") ==
          Lines{"1@0:5 n VALOR_INVALIDO warning", "1@0 k001|-|-|-"});
    // on_shape = "warn": the field is none, and only a key costs the line
    auto const warned = layout("length = 16\non_shape = \"warn\"");
    CHECK(outcome(warned, "k0010099    text\nk00112\nk0\nk0020099    te\n") ==
          Lines{"2@17:0  TAMANHO_INVALIDO warning", "2@17:5 n VALOR_INVALIDO warning", "3@24:0  TAMANHO_INVALIDO warning",
                "3@24:1 k VALOR_INVALIDO", "4@27:0  TAMANHO_INVALIDO warning", "1@0 k001|99|-|text", "2@17 k001|-|-|-",
                "4@27 k002|99|-|-"});
    auto input = atom::Input::of_bytes("k00112\n", layout_of(layout("")));
    auto const reject = input.describe(atom::check(input, 1).faults.at(0));
    CHECK(reject.mensagem == "a linha acaba dentro do campo");
    CHECK(reject.valor == "12");
}

TEST_CASE("text that is a key is not read in part")
{
    auto toml = layout("");
    toml.replace(toml.find(", required = true"), 17, "");
    CHECK(outcome(toml, "k0\nk001\n") == Lines{"1@0 k0|-|-|-", "2@3 k001|-|-|-"});
    CHECK(outcome("unique = [\"k\"]" + toml, "k0\nk001\n") == Lines{"1@0:1 k VALOR_INVALIDO", "2@3 k001|-|-|-"});
    auto marked = std::make_shared<atom::Layout>(*layout_of(toml)); // as a rule's key does
    atom::mark_key(*marked, "t");
    auto input = atom::Input::of_bytes("k0010099    te\n", marked);
    auto const checked = atom::check(input, 1);
    REQUIRE(checked.faults.size() == 1);
    CHECK(input.describe(checked.faults.front()).campo == "t");
    CHECK(checked.rejected == 1);
}
