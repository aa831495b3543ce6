#include "engine/base/calendar.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

using namespace atom;

namespace {

Day day(std::string const &iso) { return parse_iso_day(iso).value(); }

std::vector<std::string> holidays_of(int year)
{
    std::vector<std::string> found;
    for (Day d = day_of({year, 1, 1}); d <= day_of({year, 12, 31}); ++d) {
        if (is_bank_holiday(d)) {
            found.push_back(iso_day(d));
        }
    }
    return found;
}

std::int64_t counted_one_by_one(Day a, Day b)
{
    std::int64_t n = 0;
    for (Day d = a + 1; d <= b; ++d) {
        n += is_business_day(d) ? 1 : 0;
    }
    return n;
}

} // namespace

TEST_CASE("Easter", "[base][calendar]")
{
    for (auto const *const sunday : {"1961-04-02", "1999-04-04", "2000-04-23", "2008-03-23", "2011-04-24", "2024-03-31", "2025-04-20",
                                     "2026-04-05", "2027-03-28", "2038-04-25", "2100-03-28"}) {
        CHECK(iso_day(easter(std::stoi(sunday))) == sunday);
    }
}

TEST_CASE("all bank holidays of 2024 to 2027", "[base][calendar]")
{
    using Days = std::vector<std::string>;
    CHECK(holidays_of(2024) == Days{"2024-01-01", "2024-02-12", "2024-02-13", "2024-03-29", "2024-04-21", "2024-05-01", "2024-05-30",
                                    "2024-09-07", "2024-10-12", "2024-11-02", "2024-11-15", "2024-11-20", "2024-12-25"});
    CHECK(holidays_of(2025) == Days{"2025-01-01", "2025-03-03", "2025-03-04", "2025-04-18", "2025-04-21", "2025-05-01", "2025-06-19",
                                    "2025-09-07", "2025-10-12", "2025-11-02", "2025-11-15", "2025-11-20", "2025-12-25"});
    CHECK(holidays_of(2026) == Days{"2026-01-01", "2026-02-16", "2026-02-17", "2026-04-03", "2026-04-21", "2026-05-01", "2026-06-04",
                                    "2026-09-07", "2026-10-12", "2026-11-02", "2026-11-15", "2026-11-20", "2026-12-25"});
    CHECK(holidays_of(2027) == Days{"2027-01-01", "2027-02-08", "2027-02-09", "2027-03-26", "2027-04-21", "2027-05-01", "2027-05-27",
                                    "2027-09-07", "2027-10-12", "2027-11-02", "2027-11-15", "2027-11-20", "2027-12-25"});
}

TEST_CASE("20 November is a holiday from 2024", "[base][calendar]")
{
    CHECK_FALSE(is_bank_holiday(day("2023-11-20")));
    CHECK(is_business_day(day("2023-11-20")));
    CHECK(is_bank_holiday(day("2024-11-20")));
    CHECK_FALSE(is_business_day(day("2024-11-20")));
}

TEST_CASE("weekends are no holidays, and no business days", "[base][calendar]")
{
    CHECK_FALSE(is_bank_holiday(day("2026-11-07")));
    CHECK_FALSE(is_business_day(day("2026-11-07")));
    CHECK_FALSE(is_business_day(day("2026-11-08")));
    CHECK(is_business_day(day("2026-11-09")));
    CHECK(is_business_day(day("2026-02-18"))); // Ash Wednesday
    CHECK(is_business_day(day("2026-12-31")));
}

TEST_CASE("business days between two days", "[base][calendar]")
{
    CHECK(business_days_between(day("2026-11-03"), day("2026-11-03")) == 0);
    CHECK(business_days_between(day("2026-11-03"), day("2026-11-04")) == 1);
    CHECK(business_days_between(day("2026-11-06"), day("2026-11-08")) == 0);
    CHECK(business_days_between(day("2026-11-06"), day("2026-11-09")) == 1);
    CHECK(business_days_between(day("2026-11-08"), day("2026-11-09")) == 1);
    CHECK(business_days_between(day("2026-10-30"), day("2026-11-03")) == 1); // 2/11
    CHECK(business_days_between(day("2026-02-13"), day("2026-02-18")) == 1); // Carnival
    CHECK(business_days_between(day("2023-12-31"), day("2024-12-31")) == 253);
    CHECK(business_days_between(day("2024-12-31"), day("2025-12-31")) == 252);
    CHECK(business_days_between(day("2025-12-31"), day("2026-12-31")) == 249);
    CHECK(business_days_between(day("2026-12-31"), day("2027-12-31")) == 251);
    CHECK(business_days_between(day("2023-08-07"), day("2026-11-03")) == 813);
}

TEST_CASE("business days backwards are the same, negative", "[base][calendar]")
{
    CHECK(business_days_between(day("2026-11-04"), day("2026-11-03")) == -1);
    CHECK(business_days_between(day("2026-11-09"), day("2026-11-06")) == -1);
    CHECK(business_days_between(day("2026-11-08"), day("2026-11-06")) == 0);
    CHECK(business_days_between(day("2026-11-03"), day("2023-08-07")) == -813);
    CHECK(business_days_between(day("1985-06-06"), day("1975-03-03")) == -2578);
}

TEST_CASE("business days in, across and out of the table's years", "[base][calendar]")
{
    CHECK(business_days_between(day("1990-01-01"), day("2100-12-31")) == 27830);
    CHECK(business_days_between(day("1975-03-03"), day("1985-06-06")) == 2578);
    CHECK(business_days_between(day("1985-05-05"), day("2020-02-02")) == 8731);
    CHECK(business_days_between(day("2090-01-01"), day("2150-07-07")) == 15155);
    CHECK(business_days_between(day("1999-12-31"), day("2000-12-31")) == 250); // Good Friday was 21/4
    for (auto const *const edge : {"1989-12-31", "1990-01-01", "2100-12-31", "2101-01-01", "1970-01-01", "1950-06-15"}) {
        CAPTURE(edge);
        for (int before = 0; before < 40; ++before) {
            Day const a = day(edge) - before;
            CHECK(business_days_between(a, day(edge) + 35) == counted_one_by_one(a, day(edge) + 35));
        }
    }
}

TEST_CASE("by years and by table is the same", "[base][calendar]")
{
    Day const out = day("1985-01-01"); // asks for the count by years
    std::int64_t const until_1990 = business_days_between(out, day("1990-01-01"));
    for (Day d = day("1990-01-01"); d < day("2030-01-01"); d += 17) {
        CHECK(business_days_between(out, d) == until_1990 + business_days_between(day("1990-01-01"), d));
    }
}

TEST_CASE("the previous business day", "[base][calendar]")
{
    CHECK(iso_day(previous_business_day(day("2026-11-05"))) == "2026-11-04");
    CHECK(iso_day(previous_business_day(day("2026-11-09"))) == "2026-11-06");
    CHECK(iso_day(previous_business_day(day("2026-11-08"))) == "2026-11-06");
    CHECK(iso_day(previous_business_day(day("2026-11-03"))) == "2026-10-30");
    CHECK(iso_day(previous_business_day(day("2026-02-18"))) == "2026-02-13");
    CHECK(iso_day(previous_business_day(day("2027-01-04"))) == "2026-12-31");
}
