#include "engine/run/backoff.hpp"

#include <catch2/catch.hpp>

using namespace atom;
using namespace std::chrono_literals;

TEST_CASE("what fails is left alone twice as long each time, up to eight minutes", "[run][backoff]")
{
    Backoff backoff(60s);
    auto now = Backoff::Time() + 1h;
    CHECK(backoff.may_try("a", now));
    CHECK(backoff.note_failure("a", now));
    for (auto const pause : {60s, 120s, 240s, 480s, 480s}) {
        CHECK(backoff.pause("a") == pause);
        CHECK_FALSE(backoff.may_try("a", now + pause - 1s));
        CHECK(backoff.may_try("b", now));
        now += pause;
        CHECK(backoff.may_try("a", now));
        CHECK_FALSE(backoff.note_failure("a", now)); // said when it began
    }
    CHECK(backoff.note_success("a", now) == 1380s);
    CHECK(backoff.may_try("a", now));
    CHECK_FALSE(backoff.note_success("a", now).has_value());
    CHECK(backoff.note_failure("a", now)); // it begins anew
    CHECK(backoff.pause("a") == 60s);
}

TEST_CASE("polls that are far apart are not further apart for a failure", "[run][backoff]")
{
    Backoff backoff(1h);
    auto const now = Backoff::Time() + 1h;
    backoff.note_failure("a", now);
    backoff.note_failure("a", now);
    CHECK(backoff.pause("a") == 1h);
}
