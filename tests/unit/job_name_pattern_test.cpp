#include "engine/job/name_pattern.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <stdexcept>
#include <string>

using namespace atom;

namespace {

/// "name=value …" of what the name gave; "no" where it does not match.
std::string found(std::string const &pattern, std::string const &name)
{
    auto const captures = NamePattern(pattern).match(name);
    std::string out;
    for (auto const &[key, value] : captures.value_or(Captures{})) {
        out += fmt::format("{}{}={}", out.empty() ? "" : " ", key, value);
    }
    return captures ? out : "no";
}

} // namespace

TEST_CASE("accents and their case do not part a name from its pattern")
{
    CHECK(found("ação {data:DDMMYYYY}_{x}.csv", "AÇÃO 03112026_Ab1.CSV") != "no");
    CHECK(found("ação_{x}.csv", "AC\xcc\xa7"
                                "A\xcc\x83O_Ab1.csv") == found("acao_{x}.csv", "acao_Ab1.csv"));
    CHECK(found("Straße{x}.csv", "STRASSE1.csv") == found("s{x}.csv", "s1.csv"));
    CHECK(found("ação{x}.csv", "acao1.csv") == "no");
    CHECK(found("cobran\xe7"
                "a{x}.csv",
                "COBRAN\xe7"
                "A1.csv") == found("c{x}.csv", "c1.csv")); // bytes that are no UTF-8 are themselves
}

TEST_CASE("the whole name must match, upper and lower case alike")
{
    CHECK(found("abc_{x}.txt", "ABC_9z.TXT") == "x=9z");
    CHECK(found("abc_{x}.txt", "abc_9z.txt.bak") == "no");
    CHECK(found("abc_{x}.txt", "abc_.txt") == "no");
    CHECK(found("abc_{x}.txt", "abc_a-b.txt") == "no"); // letters and digits only
    CHECK(found("a.b+(c)[1].txt", "a.b+(c)[1].txt") == "");
    CHECK(found("a.b", "axb") == "no");
}

TEST_CASE("a date or time of a name must be one")
{
    CHECK(found("{data:YYYYMMDD}_{hora:HHMMSS}", "20260105_235959") == "data=2026-01-05 hora=23:59:59");
    CHECK(found("{data:YYYYMMDD}_{hora:HHMM}", "20260105_0000") == "data=2026-01-05 hora=00:00:00");
    CHECK(found("{data:YYYYMMDD}", "20260230") == "no");
    CHECK(found("{hora:HHMMSS}", "240000") == "no");
    CHECK(found("{data:DDMMYY}", "050126") == "data=2026-01-05");
    CHECK(found("{data:DDMMYY}", "05012026") == "no");
    CHECK(found("{data:DDMMYYYY}", "05012026") == "data=2026-01-05");
    CHECK(found("{data:DDMMYYYY}", "050126") == "no");
    CHECK(found("{q:YYYYMMDDHHMM}", "202601052301") == "q=2026-01-05 23:01:00");
    CHECK(found("{data:YYYY-MM-DD}", "2026-01-05") == "data=2026-01-05");
}

TEST_CASE("captures that stand twice are equal")
{
    CHECK(found("a_{x}_out.{x}", "a_528_out.528") == "x=528");
    CHECK(found("a_{x}_out.{x}", "a_52A_out.52a") == "x=52A");
    CHECK(found("a_{x}_out.{x}", "a_528_out.529") == "no");
    CHECK(found("{x}{x}", "abab") == "x=ab");
    CHECK(found("{x}{x}", "aba") == "no");
    CHECK(found("{x}_{x}0", "a_a0") == "x=a");
    CHECK(found("{data:YYYYMMDD}_{data:DDMMYYYY}", "20260105_05012026") == "data=2026-01-05");
    CHECK(found("{data:YYYYMMDD}_{data:DDMMYYYY}", "20260105_06012026") == "no");
}

TEST_CASE("captures stand side by side")
{
    CHECK(found("{x}{data:YYYYMMDD}.txt", "abc20260105.txt") == "data=2026-01-05 x=abc");
    CHECK(found("{data:YYYYMMDD}{hora:HHMMSS}{x}", "20260105101112z") == "data=2026-01-05 hora=10:11:12 x=z");
    CHECK(found("{x}{data:DDMMYY}", "1050126") == "data=2026-01-05 x=1");
}

TEST_CASE("a mended file is matched without its ending")
{
    CHECK(matched_name("a.txt") == "a.txt");
    CHECK(matched_name("a.txt.rejeitados") == "a.txt");
    CHECK(matched_name("a.txt.REJEITADOS") == "a.txt");
    CHECK(matched_name("a.txt.rejeitados.2") == "a.txt");
    CHECK(matched_name("a.txt.rejeitados.rejeitados") == "a.txt");
    CHECK(matched_name("a.txt.rejeitados.erros.csv") == "a.txt.rejeitados.erros.csv");
    CHECK(matched_name("a.528") == "a.528");
    CHECK(matched_name(".rejeitados") == ".rejeitados");
}

TEST_CASE("patterns that cannot be")
{
    CHECK_THROWS_WITH(NamePattern("a{x"), "\"a{x\" has a { that is not closed");
    CHECK_THROWS_WITH(NamePattern("a{}"), "\"a{}\" has a capture without a name");
    CHECK_THROWS_WITH(NamePattern("{data}"), "{data} needs a format, as in {data:YYYYMMDD}");
    CHECK_THROWS_WITH(NamePattern("{data:HHMM}"), "\"HHMM\" is no date format; allowed are YYYY YY MM DD HH MM SS");
    CHECK_THROWS_WITH(NamePattern("{hora:YYYYMMDD}"), "\"YYYYMMDD\" is no time format; allowed are YYYY YY MM DD HH MM SS");
    CHECK_THROWS_WITH(NamePattern("{x:nope}"), "\"nope\" is no date or time format; allowed are YYYY YY MM DD HH MM SS");
}

TEST_CASE("names of outputs")
{
    Civil const now{2026, 1, 5, 6, 7, 8};
    CHECK(expand_name("a_{data:YYYYMMDD}_{seq:3}.csv", now, 7) == "a_20260105_007.csv");
    CHECK(expand_name("a_{hora:HHMMSS}_{seq}", now, 1234) == "a_060708_1234");
    CHECK_THROWS_WITH(expand_name("{sec}", now, 1), "unknown part of an output's name \"sec\"; did you mean \"seq\"?");
    CHECK_THROWS_WITH(expand_name("{seq:x}", now, 1), "{seq:x} needs a number of digits, as in {seq:3}");
}
