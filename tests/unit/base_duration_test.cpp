#include "engine/base/duration.hpp"

#include <catch2/catch.hpp>

using namespace atom;
using std::chrono::seconds;

TEST_CASE("a span of time is digits and one unit", "[base][duration]")
{
    CHECK(parse_duration("5s") == seconds(5));
    CHECK(parse_duration("0s") == seconds(0));
    CHECK(parse_duration("10m") == seconds(600));
    CHECK(parse_duration("1h") == seconds(3600));
    CHECK(parse_duration("366d") == seconds(366 * 86400));
    for (auto const *bad :
         {"", "s", "5", "5 s", " 5s", "-5s", "1.5h", "5S", "1h30m", "5w", "367d", "99999999999999999999s", "9999999999999999d"}) {
        INFO(bad);
        CHECK_FALSE(parse_duration(bad).has_value());
    }
}

TEST_CASE("a span is written in the largest unit that fits", "[base][duration]")
{
    CHECK(duration_text(seconds(0)) == "0s");
    CHECK(duration_text(seconds(90)) == "90s");
    CHECK(duration_text(seconds(120)) == "2m");
    CHECK(duration_text(seconds(3600)) == "1h");
    CHECK(duration_text(seconds(2 * 86400)) == "2d");
    CHECK(duration_text(seconds(-1)) == "0s");
}
