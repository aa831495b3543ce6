#pragma once
// Exact decimals: an int64 in units of 10^-scale. Never floating point.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace atom {

constexpr int k_max_scale = 15;

/// Digits with an optional sign before or after ("-12", "12-", "+12"); nothing else. None when a letter, a blank inside or an
/// overflow of int64 is met, or there is no digit.
std::optional<std::int64_t> parse_integer(std::string_view s) noexcept;

/// As people and spreadsheets write it: "1.234,56", "1234,56", "12,5%", "-3", "3-". `separator` is ',' or '.', the other of the two
/// groups thousands, and only in right groups of three that do not begin with a zero ("0.125" is no 125). ",5" is 0,5; "5," is nothing.
/// More decimals than `scale` are refused, even zeros.
std::optional<std::int64_t> parse_decimal(std::string_view s, int scale, char separator) noexcept;

/// The same, and as people of Brazil write amounts: with R$, in parentheses (less than nothing), the sign apart from the digits, grouped by
/// blanks of any kind; a dash or U+2212 is a sign. UTF-8.
std::optional<std::int64_t> parse_amount(std::string_view utf8, int scale, char separator);

/// A number with an exponent ("1e2", "1.50E-1") as plain digits ("100", "0.15"), without zeros at the end of its decimals; none if it is no
/// number, or one of more than 40 places on either side of the point.
std::optional<std::string> without_exponent(std::string_view number);

/// "1234,56" for (123456, 2, ','): no grouping, a '-' in front, always `scale` decimals.
std::string format_decimal(std::int64_t units, int scale, char separator);

} // namespace atom
