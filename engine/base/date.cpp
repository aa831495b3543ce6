#include "engine/base/date.hpp"

#include <array>
#include <stdexcept>

namespace atom {

namespace {

constexpr bool is_leap(int y) noexcept { return y % 4 == 0 && (y % 100 != 0 || y % 400 == 0); }

constexpr int days_in_month(int year, int month) noexcept
{
    constexpr std::array<int, 13> k_days = {0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return month == 2 && is_leap(year) ? 29 : k_days[static_cast<std::size_t>(month)];
}

// All digits of s as a number; sets bad for anything else.
int number(std::string_view s, bool &bad) noexcept
{
    int n = 0;
    for (char const c : s) {
        auto const digit = static_cast<unsigned>(c) - '0';
        bad = bad || digit > 9;
        n = n * 10 + static_cast<int>(digit % 10);
    }
    return n;
}

std::optional<Civil> if_valid(Civil const &c, bool bad) noexcept { return bad || !is_valid(c) ? std::nullopt : std::optional<Civil>(c); }

void put(char *to, std::size_t width, int value) noexcept
{
    while (width > 0) {
        to[--width] = static_cast<char>('0' + value % 10);
        value /= 10;
    }
}

// A part of a format: how it is written, its letter in the codes, what it is called.
struct Part
{
    std::string_view text;
    char code;
    std::string_view name;
};
constexpr Part k_year = {"YYYY", 'Y', "year (YYYY or YY)"};
constexpr Part k_short_year = {"YY", 'y', "year (YYYY or YY)"};
constexpr Part k_month = {"MM", 'M', "month (MM)"};
constexpr Part k_day = {"DD", 'D', "day (DD)"};
constexpr Part k_hour = {"HH", 'H', "hour (HH)"};
constexpr Part k_minute = {"MM", 'm', "minute (MM after HH)"};
constexpr Part k_second = {"SS", 'S', "second (SS)"};
constexpr Part k_any_month = {"M", 'M', "month (M)"}; // one digit or two
constexpr Part k_any_day = {"D", 'D', "day (D)"};
constexpr Part k_any_hour = {"H", 'H', "hour (H)"};

Part const *part_at(std::string_view rest, char part_before) noexcept
{
    for (auto const *const part : {&k_year, &k_short_year, &k_month, &k_day, &k_hour, &k_second, &k_any_month, &k_any_day, &k_any_hour}) {
        if (rest.starts_with(part->text)) {
            return part == &k_month && part_before == k_hour.code ? &k_minute : part;
        }
    }
    return nullptr;
}

bool has(std::string_view codes, Part const &part) noexcept
{
    return codes.find(part.code) != std::string_view::npos || (part.code == k_year.code && has(codes, k_short_year));
}

std::string quoted_format(std::string_view format) { return "format \"" + std::string(format) + "\""; }

std::string compile(std::string_view format)
{
    std::string codes;
    char before = ' ';
    while (codes.size() < format.size()) {
        auto const *const part = part_at(format.substr(codes.size()), before);
        if (part == nullptr) {
            codes += ' ';
            continue;
        }
        if (has(codes, *part) || (part == &k_short_year && has(codes, k_year))) {
            throw std::invalid_argument(quoted_format(format) + " has two of: " + std::string(part->name));
        }
        codes.append(part->text.size(), part->code);
        before = part->code;
    }
    return codes;
}

/// The parts of one digit or two, each alone in its code.
bool is_ragged(std::string_view codes, std::size_t i) noexcept
{
    auto const same = [&](std::size_t j) { return j < codes.size() && codes[j] == codes[i]; };
    return codes[i] != ' ' && !same(i - 1) && !same(i + 1);
}

bool has_ragged(std::string_view format, std::string_view codes)
{
    bool any = false;
    for (std::size_t i = 0; i < codes.size(); ++i) {
        if (!is_ragged(codes, i)) {
            continue;
        }
        any = true;
        if ((i > 0 && codes[i - 1] != ' ') || (i + 1 < codes.size() && codes[i + 1] != ' ')) {
            throw std::invalid_argument(quoted_format(format) + " has " + std::string(format.substr(i, 1)) +
                                        " beside another part: nobody can tell where one ends; write it with two letters");
        }
    }
    return any;
}

void require(std::string_view format, std::string_view codes, DateKind kind)
{
    if (codes.find_first_not_of(' ') == std::string_view::npos) {
        throw std::invalid_argument(quoted_format(format) + " has no known part; allowed: YYYY YY MM DD HH MM SS (MM after HH is minutes)");
    }
    auto const need = [&](Part const &part, std::string_view kind_name) {
        if (!has(codes, part)) {
            throw std::invalid_argument(quoted_format(format) + " lacks the " + std::string(part.name) + ", which a " +
                                        std::string(kind_name) + " needs");
        }
    };
    std::string_view const name = kind == DateKind::date ? "date" : kind == DateKind::time ? "time" : "datetime";
    if (kind != DateKind::time) {
        need(k_year, name);
        need(k_month, name);
        need(k_day, name);
    }
    if (kind != DateKind::date) {
        need(k_hour, name);
        need(k_minute, name);
    }
}

// The codes in the order of Civil's members.
constexpr std::string_view k_slots = "YMDHmS";

constexpr unsigned k_no_digits = 100000; // out of range in any part, also as half of a year

// Two digits at p, or k_no_digits.
unsigned two_digits(char const *p) noexcept
{
    auto const tens = static_cast<unsigned>(p[0]) - '0';
    auto const ones = static_cast<unsigned>(p[1]) - '0';
    return tens > 9 || ones > 9 ? k_no_digits : tens * 10 + ones;
}

} // namespace

bool is_valid(Civil const &c) noexcept
{
    return c.year >= 1 && c.year <= 9999 && c.month >= 1 && c.month <= 12 && c.day >= 1 && c.day <= days_in_month(c.year, c.month) &&
           c.hour >= 0 && c.hour <= 23 && c.minute >= 0 && c.minute <= 59 && c.second >= 0 && c.second <= 59;
}

Day day_of(Civil const &c) noexcept
{
    int const y = c.month <= 2 ? c.year - 1 : c.year; // years begin in March, so that the leap day is the last
    int const era = (y >= 0 ? y : y - 399) / 400;
    int const year_of_era = y - era * 400;
    int const day_of_year = (153 * (c.month > 2 ? c.month - 3 : c.month + 9) + 2) / 5 + c.day - 1;
    int const day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

Civil civil_of(Day d) noexcept
{
    std::int64_t const z = static_cast<std::int64_t>(d) + 719468;
    std::int64_t const era = (z >= 0 ? z : z - 146096) / 146097;
    auto const day_of_era = static_cast<int>(z - era * 146097);
    int const year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int const day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int const month_from_march = (5 * day_of_year + 2) / 153;
    Civil c;
    c.day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    c.month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
    c.year = static_cast<int>(era * 400) + year_of_era + (c.month <= 2 ? 1 : 0);
    return c;
}

int weekday(Day d) noexcept
{
    auto const w = static_cast<int>((static_cast<std::int64_t>(d) + 4) % 7); // 1970-01-01 was a Thursday
    return w < 0 ? w + 7 : w;
}

std::optional<Day> parse_iso_day(std::string_view s) noexcept
{
    if (s.size() > 10 && s[10] != ' ' && s[10] != 'T') {
        return std::nullopt;
    }
    auto const c = parse_iso(s.substr(0, 10), DateKind::date);
    return c ? std::optional<Day>(day_of(*c)) : std::nullopt;
}

std::string iso_day(Day d) { return iso_text(civil_of(d), DateKind::date); }

DateFormat::DateFormat(std::string_view format, DateKind kind, int pivot)
    : m_text(format), m_codes(compile(format)), m_kind(kind), m_pivot(pivot),
      m_short_year(m_codes.find(k_short_year.code) != std::string::npos), m_ragged(has_ragged(format, m_codes))
{
    require(format, m_codes, kind);
    for (std::size_t i = 0; i < m_at.size(); ++i) {
        m_at[i] = m_codes.find(i == 0 && m_short_year ? k_short_year.code : k_slots[i]);
    }
    for (std::size_t i = 0; i < m_codes.size(); ++i) {
        if (m_codes[i] == ' ') {
            m_literals.push_back(i);
        }
    }
}

std::optional<Civil> DateFormat::parse(std::string_view s) const noexcept
{
    if (m_ragged) {
        return parse_ragged(s);
    }
    if (s.size() != m_text.size()) {
        return std::nullopt;
    }
    for (auto const i : m_literals) {
        if (s[i] != m_text[i]) {
            return std::nullopt;
        }
    }
    auto const part = [&](std::size_t slot, unsigned without) {
        return static_cast<int>(m_at[slot] == std::string::npos ? without : two_digits(s.data() + m_at[slot]));
    };
    Civil c{1970, part(1, 1), part(2, 1), part(3, 0), part(4, 0), part(5, 0)};
    if (m_short_year) {
        auto const short_year = part(0, 0);
        c.year = short_year > 99 ? static_cast<int>(k_no_digits) : long_year(short_year);
    } else if (m_at[0] != std::string::npos) {
        c.year = part(0, 0) * 100 + static_cast<int>(two_digits(s.data() + m_at[0] + 2));
    }
    return checked(c);
}

std::size_t DateFormat::width_at(std::size_t at) const noexcept
{
    return std::min(m_codes.find_first_not_of(m_codes[at], at), m_codes.size()) - at;
}

/// Part after part, since what comes before may be longer or shorter.
std::optional<Civil> DateFormat::parse_ragged(std::string_view s) const noexcept
{
    std::array<int, 6> values = {1970, 1, 1, 0, 0, 0};
    for (std::size_t i = 0; i < m_codes.size();) {
        if (m_codes[i] == ' ') {
            if (s.empty() || s.front() != m_text[i]) {
                return std::nullopt;
            }
            s.remove_prefix(1);
            ++i;
            continue;
        }
        auto const width = width_at(i);
        auto const digits = std::min(s.find_first_not_of("0123456789"), s.size());
        auto const taken = width == 1 ? std::min<std::size_t>(digits, 2) : width;
        if (taken == 0 || taken > digits) {
            return std::nullopt;
        }
        bool bad = false;
        auto const value = number(s.substr(0, taken), bad);
        bool const short_year = m_codes[i] == k_short_year.code;
        values[short_year ? 0 : k_slots.find(m_codes[i])] = short_year ? long_year(value) : value;
        s.remove_prefix(taken);
        i += width;
    }
    return s.empty() ? checked({values[0], values[1], values[2], values[3], values[4], values[5]}) : std::nullopt;
}

/// None of what is no real date; what the kind has not is dropped.
std::optional<Civil> DateFormat::checked(Civil c) const noexcept
{
    if (c.year > 9999 || !is_valid(c)) {
        return std::nullopt;
    }
    if (m_kind == DateKind::date) {
        c.hour = c.minute = c.second = 0;
    } else if (m_kind == DateKind::time) {
        c.year = 1970;
        c.month = c.day = 1;
    }
    return c;
}

std::string DateFormat::format(Civil const &c) const
{
    std::array<int, 6> const values = {c.year, c.month, c.day, c.hour, c.minute, c.second};
    std::string out;
    for (std::size_t i = 0, width = 0; i < m_codes.size(); i += width) {
        width = width_at(i);
        if (m_codes[i] == ' ') {
            out.append(m_text, i, width);
            continue;
        }
        auto const value = values[m_codes[i] == k_short_year.code ? 0 : k_slots.find(m_codes[i])];
        if (width == 1) {
            out += std::to_string(value);
        } else {
            out.append(width, '0');
            put(out.data() + out.size() - width, width, value);
        }
    }
    return out;
}

std::string iso_text(Civil const &c, DateKind kind)
{
    char text[] = "0000-00-00 00:00:00"; // a date's ten characters need no allocation
    put(text, 4, c.year);
    put(text + 5, 2, c.month);
    put(text + 8, 2, c.day);
    put(text + 11, 2, c.hour);
    put(text + 14, 2, c.minute);
    put(text + 17, 2, c.second);
    std::string_view const whole(text, 19);
    return std::string(kind == DateKind::date ? whole.substr(0, 10) : kind == DateKind::time ? whole.substr(11) : whole);
}

std::optional<Civil> parse_iso(std::string_view s, DateKind kind) noexcept
{
    std::size_t const length = kind == DateKind::date ? 10 : kind == DateKind::time ? 8 : 19;
    if (s.size() != length) {
        return std::nullopt;
    }
    Civil c;
    bool bad = false;
    if (kind != DateKind::time) {
        bad = s[4] != '-' || s[7] != '-' || (kind == DateKind::datetime && s[10] != ' ');
        c.year = number(s.substr(0, 4), bad);
        c.month = number(s.substr(5, 2), bad);
        c.day = number(s.substr(8, 2), bad);
    }
    if (kind != DateKind::date) {
        auto const time = s.substr(length - 8);
        bad = bad || time[2] != ':' || time[5] != ':';
        c.hour = number(time.substr(0, 2), bad);
        c.minute = number(time.substr(3, 2), bad);
        c.second = number(time.substr(6, 2), bad);
    }
    return if_valid(c, bad);
}

} // namespace atom
