#include "engine/base/formula.hpp"

#include <catch2/catch.hpp>

using namespace atom;

TEST_CASE("a text is defused by what spreadsheets do")
{
    CHECK(defused("") == "");
    CHECK(defused("Maria") == "Maria");
    CHECK(defused("=1+1") == "'=1+1");
    CHECK(defused("+1") == "'+1");
    CHECK(defused("-1") == "'-1");
    CHECK(defused("@x") == "'@x");
    CHECK(defused("\tx") == "'\tx");
    CHECK(defused("\nx") == "'\nx");
    CHECK(defused("  =1") == "'  =1");
    CHECK(defused("\xc2\xa0=1") == "'\xc2\xa0=1");         // no-break space
    CHECK(defused("\xef\xbb\xbf=1") == "'\xef\xbb\xbf=1"); // mark
    CHECK(defused("\xe2\x80\x8b=1") == "'\xe2\x80\x8b=1"); // zero width
    CHECK(defused("\xef\xbc\x9d"
                  "1") == "'\xef\xbc\x9d"
                          "1"); // wide =
    CHECK(defused("a,=1+1") == "a,'=1+1");
    CHECK(defused("a\t@x") == "a\t'@x");
    CHECK(defused("a\n=x") == "a\n'=x");
    CHECK(defused("a,-cmd") == "a,-cmd");
    // as people write
    CHECK(defused("Av. Brasil, 100 - Centro") == "Av. Brasil, 100 - Centro");
    CHECK(defused("Rua B, - casa") == "Rua B, - casa");
    CHECK(defused("1,-5") == "1,-5");
    CHECK(defused("a=b") == "a=b");
}
