#include "engine/layout/xlsx_number.hpp"

#include "engine/base/date.hpp"
#include "engine/base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

namespace atom {

namespace {

constexpr std::size_t k_shown_digits = 15;
constexpr int k_most_places = 40;
constexpr double k_end_of_days = 2958466; // 10000-01-01, counted from 1900
constexpr int k_epoch_1900 = 25569;       // 1970-01-01
constexpr int k_epoch_1904 = 24107;
constexpr int k_false_leap_day = 60; // 1900-02-29
constexpr int k_day_seconds = 86400;

/// A format's letters, lower case, without what only decorates: quoted text, escaped characters, fillers, [colours] and [locales].
/// "[h]" stays as "h", and `elapsed` says that it was there.
std::string letters_of(std::string_view code, bool &elapsed)
{
    std::string out;
    elapsed = false;
    for (std::size_t i = 0; i < code.size() && code[i] != ';'; ++i) {
        if (code[i] == '"') {
            i = std::min(code.find('"', i + 1), code.size());
        } else if (code[i] == '\\' || code[i] == '_' || code[i] == '*') {
            ++i;
        } else if (code[i] == '[') {
            auto const close = std::min(code.find(']', i), code.size());
            auto const inside = to_lower(code.substr(i + 1, close - i - 1));
            if (!inside.empty() && inside.find_first_not_of(inside.front()) == std::string::npos &&
                std::string_view("hms").find(inside.front()) != std::string_view::npos) {
                elapsed = true;
                out += inside.front();
            }
            i = close;
        } else {
            out += code[i];
        }
    }
    return to_lower(out);
}

/// Digits, and where the decimal point stands among them (it may lie outside).
struct Digits
{
    bool negative = false;
    std::string digits;
    int point = 0;
    bool exact = true; // no fraction and no exponent: as somebody typed it
};

std::optional<Digits> read_digits(std::string_view s)
{
    Digits d;
    if (!s.empty() && (s.front() == '-' || s.front() == '+')) {
        d.negative = s.front() == '-';
        s.remove_prefix(1);
    }
    auto const e = s.find_first_of("eE");
    int exponent = 0;
    if (e != std::string_view::npos) {
        auto text = s.substr(e + 1);
        text.remove_prefix(!text.empty() && text.front() == '+' ? 1 : 0);
        auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), exponent);
        if (error != std::errc() || end != text.data() + text.size() || std::abs(exponent) > 400) {
            return std::nullopt;
        }
        s = s.substr(0, e);
    }
    auto const dot = s.find('.');
    auto const whole = s.substr(0, dot);
    auto const fraction = dot == std::string_view::npos ? std::string_view() : s.substr(dot + 1);
    d.digits = std::string(whole) + std::string(fraction);
    if (!is_digits(d.digits) || d.digits.size() > 400) {
        return std::nullopt;
    }
    d.point = static_cast<int>(whole.size()) + exponent;
    d.exact = fraction.empty() && e == std::string_view::npos;
    auto const zeros = std::min(d.digits.find_first_not_of('0'), d.digits.size());
    d.digits.erase(0, zeros);
    d.point -= static_cast<int>(zeros);
    return d;
}

/// To so many digits, the half upwards.
void round_to(Digits &d, std::size_t n)
{
    if (d.digits.size() <= n) {
        return;
    }
    bool const up = d.digits[n] >= '5';
    d.digits.resize(n);
    if (!up) {
        return;
    }
    auto i = n;
    while (i > 0 && d.digits[i - 1] == '9') {
        d.digits[--i] = '0';
    }
    if (i > 0) {
        ++d.digits[i - 1];
    } else {
        d.digits.insert(0, "1");
        ++d.point;
    }
}

