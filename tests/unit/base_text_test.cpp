#include "engine/base/text.hpp"

#include "engine/base/encoding.hpp"

#include <catch2/catch.hpp>

using namespace atom;
using namespace std::string_literals;

TEST_CASE("trim takes spaces and tabs, nothing else", "[base][text]")
{
    CHECK(trim("") == "");
    CHECK(trim("   ") == "");
    CHECK(trim(" \t a b \t ") == "a b");
    CHECK(trim("a\r\n") == "a\r\n");
    CHECK(trim("\0a\0"s) == "\0a\0"s);
    CHECK(trim("\xA0"
               "a") == "\xA0"
                       "a");
    CHECK(trim_right("  a  ") == "  a");
    CHECK(trim_right("\t \t") == "");
}

TEST_CASE("trim finds the end of any run of blanks", "[base][text]")
{
    for (std::size_t n = 0; n < 40; ++n) {
        std::string const blanks(n, ' ');
        CHECK(trim(blanks + "x" + blanks) == "x");
        CHECK(trim(blanks).empty());
        CHECK(trim_right("abcdefg" + blanks) == "abcdefg");
        CHECK(trim_right("abcdefg" + blanks + "\t" + blanks) == "abcdefg");
    }
}

TEST_CASE("a trimmed view points into its text", "[base][text]")
{
    std::string const text = "  ab ";
    CHECK(trim(text).data() == text.data() + 2);
    CHECK(strip_zeros(text).data() == text.data());
}

TEST_CASE("case is an ASCII matter", "[base][text]")
{
    CHECK(to_lower("AZaz09[@\xC3\x87") == "azaz09[@\xC3\x87");
    CHECK(to_upper("AZaz09`{\xC3\xA7") == "AZAZ09`{\xC3\xA7");
    CHECK(equal_ignoring_case("UTF-8", "utf-8"));
    CHECK(equal_ignoring_case("", ""));
    CHECK_FALSE(equal_ignoring_case("a", "ab"));
    CHECK_FALSE(equal_ignoring_case("@", "`"));
}

TEST_CASE("what is blank and what is digits", "[base][text]")
{
    CHECK(is_blank(""));
    CHECK(is_blank(" \t\r\n\v\f"));
    CHECK_FALSE(is_blank(" x "));
    CHECK_FALSE(is_blank("\0"s));
    CHECK(is_digits("0123456789"));
    CHECK_FALSE(is_digits(""));
    CHECK_FALSE(is_digits("12a"));
    CHECK_FALSE(is_digits("-1"));
    CHECK_FALSE(is_digits("\xD9\xA1")); // an Arabic digit
    CHECK(digits_of("(11) 9.8a7") == "11987");
    CHECK(digits_of("abc").empty());
}

TEST_CASE("leading zeros", "[base][text]")
{
    CHECK(strip_zeros("000") == "");
    CHECK(strip_zeros("") == "");
    CHECK(strip_zeros("00120") == "120");
    CHECK(strip_zeros("120") == "120");
    CHECK(strip_zeros(" 01") == " 01");
}

TEST_CASE("letters without accents", "[base][text]")
{
    CHECK(without_accents("Ação") == "Acao");
    CHECK(without_accents("ÀÁÂÃÄÅÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝ") == "AAAAAACEEEEIIIINOOOOOOUUUUY");
    CHECK(without_accents("àáâãäåçèéêëìíîïñòóôõöøùúûüýÿ") == "aaaaaaceeeeiiiinoooooouuuuyy");
    CHECK(without_accents("ĀāĆćĎďĐđĞğİıŁłŇňŌōŐőŘřŞşŠšŢţŮůŴŵŶŷŸŹźŽž") == "AaCcDdDdGgIiLlNnOoOoRrSsSsTtUuWwYyYZzZz");
    CHECK(without_accents("Æß×÷ÐÞŒŋ nº 1ª €") == "Æß×÷ÐÞŒŋ nº 1ª €");
    CHECK(without_accents("\xC3") == "\xC3");
    CHECK(without_accents("\xC3x") == "\xC3x");
}

TEST_CASE("a mask hides words", "[base][text]")
{
    CHECK(masked("") == "");
    CHECK(masked("Joana da Silva") == "J***a ** S***a");
    CHECK(masked("José") == "J**é");
    CHECK(masked("Ana") == "***");
    CHECK(masked("joana.silva@exemplo.com.br") == "j***a.s***a@e*****o.***.**");
    CHECK(masked("  x ") == "  * ");
}

