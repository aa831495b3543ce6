#pragma once
// Civil dates, times and the formats that users write: YYYY YY MM DD HH MM SS (MM after HH is minutes), other characters stand
// for themselves. D, M and H alone take one or two digits, and are written without a zero in front. A YY is 20YY up to the pivot, 19YY
// above it; without one as POSIX has it (68). The base keeps ISO 8601: "2026-11-03", "02:00:00", "2026-11-03 02:00:00".

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace atom {

/// Days since 1970-01-01. Algorithm: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms" (days_from_civil), public domain.
using Day = std::int32_t;

struct Civil
{
    int year = 1970, month = 1, day = 1, hour = 0, minute = 0, second = 0;
};

bool is_valid(Civil const &c) noexcept; // a day that exists (years 1 to 9999), an hour 0-23, a minute and a second 0-59
Day day_of(Civil const &c) noexcept;
Civil civil_of(Day d) noexcept;
int weekday(Day d) noexcept; // 0 Sunday … 6 Saturday

/// "YYYY-MM-DD", also the first ten characters of a longer ISO text; none if it is no date.
std::optional<Day> parse_iso_day(std::string_view s) noexcept;
std::string iso_day(Day d);

enum class DateKind
{
    date,
    time,
    datetime
};

constexpr int k_posix_pivot = 68;

/// A format, compiled once. Throws std::invalid_argument with a text for the user when it has no known part, or lacks a part that
/// `kind` needs (a date needs a year, a month and a day; a time an hour and a minute; a datetime all five).
class DateFormat
{
public:
    DateFormat(std::string_view format, DateKind kind, int pivot = k_posix_pivot);

    /// None unless the text has exactly this format and is a real date. A date drops the time that the format has.
    std::optional<Civil> parse(std::string_view s) const noexcept;
    std::string format(Civil const &c) const;
    /// False if parse() would read another year in what format() writes of it.
    bool can_tell(Civil const &c) const noexcept { return !m_short_year || c.year == long_year(c.year % 100); }
    bool has_short_year() const noexcept { return m_short_year; }

    /// Exactly this many bytes are taken and written; at least so many where a part may have one digit or two.
    std::size_t length() const noexcept { return m_text.size(); }
    bool is_even() const noexcept { return !m_ragged; }
    std::string const &text() const noexcept { return m_text; }

private:
    std::optional<Civil> parse_ragged(std::string_view s) const noexcept;
    std::optional<Civil> checked(Civil c) const noexcept;
    int long_year(int two_digits) const noexcept { return two_digits + (two_digits <= m_pivot ? 2000 : 1900); }
    std::size_t width_at(std::size_t at) const noexcept; // of the part that begins there

    std::string m_text;  // as written
    std::string m_codes; // one letter a byte: Y y M D H m S, or ' ' for a literal
    DateKind m_kind;
    int m_pivot;
    bool m_short_year;
    bool m_ragged;                        // some part has one digit or two
    std::array<std::size_t, 6> m_at = {}; // where year, month, day, hour, minute and second begin; npos: the format has none
    std::vector<std::size_t> m_literals;  // where a literal stands
};

/// As the base keeps it.
std::string iso_text(Civil const &c, DateKind kind);
std::optional<Civil> parse_iso(std::string_view s, DateKind kind) noexcept;

} // namespace atom