std::string plain_text(Digits const &d)
{
    auto const digits = d.digits.substr(0, d.digits.find_last_not_of('0') + 1);
    if (digits.empty()) {
        return "0";
    }
    auto const n = static_cast<int>(digits.size());
    auto const point = static_cast<std::size_t>(std::max(d.point, 0));
    std::string out = d.negative ? "-" : "";
    if (d.point >= n) {
        return out + digits + std::string(point - digits.size(), '0');
    }
    out += d.point > 0 ? digits.substr(0, point) : "0";
    return out + "." + std::string(static_cast<std::size_t>(std::max(-d.point, 0)), '0') + digits.substr(point);
}

std::string clock_text(std::int64_t seconds) { return fmt::format("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60); }

/// The day since 1970 of a sheet's day number.
std::optional<Day> day_of_serial(std::int64_t serial, bool from_1904)
{
    if (from_1904) {
        return static_cast<Day>(serial - k_epoch_1904);
    }
    if (serial < 1 || serial == k_false_leap_day) {
        return std::nullopt;
    }
    return static_cast<Day>(serial - k_epoch_1900 + (serial < k_false_leap_day ? 1 : 0));
}

} // namespace

NumberFormat number_format(std::string_view code)
{
    bool elapsed = false;
    auto const letters = letters_of(code, elapsed);
    auto const has = [&](char const *any) { return letters.find_first_of(any) != std::string::npos; };
    if (letters.find("general") != std::string::npos) {
        return NumberFormat::plain;
    }
    if (elapsed) {
        return NumberFormat::duration;
    }
    if (has("yd") || (has("m") && !has("hs"))) {
        return NumberFormat::date;
    }
    if (has("hs")) {
        return NumberFormat::time;
    }
    return has("%") ? NumberFormat::percent : NumberFormat::plain;
}

NumberFormat builtin_number_format(int id) noexcept
{
    auto const within = [id](int first, int last) { return id >= first && id <= last; };
    if (within(9, 10)) {
        return NumberFormat::percent;
    }
    if (within(14, 17) || id == 22 || within(27, 31) || id == 36 || within(50, 58)) {
        return NumberFormat::date;
    }
    if (within(18, 21) || within(32, 35) || id == 45 || id == 47) {
        return NumberFormat::time;
    }
    return id == 46 ? NumberFormat::duration : NumberFormat::plain;
}

std::optional<std::string> exact_number(std::string_view text, bool percent)
{
    auto d = read_digits(text);
    if (!d) {
        return std::nullopt;
    }
    if (!d->exact) {
        round_to(*d, k_shown_digits);
    }
    d->point += percent ? 2 : 0;
    if (!d->digits.empty() && (d->point > k_most_places || d->point < -k_most_places)) {
        return std::nullopt;
    }
    return plain_text(*d) + (percent ? "%" : "");
}

bool has_lost_digits(std::string_view text) noexcept
{
    if (text.find_first_of("eE") != std::string_view::npos) {
        return true;
    }
    auto whole = text.substr(0, text.find('.'));
    whole.remove_prefix(std::min(whole.find_first_of("123456789"), whole.size()));
    return whole.size() > k_shown_digits && whole.find_first_not_of('0', k_shown_digits) == std::string_view::npos;
}

std::optional<std::string> moment_text(std::string_view number, NumberFormat format, bool from_1904)
{
    double serial = 0;
    auto const [end, error] = std::from_chars(number.data(), number.data() + number.size(), serial);
    if (error != std::errc() || end != number.data() + number.size() || !(serial >= 0 && serial < k_end_of_days)) {
        return std::nullopt;
    }
    auto const all = static_cast<std::int64_t>(std::llround(serial * k_day_seconds));
    bool const clock = format == NumberFormat::duration || (format == NumberFormat::time && all < k_day_seconds);
    if (clock) {
        return clock_text(all);
    }
    auto const day = day_of_serial(all / k_day_seconds, from_1904);
    if (!day) {
        return std::nullopt;
    }
    auto const civil = civil_of(*day);
    if (!is_valid(civil)) {
        return std::nullopt;
    }
    auto const rest = all % k_day_seconds;
    return iso_day(*day) + (rest == 0 ? "" : " " + clock_text(rest));
}

} // namespace atom
