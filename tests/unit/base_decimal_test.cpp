#include "engine/base/decimal.hpp"

#include <catch2/catch.hpp>

#include <limits>

using namespace atom;

namespace {

constexpr auto k_least = std::numeric_limits<std::int64_t>::min();
constexpr auto k_most = std::numeric_limits<std::int64_t>::max();

} // namespace

TEST_CASE("integers have a sign at one end", "[base][decimal]")
{
    CHECK(parse_integer("0") == 0);
    CHECK(parse_integer("12") == 12);
    CHECK(parse_integer("+12") == 12);
    CHECK(parse_integer("-12") == -12);
    CHECK(parse_integer("12-") == -12);
    CHECK(parse_integer("12+") == 12);
    CHECK(parse_integer("-0") == 0);
    CHECK(parse_integer("000000000000000000000000000000012") == 12);
    CHECK(parse_integer("00000000000000000000000000000000-") == 0);
}

TEST_CASE("what is no integer", "[base][decimal]")
{
    for (auto const *const s :
         {"", "-", "+", "--1", "-1-", "+1-", "1 2", " 1", "1 ", "1a", "a", "1.0", "1,0", "0x1", "1:", "1/", "\xD9\xA1"}) {
        CAPTURE(s);
        CHECK(parse_integer(s) == std::nullopt);
    }
    CHECK(parse_integer(std::string_view("1\0", 2)) == std::nullopt);
}

TEST_CASE("integers at the edges of 64 bits", "[base][decimal]")
{
    CHECK(parse_integer("9223372036854775807") == k_most);
    CHECK(parse_integer("9223372036854775808") == std::nullopt);
    CHECK(parse_integer("-9223372036854775808") == k_least);
    CHECK(parse_integer("9223372036854775808-") == k_least);
    CHECK(parse_integer("-9223372036854775809") == std::nullopt);
    CHECK(parse_integer("9999999999999999999") == std::nullopt);
    CHECK(parse_integer("10000000000000000000") == std::nullopt);
    CHECK(parse_integer("18446744073709551617") == std::nullopt); // 2^64 + 1
    CHECK(parse_integer("0009223372036854775807") == k_most);
}

TEST_CASE("decimals as people write them", "[base][decimal]")
{
    CHECK(parse_decimal("1.234,56", 2, ',') == 123456);
    CHECK(parse_decimal("1234,56", 2, ',') == 123456);
    CHECK(parse_decimal("1,234.56", 2, '.') == 123456);
    CHECK(parse_decimal("1234.56", 2, '.') == 123456);
    CHECK(parse_decimal("12,5%", 1, ',') == 125);
    CHECK(parse_decimal("12,5%", 2, ',') == 1250);
    CHECK(parse_decimal("-12,5%", 2, ',') == -1250);
    CHECK(parse_decimal("-3", 2, ',') == -300);
    CHECK(parse_decimal("3-", 2, ',') == -300);
    CHECK(parse_decimal("+3", 0, ',') == 3);
    CHECK(parse_decimal("1.234.567", 2, ',') == 123456700);
    CHECK(parse_decimal("12.345,6", 2, ',') == 1234560);
    CHECK(parse_decimal("0,05", 2, ',') == 5);
    CHECK(parse_decimal(",5", 2, ',') == 50);
    CHECK(parse_decimal("-,5", 2, ',') == -50);
    CHECK(parse_decimal("0,00", 2, ',') == 0);
    CHECK(parse_decimal("-0,00", 2, ',') == 0);
    CHECK(parse_decimal("000000000000000000001,50", 2, ',') == 150);
}

TEST_CASE("more decimals than the scale are refused", "[base][decimal]")
{
    CHECK(parse_decimal("1,234", 2, ',') == std::nullopt);
    CHECK(parse_decimal("1,230", 2, ',') == std::nullopt);
    CHECK(parse_decimal("1,0", 0, ',') == std::nullopt);
    CHECK(parse_decimal("1,23", 2, ',') == 123);
}

TEST_CASE("what is no decimal", "[base][decimal]")
{
    for (auto const *const s :
         {"",       "-",       "%",      ",",      "-,",   "1,",       "1,,2",  "1,2,3",   "1.23", "12.34,5", "1234.567",
          "1.2345", ".123",    "1..234", "1.234.", "1.,5", "1.234.56", "0.125", "000.125", "-1-",  "1%%",     "3-%",
          "%3",     "1 234,5", " 1",     "1 ",     "R$ 1", "1,2.345",  "1e3",   "1,-5",    "- 1",  "NaN"}) {
        CAPTURE(s);
        CHECK(parse_decimal(s, 3, ',') == std::nullopt);
    }
}

TEST_CASE("decimals at the edges of 64 bits", "[base][decimal]")
{
    CHECK(parse_decimal("92233720368547758,07", 2, ',') == k_most);
    CHECK(parse_decimal("92.233.720.368.547.758,07", 2, ',') == k_most);
    CHECK(parse_decimal("92233720368547758,08", 2, ',') == std::nullopt);
    CHECK(parse_decimal("-92233720368547758,08", 2, ',') == k_least);
    CHECK(parse_decimal("-92233720368547758,09", 2, ',') == std::nullopt);
    CHECK(parse_decimal("92233720368547759", 2, ',') == std::nullopt);
    CHECK(parse_decimal("9223,372036854775807", 15, ',') == k_most);
    CHECK(parse_decimal("9224", 15, ',') == std::nullopt);
    CHECK(parse_decimal("99999999999999999999999999", 0, ',') == std::nullopt);
}

TEST_CASE("decimals are written with all their decimals", "[base][decimal]")
{
    CHECK(format_decimal(123456, 2, ',') == "1234,56");
    CHECK(format_decimal(123456, 2, '.') == "1234.56");
    CHECK(format_decimal(0, 2, ',') == "0,00");
    CHECK(format_decimal(0, 0, ',') == "0");
    CHECK(format_decimal(5, 2, ',') == "0,05");
    CHECK(format_decimal(-5, 2, ',') == "-0,05");
    CHECK(format_decimal(-50, 1, ',') == "-5,0");
    CHECK(format_decimal(10, 0, ',') == "10");
    CHECK(format_decimal(1, 15, '.') == "0.000000000000001");
    CHECK(format_decimal(k_most, 2, ',') == "92233720368547758,07");
    CHECK(format_decimal(k_least, 2, ',') == "-92233720368547758,08");
    CHECK(format_decimal(k_least, 0, ',') == "-9223372036854775808");
    CHECK(format_decimal(k_least, 15, ',') == "-9223,372036854775808");
}

TEST_CASE("what is written can be read", "[base][decimal]")
{
    for (int scale = 0; scale <= k_max_scale; ++scale) {
        for (std::int64_t const units : {k_least, k_most, std::int64_t{0}, std::int64_t{-1}, std::int64_t{99}, std::int64_t{1000}}) {
            CHECK(parse_decimal(format_decimal(units, scale, ','), scale, ',') == units);
        }
    }
}