TEST_CASE("a mask shows the last two of a number, whatever its punctuation", "[base][text]")
{
    CHECK(masked("52998224725") == "*********25");
    CHECK(masked("529.982.247-25") == "***.***.***-25");
    CHECK(masked("(11) 98765-4321") == "(**) *****-**21");
    CHECK(masked("12ABC34501DE35") == "************35");
    CHECK(masked("11.222.333/0001-81") == "**.***.***/****-81");
    CHECK(masked("Rua A, 1234 ap 5") == "*** *, **34 ** *");
    CHECK(masked("37") == "**");
    CHECK(masked("1234; 5678") == "**34; **78");
}

TEST_CASE("a mask keeps the count of characters", "[base][text]")
{
    for (std::string const text : {"Conceição Ávila, 12", "日本語 – x", "a\tb\nccccc", "€€€€€ 1.234,56"}) {
        CHECK(count_characters(masked(text)) == count_characters(text));
    }
    CHECK(masked("\xBF\xBF").size() == 1); // no valid text, but no fault either
}

TEST_CASE("the nearest word", "[base][text]")
{
    std::vector<std::string> const words = {"layout", "files", "source", "order"};
    CHECK(nearest("layuot", words) == "layout"); // a swap is one edit
    CHECK(nearest("file", words) == "files");
    CHECK(nearest("sourcce", words) == "source");
    CHECK(nearest("ordar", words) == "order");
    CHECK(nearest("files", words) == "files");
    CHECK(nearest("xyz", words) == std::nullopt);
    CHECK(nearest("fxlxx", words) == std::nullopt); // 3 of 5
    CHECK(nearest("at", {"ax", "ay"}) == "ax");     // ties: the first
    CHECK(nearest("a", {"b"}) == "b");              // at least 1
    CHECK(nearest("", {"b"}) == "b");
    CHECK(nearest("abcd", {"abxx"}) == "abxx"); // 4 / 3 rounded up
    CHECK(nearest("abc", {"axx"}) == std::nullopt);
    CHECK(nearest("a", {}) == std::nullopt);
}

TEST_CASE("an unknown word is told with what was meant, or what is allowed", "[base][text]")
{
    CHECK(unknown_word("key", "fiels", {"files", "order"}) == "unknown key \"fiels\"; did you mean \"files\"?");
    CHECK(unknown_word("type", "money", {"text", "decimal"}) == "unknown type \"money\"; allowed: text, decimal");
    CHECK(unknown_word("key", "x", {}) == "unknown key \"x\"");
}

TEST_CASE("what a name may hold is shown on one line of UTF-8", "[base][text]")
{
    CHECK(printable("") == "");
    CHECK(printable("a b;%\"'\\") == "a b;%\"'\\");
    CHECK(printable("ação €😀") == "ação €😀");
    CHECK(printable("a\nb\t\x1b[31m\x7f") == "a\\x0ab\\x09\\x1b[31m\\x7f");
    CHECK(printable(std::string_view("a\0b", 3)) == "a\\x00b");
    CHECK(printable("caf\xe9") == "caf\\xe9");
    CHECK(printable("\xe9 \xff\xc3") == "\\xe9 \\xff\\xc3");
    CHECK(printable("\xc2\x9b"
                    "31m") == "\\xc2\\x9b31m"); // CSI, as one character
    CHECK(printable("\xc0\xaf\xed\xa0\x80") == "\\xc0\\xaf\\xed\\xa0\\x80");
    CHECK(printable("a\xe2\x80\xae"
                    "b\xe2\x81\xa6") == "a\\xe2\\x80\\xae"
                                        "b\\xe2\\x81\\xa6"); // marks that turn text
    CHECK(shown("a\xe2\x80\xae"
                "b\n\tc\xc2\x85\xd8\x9c"
                "d") == "ab\n\tcd");
}

TEST_CASE("split and join", "[base][text]")
{
    using Parts = std::vector<std::string>;
    CHECK(split("", ';') == Parts{""});
    CHECK(split("a;;b;", ';') == Parts{"a", "", "b", ""});
    CHECK(split("abc", ';') == Parts{"abc"});
    CHECK(join({}, ", ").empty());
    CHECK(join({"a"}, ", ") == "a");
    CHECK(join({"a", "", "b"}, ", ") == "a, , b");
}
