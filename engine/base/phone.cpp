#include "engine/base/phone.hpp"

#include "engine/base/encoding.hpp"
#include "engine/base/text.hpp"
#include "engine/base/unicode.hpp"

#include <array>

namespace atom {

namespace {

constexpr std::size_t k_most_digits = 14; // 55, 0, area code, 9 + 8 digits
constexpr std::size_t k_most_of_extension = 6;

constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
constexpr bool is_mask(char c) noexcept
{
    return c == ' ' || c == '\t' || c == '(' || c == ')' || c == '-' || c == '+' || c == '.' || c == '/';
}

// For each first digit, the second digits of its area codes, as bits: [14689][1-9] 2[12478] 3[1-578] 5[13-5] 7[13-579].
constexpr unsigned bits(std::string_view digits) noexcept
{
    unsigned set = 0;
    for (char const c : digits) {
        set |= 1U << static_cast<unsigned>(c - '0');
    }
    return set;
}
constexpr unsigned k_all = bits("123456789");
constexpr std::array<unsigned, 10> k_second_digits = {
    0, k_all, bits("12478"), bits("1234578"), k_all, bits("1345"), k_all, bits("134579"), k_all, k_all};

// Area code and number, without country code and leading zero.
std::string_view national(std::string_view digits) noexcept
{
    bool const zero_after_country = digits.starts_with("550");
    if (digits.starts_with("55") && (digits.size() == 12 || digits.size() == 13 || (digits.size() == 14 && zero_after_country))) {
        digits.remove_prefix(2); // from nothing shorter: 55 is an area code too
    }
    if (!digits.starts_with('0')) {
        return digits;
    }
    bool const operated = (digits.size() == 13 || digits.size() == 14) && digits[1] != '0' && digits[2] != '0';
    return digits.substr(operated ? 3 : 1); // an operator's code goes only in front of a whole number
}

// Takes an extension off the end: a word for it, and digits.
bool take_extension(std::string_view &s)
{
    auto const last = s.find_last_not_of("0123456789");
    if (last == std::string_view::npos || last + 1 == s.size() || s.size() - last - 1 > k_most_of_extension) {
        return false;
    }
    auto const before = s.find_last_not_of(" \t.:", last);
    auto const front = before == std::string_view::npos ? std::string_view() : s.substr(0, before + 1);
    for (auto const *const word : {"ramal", "ram", "rml", "ext", "r", "x", "#"}) {
        auto const size = std::string_view(word).size();
        bool const there = front.size() > size && equal_ignoring_case(front.substr(front.size() - size), word);
        auto const number = front.substr(0, front.size() - (there ? size : 0));
        if (there && (is_digit(number.back()) || is_mask(number.back()))) {
            s = number;
            return true;
        }
    }
    return false;
}

// What serves the whole country under one number, at any area code.
bool is_single_national(std::string_view number) noexcept { return number.starts_with("300") || number.starts_with("400"); }

} // namespace

bool is_area_code(std::string_view two_digits) noexcept
{
    if (two_digits.size() != 2 || !is_digit(two_digits[0]) || !is_digit(two_digits[1])) {
        return false;
    }
    return ((k_second_digits[static_cast<std::size_t>(two_digits[0] - '0')] >> static_cast<unsigned>(two_digits[1] - '0')) & 1U) != 0;
}

std::optional<Phone> parse_phone(std::string_view s)
{
    if (!is_ascii(s)) {
        auto const plain = plain_marks(s);
        return is_ascii(plain) ? parse_phone(plain) : std::nullopt;
    }
    s = trim(s);
    bool const extension = take_extension(s);
    std::array<char, k_most_digits> buffer;
    std::size_t size = 0, letters = 0;
    for (char const c : s) {
        if (is_mask(c)) {
            continue;
        }
        if ((c == 'X' || c == 'x') && size == 1 && buffer[0] == '0' && letters < 2) { // "0XX": whatever operator
            ++letters;
            continue;
        }
        if (!is_digit(c) || size == buffer.size()) {
            return std::nullopt;
        }
        buffer[size++] = c;
    }
    auto const digits = national({buffer.data(), size});
    auto const area = digits.substr(0, 2);
    if ((digits.size() != 10 && digits.size() != 11) || !is_area_code(area) || letters == 1) {
        return std::nullopt;
    }
    auto const number = digits.substr(2);
    char const first = number.front();
    if (number.size() == 9) {
        return first == '9' ? std::optional<Phone>({std::string(area), std::string(number), extension}) : std::nullopt;
    }
    if (first >= '6') {
        return Phone{std::string(area), std::string(1, '9').append(number), extension};
    }
    if (first < '2' || is_single_national(number)) {
        return std::nullopt;
    }
    return Phone{std::string(area), std::string(number), extension};
}

} // namespace atom
