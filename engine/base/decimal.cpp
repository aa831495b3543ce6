#include "engine/base/decimal.hpp"

#include "engine/base/encoding.hpp"
#include "engine/base/text.hpp"
#include "engine/base/unicode.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <charconv>
#include <limits>

namespace atom {

namespace {

constexpr std::uint64_t k_most = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
constexpr std::size_t k_safe_digits = 19; // 19 nines fit 64 bits without a sign, so no step can overflow

constexpr bool is_sign(char c) noexcept { return c == '+' || c == '-'; }

// Takes the sign off, at one end. False if there is one at both.
bool take_sign(std::string_view &s, bool &negative) noexcept
{
    negative = false;
    if (!s.empty() && is_sign(s.front())) {
        negative = s.front() == '-';
        s.remove_prefix(1);
        return s.empty() || !is_sign(s.back());
    }
    if (!s.empty() && is_sign(s.back())) {
        negative = s.back() == '-';
        s.remove_suffix(1);
    }
    return true;
}

std::optional<std::int64_t> with_sign(std::uint64_t magnitude, bool negative) noexcept
{
    if (magnitude > k_most + (negative ? 1 : 0)) {
        return std::nullopt;
    }
    return static_cast<std::int64_t>(negative ? 0 - magnitude : magnitude);
}

// A number being read digit by digit.
struct Magnitude
{
    std::uint64_t value = 0;
    bool too_big = false;

