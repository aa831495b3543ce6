// Blanks, composed forms and folded case, of good text and of bytes that are none.

#include "engine/base/unicode.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace atom;

TEST_CASE("blanks at both ends go, whatever Unicode calls them")
{
    for (std::string const blank :
         {" ", "\t", "\f", "\v", "\r\n", "\x1a", "\xc2\xa0", "\xc2\x85", "\xc2\xad", "\xe1\x9a\x80", "\xe2\x80\x83", "\xe2\x80\x87",
          "\xe2\x80\x8b", "\xe2\x80\x8e", "\xe2\x80\xa8", "\xe2\x80\xaf", "\xe2\x81\xa0", "\xe3\x80\x80", "\xef\xbb\xbf"}) {
        CHECK(trim_blanks(blank + "é" + blank + " a" + blank + blank, Encoding::utf8) == "é" + blank + " a");
        CHECK(trim_blanks(blank + blank, Encoding::utf8).empty());
        CHECK(blank_at_front(blank + "a", Encoding::utf8) > 0);
    }
    for (std::string const kept : {"a", "é", "\xe2\x82\xac", "\xcc\x81", "\xf0\x9f\x99\x82", "\xff", "\xa0", "\xe2\x80", "\xed\xa0\x80"}) {
        CHECK(trim_blanks(kept, Encoding::utf8) == kept);
        CHECK(blank_at_front(kept, Encoding::utf8) == 0);
    }
    CHECK(trim_blanks(" \xa0\xad\xe9\xa0 x\x85\xa0 ", Encoding::iso_8859_1) == "\xe9\xa0 x\x85");
    CHECK(trim_blanks("\xc2\xa0x", Encoding::windows_1252) == "\xc2\xa0x");
    CHECK(trim_blanks("", Encoding::utf8).empty());
    CHECK(blank_at_front("", Encoding::utf8) == 0);
}

TEST_CASE("what nobody sees within a key")
{
    CHECK(without_unseen("10\xe2\x80\x8b"
                         "01\xc2\xad\xef\xbb\xbf") == "1001");
    CHECK(without_unseen("A 12") == "A 12");
    CHECK(without_unseen("Jos\xc3\xa9") == "José");
    for (std::string const blank : {"\xc2\xa0", "\xe2\x80\xaf", "\xe3\x80\x80"}) {
        CHECK_FALSE(without_unseen("10" + blank + "01").has_value());
    }
}

TEST_CASE("composed forms")
{
    CHECK(composed("Jose\xcc\x81 Conceic\xcc\xa7"
                   "a\xcc\x83o") == "José Conceição");
    CHECK(composed("José") == "José");
    CHECK(composed("x\xcc\x81\xcc\xa7") == "x\xcc\xa7\xcc\x81"); // no such letter: the marks in their order
    CHECK(composed("e\xcc\x81\xff"
                   "e\xcc\x81") == "é\xffé");
    CHECK(composed("\xcc\x81"
                   "e") == "\xcc\x81"
                           "e");
    CHECK(is_surely_composed("ação 1"));
    CHECK_FALSE(is_surely_composed("a\xcc\x83"));
}

TEST_CASE("folded case, and where each byte came from")
{
    auto const same = [](std::string const &a, std::string const &b) { return fold_case(a).text == fold_case(b).text; };
    CHECK(same("AÇÃO Nº 3.CSV", "ação nº 3.csv"));
    CHECK(same("STRASSE", "Straße"));
    CHECK(same("ΣΊΣΥΦΟΣ", "σίσυφος"));
    CHECK_FALSE(same("acao", "ação"));
    CHECK(same("COBRAN\xe7"
               "A",
               "cobran\xe7"
               "a"));
    auto const folded = fold_case("Aß\xff"
                                  "É1");
    CHECK(folded.text == "ass\xffé1");
    CHECK(folded.origin == std::vector<std::uint32_t>{0, 1, 1, 3, 4, 4, 6, 7});
}

TEST_CASE("header names are compared without case, accents, blanks and underscores", "[base][text]")
{
    CHECK(header_key("Data_Vencimento") == "datavencimento");
    CHECK(header_key(" DATA  vencimento\t") == "datavencimento");
    CHECK(header_key("OperaçãoOriginal") == header_key("operacao original"));
    CHECK(header_key("N\xC2\xA0Parcela\r") == "nparcela");
    CHECK(header_key("nº") == "nº");
    CHECK(header_key("_ _").empty());
    CHECK(header_key("Munic\xc3\xad"
                     "pio") == header_key("MUNICI\xcc\x81PIO"));
    CHECK(header_key("\xef\xbb\xbf"
                     "Valor\xe2\x80\x8b (R$)\xe2\x80\xaf") == "valor(r$)");
    CHECK(header_key("ΑΡΙΘΜΌΣ") == header_key("αριθμός"));
}
