#include "engine/base/calendar.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace atom {

namespace {

constexpr int k_monday = 1;
constexpr int k_friday = 5;
constexpr int k_first_year = 1990;
constexpr int k_last_year = 2100;
constexpr int k_black_awareness_since = 2024; // Lei 14.759/2023

struct DayOfYear
{
    int month;
    int day;
};
constexpr std::array<DayOfYear, 9> k_fixed = {{{1, 1}, {4, 21}, {5, 1}, {9, 7}, {10, 12}, {11, 2}, {11, 15}, {11, 20}, {12, 25}}};
constexpr std::array<int, 4> k_from_easter = {-48, -47, -2, 60}; // Carnival's Monday and Tuesday, Good Friday, Corpus Christi

constexpr bool is_fixed_holiday(Civil const &c) noexcept
{
    return std::any_of(k_fixed.begin(), k_fixed.end(), [&](DayOfYear const &f) {
        return f.month == c.month && f.day == c.day && (f.month != 11 || f.day != 20 || c.year >= k_black_awareness_since);
    });
}

bool is_week_day(Day d) noexcept
{
    int const w = weekday(d);
    return w >= k_monday && w <= k_friday;
}

// Mondays to Fridays in (-infinity, d], but for a constant: only differences mean something.
std::int64_t week_days_to(Day d) noexcept
{
    std::int64_t const from_monday = static_cast<std::int64_t>(d) + 3; // 1969-12-29 was a Monday
    std::int64_t const week = (from_monday >= 0 ? from_monday : from_monday - 6) / 7;
    return week * 5 + std::min<std::int64_t>(from_monday - week * 7 + 1, 5);
}

// Holidays of a year that take a week day away, within (a, b]. A day that is two holidays (21/4/2000) counts once.
std::int64_t lost_week_days(int year, Day a, Day b) noexcept
{
    std::array<Day, k_fixed.size() + k_from_easter.size()> days = {};
    std::size_t n = 0;
    for (auto const &f : k_fixed) {
        Day const d = day_of({year, f.month, f.day});
        days[n++] = is_bank_holiday(d) ? d : a; // a itself is out of (a, b]
    }
    Day const sunday = easter(year);
    for (int const offset : k_from_easter) {
        days[n++] = sunday + offset;
    }
    std::sort(days.begin(), days.end());
    auto *const end = std::unique(days.begin(), days.end());
    return std::count_if(days.begin(), end, [&](Day d) { return d > a && d <= b && is_week_day(d); });
}

std::int64_t count_by_years(Day a, Day b) noexcept
{
    auto count = week_days_to(b) - week_days_to(a);
    for (int year = civil_of(a).year; year <= civil_of(b).year; ++year) {
        count -= lost_week_days(year, a, b);
    }
    return count;
}

// Business days from the first day of the table up to and with each day of it.
struct Table
{
    Day first = day_of({k_first_year, 1, 1});
    Day last = day_of({k_last_year, 12, 31});
    std::vector<std::int32_t> until;

    Table()
    {
        std::int32_t count = 0;
        until.reserve(static_cast<std::size_t>(last - first) + 1);
        for (Day d = first; d <= last; ++d) {
            count += is_business_day(d) ? 1 : 0;
            until.push_back(count);
        }
    }
    bool holds(Day d) const noexcept { return d >= first && d <= last; }
    std::int32_t at(Day d) const noexcept { return until[static_cast<std::size_t>(d - first)]; }
};

} // namespace

Day easter(int year) noexcept
{
    int const a = year % 19;
    int const b = year / 100;
    int const c = year % 100;
    int const d = b / 4;
    int const e = b % 4;
    int const f = (b + 8) / 25;
    int const g = (b - f + 1) / 3;
    int const h = (19 * a + b - d - g + 15) % 30;
    int const i = c / 4;
    int const k = c % 4;
    int const l = (32 + 2 * e + 2 * i - h - k) % 7;
    int const m = (a + 11 * h + 22 * l) / 451;
    int const n = h + l - 7 * m + 114;
    return day_of({year, n / 31, n % 31 + 1});
}

bool is_bank_holiday(Day d) noexcept
{
    Civil const c = civil_of(d);
    if (is_fixed_holiday(c)) {
        return true;
    }
    Day const sunday = easter(c.year);
    return std::any_of(k_from_easter.begin(), k_from_easter.end(), [&](int offset) { return d == sunday + offset; });
}

bool is_business_day(Day d) noexcept { return is_week_day(d) && !is_bank_holiday(d); }

std::int64_t business_days_between(Day a, Day b) noexcept
{
    if (b < a) {
        return -business_days_between(b, a);
    }
    static Table const table; // asked for each row of a query: two look-ups then
    if (table.holds(a) && table.holds(b)) {
        return table.at(b) - table.at(a);
    }
    return count_by_years(a, b);
}

Day previous_business_day(Day d) noexcept
{
    do {
        --d;
    } while (!is_business_day(d));
    return d;
}

} // namespace atom