    void add(unsigned digit) noexcept
    {
        // Past int64's range is enough to stop: with_sign() tells the edge.
        if (value > (k_most + 1) / 10) {
            too_big = true;
        } else {
            value = value * 10 + digit;
        }
    }
};

// Digits in front of the separator. Groups of three, if there are any; then a first group of "0" would be a decimal point
// that was taken for a grouping one ("0.125"), and is refused.
bool add_whole_part(std::string_view s, char grouping, Magnitude &m) noexcept
{
    bool const grouped = s.find(grouping) != std::string_view::npos;
    if (grouped && (s.front() == '0' || s.find(grouping) > 3)) {
        return false;
    }
    std::size_t in_group = 0;
    bool first_group = true;
    for (char const c : s) {
        if (c == grouping) {
            if (in_group == 0 || (!first_group && in_group != 3)) {
                return false;
            }
            first_group = false;
            in_group = 0;
            continue;
        }
        auto const digit = static_cast<unsigned>(c) - '0';
        if (digit > 9) {
            return false;
        }
        m.add(digit);
        ++in_group;
    }
    return !grouped || in_group == 3;
}

bool add_decimals(std::string_view s, std::size_t scale, Magnitude &m) noexcept
{
    if (s.size() > scale) {
        return false;
    }
    for (std::size_t i = 0; i < scale; ++i) {
        auto const digit = i < s.size() ? static_cast<unsigned>(s[i]) - '0' : 0U;
        if (digit > 9) {
            return false;
        }
        m.add(digit);
    }
    return true;
}

} // namespace

std::optional<std::int64_t> parse_integer(std::string_view s) noexcept
{
    bool negative = false;
    if (!take_sign(s, negative) || s.empty()) {
        return std::nullopt;
    }
    auto const first = std::min(s.find_first_not_of('0'), s.size());
    s.remove_prefix(first); // zero-filled fields may be of any width
    std::uint64_t value = 0;
    unsigned bad = 0;
    for (char const c : s.substr(0, k_safe_digits)) {
        auto const digit = static_cast<unsigned>(c) - '0';
        bad |= static_cast<unsigned>(digit > 9);
        value = value * 10 + digit;
    }
    if (bad != 0 || s.size() > k_safe_digits) {
        return std::nullopt;
    }
    return with_sign(value, negative);
}

std::optional<std::int64_t> parse_decimal(std::string_view s, int scale, char separator) noexcept
{
    assert(scale >= 0 && scale <= k_max_scale && (separator == ',' || separator == '.'));
    bool const percent = !s.empty() && s.back() == '%';
    if (percent) {
        s.remove_suffix(1);
    }
    bool negative = false;
    if ((percent && !s.empty() && is_sign(s.back())) || !take_sign(s, negative) || s.empty()) {
        return std::nullopt;
    }
    auto const point = s.find(separator);
    auto const decimals = point == std::string_view::npos ? std::string_view() : s.substr(point + 1);
    if (point != std::string_view::npos && decimals.empty()) {
        return std::nullopt;
    }
    Magnitude m;
    if (!add_whole_part(s.substr(0, point), separator == ',' ? '.' : ',', m) ||
        !add_decimals(decimals, static_cast<std::size_t>(scale), m) || m.too_big) {
        return std::nullopt;
    }
    return with_sign(m.value, negative);
}

namespace {

/// What stands around an amount's digits.
struct Around
{
    bool sign = false, negative = false, currency = false, parentheses = false;
};

/// Takes off what stands in front, in any order, each once; then what answers to it behind. False if that is missing.
bool take_around(std::string_view &s, Around &around)
{
    for (s = trim(s); !s.empty(); s = trim(s)) {
        if (!around.sign && !around.parentheses && is_sign(s.front())) {
            around.sign = true;
            around.negative = s.front() == '-';
            s.remove_prefix(1);
        } else if (!around.currency && s.starts_with("R$")) {
            around.currency = true;
            s.remove_prefix(2);
        } else if (!around.sign && !around.parentheses && s.front() == '(') {
            around.parentheses = around.negative = true;
            s.remove_prefix(1);
        } else {
            break;
        }
    }
    if (around.parentheses) {
        bool const closed = s.ends_with(')');
        s = trim(s.substr(0, s.size() - (closed ? 1 : 0)));
        return closed;
    }
    if (!around.sign && !s.empty() && is_sign(s.back())) {
        around.negative = s.back() == '-';
        s = trim(s.substr(0, s.size() - 1));
    }
    return true;
}

} // namespace

std::optional<std::int64_t> parse_amount(std::string_view utf8, int scale, char separator)
{
    if (auto const plain = parse_decimal(utf8, scale, separator)) {
        return plain;
    }
    auto const text = plain_marks(utf8);
    std::string_view s = text;
    Around around;
    if (!take_around(s, around) || s.empty() || is_sign(s.front()) || is_sign(s.back())) {
        return std::nullopt;
    }
    bool const percent = s.back() == '%';
    std::string digits(trim(s.substr(0, s.size() - (percent ? 1 : 0))));
    char const grouping = separator == ',' ? '.' : ',';
    if ((percent && around.currency) || (digits.find(' ') != std::string::npos && digits.find(grouping) != std::string::npos)) {
        return std::nullopt;
    }
    std::replace(digits.begin(), digits.end(), ' ', grouping);
    auto const units = parse_decimal(digits, scale, separator);
    return units && around.negative ? -*units : units;
}

std::optional<std::string> without_exponent(std::string_view number)
{
    constexpr int k_most_places = 40;
    bool const negative = number.starts_with('-');
    number.remove_prefix(negative ? 1 : 0);
    auto const e = number.find_first_of("eE");
    int exponent = 0;
    if (e != std::string_view::npos) {
        auto const text = number.substr(e + (number.substr(e + 1).starts_with('+') ? 2 : 1));
        auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), exponent);
        if (error != std::errc() || end != text.data() + text.size() || exponent < -1000 || exponent > 1000) {
            return std::nullopt;
        }
        number = number.substr(0, e);
    }
    auto const dot = number.find('.');
    auto digits = std::string(number.substr(0, dot)) + std::string(dot == std::string_view::npos ? "" : number.substr(dot + 1));
    if (!is_digits(digits)) {
        return std::nullopt;
    }
    auto point = static_cast<int>(std::min(dot, number.size())) + exponent; // how many digits stand in front of it
    digits.erase(digits.find_last_not_of('0') + 1);
    auto const zeros = std::min(digits.find_first_not_of('0'), digits.size());
    digits.erase(0, zeros);
    point -= static_cast<int>(zeros);
    auto const size = static_cast<int>(digits.size());
    if (digits.empty()) {
        return "0";
    }
    if (point > k_most_places || size - point > k_most_places) {
        return std::nullopt;
    }
    digits.insert(0, point > 0 ? 0 : static_cast<std::size_t>(1 - point), '0');
    point = std::max(point, 1);
    digits.append(point > static_cast<int>(digits.size()) ? static_cast<std::size_t>(point) - digits.size() : 0, '0');
    if (point < static_cast<int>(digits.size())) {
        digits.insert(static_cast<std::size_t>(point), 1, '.');
    }
    return (negative ? "-" : "") + digits;
}

std::string format_decimal(std::int64_t units, int scale, char separator)
{
    assert(scale >= 0 && scale <= k_max_scale);
    std::array<char, 24> buffer; // 19 digits, sign, separator
    auto *p = buffer.data() + buffer.size();
    auto rest = units < 0 ? 0 - static_cast<std::uint64_t>(units) : static_cast<std::uint64_t>(units);
    for (int written = 0; rest != 0 || written <= scale; ++written) {
        if (written == scale && scale > 0) {
            *--p = separator;
        }
        *--p = static_cast<char>('0' + rest % 10);
        rest /= 10;
    }
    if (units < 0) {
        *--p = '-';
    }
    return std::string(p, buffer.data() + buffer.size());
}

} // namespace atom
