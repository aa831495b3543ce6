#include "engine/base/clock.hpp"

#include <catch2/catch.hpp>

#include <cstdlib>
#include <ctime>
#include <stdexcept>

using namespace atom;

namespace {

std::int64_t instant(std::string const &text, std::string const &zone)
{
    auto const clock = fixed_clock(text);
    clock->set_timezone(zone);
    return clock->now();
}

std::string fault_of_zone(std::string const &zone)
{
    try {
        fixed_clock("2026-11-03")->set_timezone(zone);
        return "none";
    } catch (std::invalid_argument const &e) {
        return e.what();
    }
}

} // namespace

TEST_CASE("a fixed clock starts at a local time and moves by sleeping", "[base][clock]")
{
    auto const clock = fixed_clock("2026-11-03 02:00:01");
    CHECK(clock->timezone() == "America/Sao_Paulo");
    CHECK(clock->now() == 1793682001);
    CHECK(clock->local_text() == "2026-11-03 02:00:01");
    clock->sleep(std::chrono::hours(22), {});
    CHECK(clock->local_text() == "2026-11-04 00:00:01");
    CHECK(clock->today() == day_of({2026, 11, 4}));
    CHECK(clock->now() == 1793682001 + 22 * 3600);
}

TEST_CASE("a fixed clock takes a day, minutes or seconds", "[base][clock]")
{
    CHECK(fixed_clock("2026-11-03")->local_text() == "2026-11-03 00:00:00");
    CHECK(fixed_clock("2026-11-03 02:15")->local_text() == "2026-11-03 02:15:00");
    CHECK(fixed_clock("2026-11-03 02:15:59")->local_text() == "2026-11-03 02:15:59");
    for (auto const *const s :
         {"", "03/11/2026", "2026-11-03 2:15", "2026-02-30", "2026-11-03T02:15", "2026-11-03 24:00", "2026-11-03 02"}) {
        CAPTURE(s);
        CHECK_THROWS_AS(fixed_clock(s), std::invalid_argument);
    }
    CHECK_THROWS_WITH(fixed_clock("now"), "\"now\" is no time; allowed: YYYY-MM-DD, YYYY-MM-DD HH:MM or YYYY-MM-DD HH:MM:SS");
}

TEST_CASE("the zone decides which instant a fixed clock's text is", "[base][clock]")
{
    CHECK(instant("2026-11-03 02:00:00", "UTC") == 1793671200);
    CHECK(instant("2026-11-03 02:00:00", "America/Sao_Paulo") == 1793682000);
    CHECK(instant("2026-11-03 02:00:00", "America/Noronha") == 1793678400);
    CHECK(instant("2026-11-03 02:00:00", "America/New_York") == 1793689200);
    CHECK(instant("2026-07-01", "America/New_York") == 1782878400);
    CHECK(instant("2026-07-01", "Europe/Lisbon") == 1782860400);
    CHECK(instant("1900-01-01", "America/Sao_Paulo") == -2208977612); // local mean time
    CHECK(instant("1950-06-01 12:00", "America/Sao_Paulo") == -618051600);
}

TEST_CASE("where clocks leap", "[base][clock]")
{
    CHECK(instant("2018-11-03 23:59:59", "America/Sao_Paulo") == 1541300399);
    CHECK(instant("2018-11-04 01:00:00", "America/Sao_Paulo") == 1541300400);
    CHECK(instant("2018-11-04 00:30:00", "America/Sao_Paulo") == 1541302200); // it never was: as much after the leap
    CHECK(instant("2018-02-17 23:30:00", "America/Sao_Paulo") == 1518917400); // it was twice: the first
    auto const clock = fixed_clock("2018-11-03 23:59:59");
    clock->sleep(std::chrono::seconds(1), {});
    CHECK(clock->local_text() == "2018-11-04 01:00:00");
    auto const back = fixed_clock("2018-02-17 23:59:59");
    back->sleep(std::chrono::seconds(1), {});
    CHECK(back->local_text() == "2018-02-17 23:00:00");
    back->sleep(std::chrono::hours(1), {});
    CHECK(back->local_text() == "2018-02-18 00:00:00");
}

TEST_CASE("the process's TZ has no say", "[base][clock]")
{
    REQUIRE(::setenv("TZ", "Asia/Tokyo", 1) == 0);
    ::tzset();
    auto const clock = fixed_clock("2026-11-03 12:00:00");
    clock->set_timezone("UTC");
    CHECK(clock->local_text() == "2026-11-03 12:00:00");
    CHECK(clock->now() == 1793707200);
    REQUIRE(::unsetenv("TZ") == 0);
    ::tzset();
}

TEST_CASE("an unknown zone is refused, and the old one stays", "[base][clock]")
{
    CHECK(fault_of_zone("America/Sampa") ==
          "unknown time zone \"America/Sampa\"; allowed: a name of the tz database, as America/Sao_Paulo");
    CHECK(fault_of_zone("") == "unknown time zone \"\"; allowed: a name of the tz database, as America/Sao_Paulo");
    CHECK(fault_of_zone("/etc/passwd").substr(0, 17) == "unknown time zone");
    CHECK(fault_of_zone("../../../etc/passwd").substr(0, 17) == "unknown time zone");
    CHECK(fault_of_zone("America").substr(0, 17) == "unknown time zone");
    CHECK(fault_of_zone("tzdata.zi") != "none");
    CHECK(fault_of_zone("America/Manaus") == "none");
    auto const clock = fixed_clock("2026-11-03");
    CHECK_THROWS_AS(clock->set_timezone("x"), std::invalid_argument);
    CHECK(clock->timezone() == "America/Sao_Paulo");
}

TEST_CASE("the system's clock", "[base][clock]")
{
    auto const clock = system_clock();
    auto const before = std::time(nullptr);
    auto const now = clock->now();
    CHECK(now >= before);
    CHECK(now <= before + 60);
    clock->sleep(std::chrono::seconds(0), {});
    clock->set_timezone("UTC");
    Civil const c = clock->local();
    CHECK(is_valid(c));
    CHECK(clock->today() >= static_cast<Day>(before / 86400));
}

TEST_CASE("a wait ends when it is told to", "[base][clock]")
{
    std::stop_source stop;
    stop.request_stop();
    auto const began = std::chrono::steady_clock::now();
    system_clock()->sleep(std::chrono::hours(1), stop.get_token());
    rest(std::chrono::hours(1), stop.get_token());
    CHECK(std::chrono::steady_clock::now() - began < std::chrono::minutes(1));
}
