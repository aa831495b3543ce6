#include "engine/base/date.hpp"

#include <catch2/catch.hpp>

#include <stdexcept>

using namespace atom;

namespace {

std::string parsed(std::string_view format, std::string_view text, DateKind kind)
{
    auto const c = DateFormat(format, kind).parse(text);
    return c ? iso_text(*c, DateKind::datetime) : "none";
}

std::string fault_of(std::string_view format, DateKind kind)
{
    try {
        DateFormat const f(format, kind);
        return "none";
    } catch (std::invalid_argument const &e) {
        return e.what();
    }
}

} // namespace

TEST_CASE("days and civil dates", "[base][date]")
{
    CHECK(day_of({1970, 1, 1}) == 0);
    CHECK(day_of({1969, 12, 31}) == -1);
    CHECK(day_of({2000, 3, 1}) == 11017);
    CHECK(day_of({2026, 11, 3}) == 20760);
    CHECK(day_of({1, 1, 1}) == -719162);
    CHECK(day_of({9999, 12, 31}) == 2932896);
    CHECK(weekday(0) == 4);
    CHECK(weekday(-1) == 3);
    CHECK(weekday(-5) == 6);
    CHECK(weekday(day_of({2026, 11, 1})) == 0);
}

TEST_CASE("every day from 1600 to 2400 goes there and back", "[base][date]")
{
    Day const last = day_of({2400, 12, 31});
    Civil before = civil_of(day_of({1599, 12, 31}));
    bool right = true;
    for (Day d = day_of({1600, 1, 1}); d <= last; ++d) {
        Civil const c = civil_of(d);
        bool const follows =
            (c.day == before.day + 1 && c.month == before.month) || (c.day == 1 && (c.month == before.month + 1 || c.month == 1));
        right = right && is_valid(c) && day_of(c) == d && follows;
        before = c;
    }
    CHECK(right);
}

TEST_CASE("which dates and times exist", "[base][date]")
{
    CHECK(is_valid({2024, 2, 29}));
    CHECK(is_valid({2000, 2, 29}));
    CHECK_FALSE(is_valid({1900, 2, 29}));
    CHECK_FALSE(is_valid({2025, 2, 29}));
    CHECK_FALSE(is_valid({2025, 4, 31}));
    CHECK_FALSE(is_valid({2025, 0, 1}));
    CHECK_FALSE(is_valid({2025, 13, 1}));
    CHECK_FALSE(is_valid({2025, 1, 0}));
    CHECK_FALSE(is_valid({0, 1, 1}));
    CHECK_FALSE(is_valid({10000, 1, 1}));
    CHECK(is_valid({9999, 12, 31, 23, 59, 59}));
    CHECK_FALSE(is_valid({2025, 1, 1, 24, 0, 0}));
    CHECK_FALSE(is_valid({2025, 1, 1, 0, 60, 0}));
    CHECK_FALSE(is_valid({2025, 1, 1, 0, 0, 60}));
    CHECK_FALSE(is_valid({2025, 1, 1, -1, 0, 0}));
}

TEST_CASE("ISO days", "[base][date]")
{
    CHECK(parse_iso_day("2026-11-03") == 20760);
    CHECK(parse_iso_day("2026-11-03 02:00:00") == 20760);
    CHECK(parse_iso_day("2026-11-03T02:00") == 20760);
    for (auto const *const s : {"", "2026-11-3", "2026-11-031", "2026/11/03", "2026-02-29", "20261103", "2026-11-0a", "-026-11-03"}) {
        CAPTURE(s);
        CHECK(parse_iso_day(s) == std::nullopt);
    }
    CHECK(iso_day(20760) == "2026-11-03");
    CHECK(iso_day(day_of({33, 1, 2})) == "0033-01-02");
}

TEST_CASE("dates by format", "[base][date]")
{
    CHECK(parsed("YYYYMMDD", "20261103", DateKind::date) == "2026-11-03 00:00:00");
    CHECK(parsed("DD/MM/YYYY", "03/11/2026", DateKind::date) == "2026-11-03 00:00:00");
    CHECK(parsed("DDMMYY", "031126", DateKind::date) == "2026-11-03 00:00:00");
    CHECK(parsed("DDMMYY", "311299", DateKind::date) == "1999-12-31 00:00:00"); // as POSIX has it
    CHECK(parsed("DDMMYY", "010169", DateKind::date) == "1969-01-01 00:00:00");
    CHECK(parsed("DDMMYY", "311268", DateKind::date) == "2068-12-31 00:00:00");
    CHECK(parsed("DDMMYY", "010100", DateKind::date) == "2000-01-01 00:00:00");
    CHECK(parsed("YYMMDD", "240229", DateKind::date) == "2024-02-29 00:00:00");
    CHECK(parsed("DD/MM/YYYY", "29/02/2025", DateKind::date) == "none");
    CHECK(parsed("YYYYMMDD", "00000000", DateKind::date) == "none");
    CHECK(parsed("YYYYMMDD", "        ", DateKind::date) == "none");
    CHECK(parsed("YYYYMMDD", "2026110", DateKind::date) == "none");
    CHECK(parsed("YYYYMMDD", "202611031", DateKind::date) == "none");
    CHECK(parsed("DD/MM/YYYY", "03-11-2026", DateKind::date) == "none");
    CHECK(parsed("DD/MM/YYYY", "3/11/2026 ", DateKind::date) == "none");
    CHECK(parsed("YYYYMMDD", "2026+1 3", DateKind::date) == "none");
    CHECK(parsed("YYYYMMDD", "", DateKind::date) == "none");
    for (std::size_t i = 0; i < 10; ++i) {
        for (char const c : {'a', ' ', '/', ':', '-', '\0', '\xB2'}) {
            std::string text = "00/00/0000";
            text[i] = c;
            if (text != "00/00/0000") {
                CHECK(parsed("DD/MM/YYYY", text, DateKind::date) == "none");
            }
            text = "01/01/0010";
            text[i] = c;
            if (text != "01/01/0010") {
                CHECK(parsed("DD/MM/YYYY", text, DateKind::date) == "none");
            }
        }
    }
    CHECK(parsed("DDMMYY", "0101a1", DateKind::date) == "none");
    CHECK(parsed("DDMMYY", "01011a", DateKind::date) == "none");
}

