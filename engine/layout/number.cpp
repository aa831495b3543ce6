#include "engine/layout/number.hpp"

#include "engine/base/decimal.hpp"
#include "engine/base/text.hpp"

#include <string>

namespace atom {

namespace {

/// A number without the word that stands for its sign, at either end.
std::string_view without_word(Field const &f, std::string_view s, std::optional<bool> &negative)
{
    for (auto const &[word, less] : f.signs) {
        bool const behind = s.ends_with(word);
        if (behind || s.starts_with(word)) {
            negative = less;
            return trim(behind ? s.substr(0, s.size() - word.size()) : s.substr(word.size()));
        }
    }
    return s;
}

std::optional<std::int64_t> parse_overpunch(std::string_view s)
{
    constexpr std::string_view k_plus = "{ABCDEFGHI", k_minus = "}JKLMNOPQR"; // 0 to 9
    auto const plus = k_plus.find(s.back()), minus = k_minus.find(s.back());
    if (plus == std::string_view::npos && minus == std::string_view::npos) {
        return parse_integer(s);
    }
    bool const negative = plus == std::string_view::npos;
    auto const digits = std::string(s.substr(0, s.size() - 1)) + static_cast<char>('0' + (negative ? minus : plus));
    return is_digits(digits) ? parse_integer((negative ? "-" : "") + digits) : std::nullopt;
}

std::optional<std::int64_t> parse_digits(Field const &f, std::string_view s, Encoding encoding)
{
    if (f.form == NumberForm::overpunch) {
        return parse_overpunch(s);
    }
    if (f.type == FieldType::integer || f.implied_decimals) {
        return parse_integer(s);
    }
    if (auto const plain = parse_decimal(s, f.scale, f.decimal_separator)) {
        return plain;
    }
    return parse_amount(to_utf8(s, encoding), f.scale, f.decimal_separator);
}

} // namespace

std::optional<std::int64_t> read_number(Field const &f, std::string_view s, Encoding encoding)
{
    std::optional<bool> negative;
    auto const digits = f.signs.empty() ? s : without_word(f, s, negative);
    if (negative && digits.find_first_of("+-(") != std::string_view::npos) {
        return std::nullopt; // two signs
    }
    auto const n = parse_digits(f, digits, encoding);
    return n && negative.value_or(false) ? std::optional(-*n) : n;
}

namespace {

std::optional<std::int64_t> read_packed(std::string_view raw)
{
    std::string digits;
    for (char const c : raw) {
        auto const b = static_cast<unsigned char>(c);
        digits += static_cast<char>('0' + (b >> 4U));
        digits += static_cast<char>('0' + (b & 0x0fU));
    }
    auto const sign = digits.back() - '0';
    digits.pop_back();
    bool const negative = sign == 0xd || sign == 0xb;
    return sign < 0xa || !is_digits(digits) ? std::nullopt : parse_integer((negative ? "-" : "") + digits);
}

std::int64_t read_binary(std::string_view raw)
{
    auto n = static_cast<std::uint64_t>((static_cast<unsigned char>(raw.front()) & 0x80U) != 0 ? -1 : 0);
    for (char const c : raw) {
        n = n << 8U | static_cast<unsigned char>(c);
    }
    return static_cast<std::int64_t>(n);
}

} // namespace

/// What is no text has no blanks but a packed number's: bytes that no number has.
Parsed parse_binary(Field const &f, std::string_view raw)
{
    auto const all = [&](char c) { return raw.find_first_not_of(c) == std::string_view::npos; };
    bool const blank = (f.form == NumberForm::packed && (all(' ') || all('\x40'))) || (f.nul_is_blank && all('\0'));
    bool const none = blank || raw.empty();
    auto const n = none ? std::nullopt : f.form == NumberForm::packed ? read_packed(raw) : std::optional(read_binary(raw));
    Parsed p;
    if (n) {
        p.value = Value::of(*n);
    } else if (!none) {
        p.fault = LineFault::value;
        p.warning = f.on_invalid != OnInvalid::reject && !f.required;
    } else if (!f.default_value.none) {
        p.value = Value::of(f.default_value);
    } else if (f.required) {
        p.fault = LineFault::required;
    }
    return p;
}

} // namespace atom
