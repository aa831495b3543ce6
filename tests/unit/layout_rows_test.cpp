// Records without line ends.

#include "outcome_of.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <string>

namespace {

std::string layout(std::string const &file, std::string const &record = "")
{
    return fmt::format("layout = \"x\"\nformat = \"fixed\"\n{}\n[[record]]\n{}\nfields = [{{ name = \"a\", at = 1, len = 4 }}, "
                       "{{ name = \"n\", at = 5, len = 4, type = \"integer\" }}]\n",
                       file, record);
}

std::string faults_of(std::string const &toml)
{
    atom::Faults faults;
    auto const root = atom::parse_toml(toml, "l.toml", faults);
    REQUIRE(root);
    atom::read_layout(*root, toml, faults);
    std::string all;
    for (auto const &f : faults.all()) {
        all += f.text() + "\n";
    }
    return all;
}

} // namespace

TEST_CASE("a file without any line end is more than one record")
{
    std::string const three = "aaaa0001bbbb0002cccc0003";
    auto const reason = [&](std::string const &toml, std::string const &bytes) {
        try {
            auto input = atom::Input::of_bytes(bytes, layout_of(toml));
            auto const checked = atom::check(input, 1);
            return checked.refused ? checked.refused->reason() : "none";
        } catch (atom::FileRefused const &e) {
            return e.code() + " " + e.reason();
        }
    };
    std::string const told = "tamanho fixo sem fim de linha: o arquivo tem 24 bytes e nenhum fim de linha; com block = 8 o layout x lê "
                             "registros de 8 bytes sem fim de linha";
    CHECK(reason(layout(""), three) == "LAYOUT_INCOMPATIVEL " + told);
    CHECK(reason(layout("", "length = 8"), three) == "LAYOUT_INCOMPATIVEL " + told);
    CHECK(reason(layout(""), three + "\n") == "none"); // one long line, as ever
    CHECK(reason(layout(""), three.substr(0, 16)) == "none");
    CHECK(reason(layout("", "length = 8"), three.substr(0, 16)).starts_with("tamanho fixo sem fim de linha: o arquivo tem 16 bytes"));
    CHECK(reason(layout("", "length = 8"), three.substr(0, 7)) == "nenhuma linha tem a forma do layout x");
}

TEST_CASE("block: so many bytes are a record")
{
    Lines const three = {"1@0 aaaa|1", "2@8 b\nb|2", "3@16 cccc|3"};
    std::string const bytes = "aaaa0001b\nb 0002cccc0003";
    for (auto const &toml : {layout("block = 8"), layout("", "block = 8"), layout("block = 8", "length = 8")}) {
        CHECK(outcome(toml, bytes) == three);
        for (std::string const rest : {"\n", "\r\n", "\x1a", "   "}) {
            CHECK(outcome(toml, bytes + rest) == three);
        }
    }
    // a blank record is passed over and counted, one that is too short is refused
    CHECK(outcome(layout("block = 8"), "aaaa0001        bbbb0002ccc") == Lines{"4@24:0  TAMANHO_INVALIDO", "1@0 aaaa|1", "3@16 bbbb|2"});
    CHECK(outcome(layout("block = 8"), "        ") == Lines{"ARQUIVO_VAZIO"});
    std::string many;
    for (int i = 0; i < 400000; ++i) {
        many += fmt::format("{:04}{:04}", i % 10000, i % 9999);
    }
    auto const one = outcome(layout("block = 8"), many, 1);
    CHECK(one == outcome(layout("block = 8"), many, 3));
    CHECK(one.size() == 400000);
    CHECK(one.back() == "400000@3199992 9999|39");
}

TEST_CASE("a block that cannot be")
{
    CHECK(faults_of(layout("block = 8", "length = 9")) ==
          "l.toml:4:1: length 9 is not block 8: records without line ends are as long as the block; leave length out\n");
    CHECK(faults_of(layout("block = 6")).find("field \"n\" ends at byte 8, past the block's 6") != std::string::npos);
    CHECK(faults_of(layout("block = 8", "block = 9")).find("a file's records are of one size; block is 8 already") != std::string::npos);
}

TEST_CASE("files of mainframes")
{
    auto const toml = [](char const *page) {
        return fmt::format(R"x(
layout = "x"
format = "fixed"
encoding = "{}"
unique = ["k"]
[[record]]
name = "d"
when = {{ at = 1, value = "D" }}
length = 18
fields = [
  {{ name = "k", at = 2, len = 3, required = true }},
  {{ name = "nome", at = 5, len = 5 }},
  {{ name = "v", at = 10, len = 4, type = "decimal", scale = 2, overpunch = true }},
  {{ name = "p", at = 14, len = 3, type = "packed", scale = 2, on_invalid = "null" }},
  {{ name = "b", at = 17, len = 2, type = "binary" }},
]
[[record]]
name = "end"
role = "trailer"
when = {{ at = 1, value = "T" }}
length = 18
fields = [{{ name = "n", at = 2, len = 3, type = "integer" }}, {{ name = "s", at = 5, len = 5, type = "decimal", scale = 2 }}]
[[control]]
record = "end"
field = "n"
equals = "count(d)"
[[control]]
record = "end"
field = "s"
equals = "sum(d.p)"
)x",
                           page);
    };
    for (auto const page : {atom::Encoding::cp037, atom::Encoding::cp500, atom::Encoding::cp1047}) {
        auto const coded = [&](char const *text) { return atom::from_utf8(text, page).value(); };
        auto const bytes = coded("D001José ") + coded("012L") + "\x12\x34\x5c" + "\x0a\x0d" + coded("D002!ç[]|") + coded("012{") +
                           "\x1a\x34\x5c" + std::string("\0\x1a", 2) + std::string(18, '\x40') + coded("T00200123") + coded("45") +
                           std::string(7, '\x40');
        CHECK(outcome(toml(std::string(atom::encoding_name(page)).c_str()), bytes) ==
              Lines{"2@18:14 p VALOR_INVALIDO warning", "1@0 001|José|-123|12345|2573", "2@18 002|!ç[]||120|-|26", "CONTROLE_DIVERGENTE"});
    }
    // a file in EBCDIC under a layout that is not says so, also where every line would be text
    auto const file = atom::from_utf8("aaaa0001bbbb0002", atom::Encoding::cp037).value();
    for (auto const *settings : {"", "encoding = \"iso-8859-1\""}) {
        try {
            auto const input = atom::Input::of_bytes(file, layout_of(layout(settings)));
            FAIL("it was read");
        } catch (atom::FileRefused const &e) {
            CHECK(e.reason() ==
                  "o arquivo está em EBCDIC, de mainframe; o layout x precisa de encoding = \"cp037\" (ou cp500, cp1047) e de block");
        }
    }
    CHECK(
        faults_of("layout = \"x\"\nformat = \"fixed\"\nencoding = \"cp037\"\n[[record]]\nfields = [{ name = \"a\", at = 1, len = 4 }]\n") ==
        "l.toml:4:1: block is missing; records in EBCDIC, or with packed or binary numbers, have no line ends but one size\n");
    CHECK(faults_of("layout = \"x\"\nformat = \"csv\"\nencoding = \"cp037\"\n[[record]]\nfields = [{ name = \"a\" }]\n") ==
          "l.toml:3:12: cp037 is EBCDIC, of files with format = \"fixed\"\n");
}