TEST_CASE("times and datetimes by format", "[base][date]")
{
    CHECK(parsed("HHMMSS", "020501", DateKind::time) == "1970-01-01 02:05:01");
    CHECK(parsed("HH:MM", "23:59", DateKind::time) == "1970-01-01 23:59:00");
    CHECK(parsed("HHhMM", "08h30", DateKind::time) == "1970-01-01 08:30:00");
    CHECK(parsed("HH:MM", "24:00", DateKind::time) == "none");
    CHECK(parsed("HH:MM", "12:60", DateKind::time) == "none");
    CHECK(parsed("YYYY-MM-DD HH:MM:SS", "2026-11-03 02:05:01", DateKind::datetime) == "2026-11-03 02:05:01");
    CHECK(parsed("DD/MM/YYYY HH:MM", "03/11/2026 02:05", DateKind::datetime) == "2026-11-03 02:05:00");
    CHECK(parsed("HHMM DDMMYYYY", "0205 03112026", DateKind::datetime) == "2026-11-03 02:05:00");
    CHECK(parsed("YYYYMMDDTHHMMSS", "20261103T020501", DateKind::datetime) == "2026-11-03 02:05:01");
    CHECK(parsed("YYYYMMDDHHMMSS", "20261103020560", DateKind::datetime) == "none");
}

TEST_CASE("a date drops its format's time, a time its date, but both must be real", "[base][date]")
{
    CHECK(parsed("YYYY-MM-DD HH:MM:SS", "2026-11-03 02:05:01", DateKind::date) == "2026-11-03 00:00:00");
    CHECK(parsed("YYYY-MM-DD HH:MM:SS", "2026-11-03 25:05:01", DateKind::date) == "none");
    CHECK(parsed("YYYY-MM-DD HH:MM:SS", "2026-11-03 02:05:01", DateKind::time) == "1970-01-01 02:05:01");
    CHECK(parsed("YYYY-MM-DD HH:MM:SS", "2026-11-31 02:05:01", DateKind::time) == "none");
}

TEST_CASE("formats that cannot serve are refused", "[base][date]")
{
    CHECK(fault_of("", DateKind::date) == "format \"\" has no known part; allowed: YYYY YY MM DD HH MM SS (MM after HH is minutes)");
    CHECK(fault_of("yyyymmdd", DateKind::date) ==
          "format \"yyyymmdd\" has no known part; allowed: YYYY YY MM DD HH MM SS (MM after HH is minutes)");
    CHECK(fault_of("YYYYMM", DateKind::date) == "format \"YYYYMM\" lacks the day (DD), which a date needs");
    CHECK(fault_of("MMDD", DateKind::date) == "format \"MMDD\" lacks the year (YYYY or YY), which a date needs");
    CHECK(fault_of("YYYYDD", DateKind::date) == "format \"YYYYDD\" lacks the month (MM), which a date needs");
    CHECK(fault_of("YYYYMMDD", DateKind::time) == "format \"YYYYMMDD\" lacks the hour (HH), which a time needs");
    CHECK(fault_of("HH", DateKind::time) == "format \"HH\" lacks the minute (MM after HH), which a time needs");
    CHECK(fault_of("YYYYMMDD", DateKind::datetime) == "format \"YYYYMMDD\" lacks the hour (HH), which a datetime needs");
    CHECK(fault_of("HHMM", DateKind::datetime) == "format \"HHMM\" lacks the year (YYYY or YY), which a datetime needs");
    CHECK(fault_of("YYYYMMDDMM", DateKind::date) == "format \"YYYYMMDDMM\" has two of: month (MM)");
    CHECK(fault_of("YYYYMMDD YY", DateKind::date) == "format \"YYYYMMDD YY\" has two of: year (YYYY or YY)");
    CHECK(fault_of("YYMMDD YYYY", DateKind::date) == "format \"YYMMDD YYYY\" has two of: year (YYYY or YY)");
    CHECK(fault_of("YYYYMMDD", DateKind::date) == "none");
    CHECK(fault_of("HH:MM", DateKind::time) == "none");
}

