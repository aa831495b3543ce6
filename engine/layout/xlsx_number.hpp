#pragma once
// The numbers of a spreadsheet: their text made exact, and what their number format makes of them. Pure functions, never through floating
// point but for days and times.

#include <optional>
#include <string>
#include <string_view>

namespace atom {

/// What a number format shows a number as.
enum class NumberFormat : char
{
    plain,
    percent,
    date,     // a day, with or without a time
    time,     // a time of day
    duration, // hours that may pass 24: "[h]:mm"
};

/// Of a format's code ("0.00%", "dd/mm/yyyy;@"): its first section counts.
NumberFormat number_format(std::string_view code);
/// Of one of the formats that every workbook has (ECMA-376, 18.8.30); plain for all other ids.
NumberFormat builtin_number_format(int id) noexcept;

/// The digits of a number as a file has it ("1.6600000000000001E-2") as a plain decimal ("0.0166"), rounded to the 15 digits that a
/// spreadsheet shows where it has a fraction or an exponent; moved by two places, with a '%', if `percent`. None if it is no number, or a
/// number of more than 40 places.
std::optional<std::string> exact_number(std::string_view text, bool percent);

/// It is written with an exponent, or has only zeros after its 15th digit: a program that keeps 15 wrote it, and there may have been more.
bool has_lost_digits(std::string_view text) noexcept;

/// A day number as "2026-11-03" or "2026-11-03 02:00:00"; a time or duration as "02:00:00". `from_1904`: day 0 is 1904-01-01, else day 1
/// is 1900-01-01 and there is a 1900-02-29 that never was. None if there is no such moment; seconds are rounded.
std::optional<std::string> moment_text(std::string_view number, NumberFormat format, bool from_1904);

} // namespace atom