TEST_CASE("dates are written by format", "[base][date]")
{
    Civil const c{2026, 11, 3, 2, 5, 1};
    CHECK(DateFormat("DD/MM/YYYY", DateKind::date).format(c) == "03/11/2026");
    CHECK(DateFormat("YYMMDD", DateKind::date).format(c) == "261103");
    CHECK(DateFormat("YYYYMMDDTHHMMSS", DateKind::datetime).format(c) == "20261103T020501");
    CHECK(DateFormat("HHhMM", DateKind::time).format(c) == "02h05");
    DateFormat const f("DD/MM/YYYY", DateKind::date);
    CHECK(f.length() == 10);
    CHECK(f.text() == "DD/MM/YYYY");
}

TEST_CASE("a pivot parts the centuries", "[base][date]")
{
    DateFormat const f("DD/MM/YY", DateKind::date, 30);
    CHECK(f.parse("15/03/31")->year == 1931);
    CHECK(f.parse("15/03/30")->year == 2030);
    CHECK(f.parse("15/03/00")->year == 2000);
    CHECK(f.parse("15/03/99")->year == 1999);
    CHECK(f.can_tell({1931, 1, 1}));
    CHECK(f.can_tell({2030, 1, 1}));
    CHECK_FALSE(f.can_tell({1930, 1, 1}));
    CHECK_FALSE(f.can_tell({2031, 1, 1}));
    CHECK_FALSE(f.can_tell({1875, 1, 1}));
    CHECK(DateFormat("DD/MM/YY", DateKind::date, 0).parse("15/03/01")->year == 1901);
    CHECK(DateFormat("DD/MM/YY", DateKind::date, 99).parse("15/03/99")->year == 2099);
    CHECK(DateFormat("DD/MM/YYYY", DateKind::date).can_tell({1875, 1, 1}));
}

TEST_CASE("parts of one digit or two", "[base][date]")
{
    for (auto const *const s : {"3/4/2026", "03/04/2026", "3/04/2026", "03/4/2026"}) {
        CHECK(parsed("D/M/YYYY", s, DateKind::date) == "2026-04-03 00:00:00");
    }
    for (auto const *const s :
         {"3/4/26", "003/4/2026", "3/4/20266", "3//2026", "/4/2026", "31/4/2026", "3-4-2026", "3/4/2026 ", "", "3/4/"}) {
        CAPTURE(s);
        CHECK(parsed("D/M/YYYY", s, DateKind::date) == "none");
    }
    CHECK(parsed("D/M/YY H:MM", "3/4/75 9:05", DateKind::datetime) == "1975-04-03 09:05:00");
    CHECK(parsed("D/M/YY H:MM", "13/12/26 19:05", DateKind::datetime) == "2026-12-13 19:05:00");
    Civil const c{2026, 4, 3, 9, 5, 0};
    CHECK(DateFormat("D/M/YYYY", DateKind::date).format(c) == "3/4/2026");
    CHECK(DateFormat("D/M/YYYY H:MM", DateKind::datetime).format(c) == "3/4/2026 9:05");
    CHECK(DateFormat("D/M/YYYY", DateKind::date).format({2026, 12, 31}) == "31/12/2026");
    CHECK_FALSE(DateFormat("D/M/YYYY", DateKind::date).is_even());
    CHECK(DateFormat("DD/MM/YYYY", DateKind::date).is_even());
    CHECK(fault_of("DMYYYY", DateKind::date) ==
          "format \"DMYYYY\" has D beside another part: nobody can tell where one ends; write it with two letters");
    CHECK(fault_of("D/MYYYY", DateKind::date) ==
          "format \"D/MYYYY\" has M beside another part: nobody can tell where one ends; write it with two letters");
}

TEST_CASE("ISO texts, as the base keeps them", "[base][date]")
{
    Civil const c{2026, 11, 3, 2, 5, 1};
    CHECK(iso_text(c, DateKind::date) == "2026-11-03");
    CHECK(iso_text(c, DateKind::time) == "02:05:01");
    CHECK(iso_text(c, DateKind::datetime) == "2026-11-03 02:05:01");
    for (auto const kind : {DateKind::date, DateKind::time, DateKind::datetime}) {
        auto const back = parse_iso(iso_text(c, kind), kind);
        REQUIRE(back);
        CHECK(iso_text(*back, kind) == iso_text(c, kind));
    }
    CHECK_FALSE(parse_iso("2026-11-03T02:05:01", DateKind::datetime));
    CHECK_FALSE(parse_iso("2026-11-03 02:05", DateKind::datetime));
    CHECK_FALSE(parse_iso("2026-11-03 02:05:01", DateKind::date));
    CHECK_FALSE(parse_iso("24:00:00", DateKind::time));
    CHECK_FALSE(parse_iso("02-05-01", DateKind::time));
}
