#pragma once
// The Brazilian bank calendar: Monday to Friday, but the national bank holidays. Source: Resolucao CMN 4.880/2020 and Lei
// 14.759/2023 (20 November from 2024); Easter by the anonymous Gregorian algorithm (Meeus, Astronomical Algorithms, ch. 8).

#include "engine/base/date.hpp"

namespace atom {

Day easter(int year) noexcept;

/// 1/1, 21/4, 1/5, 7/9, 12/10, 2/11, 15/11, 20/11 (from 2024), 25/12, and Easter -48, -47, -2, +60. A weekend as such
/// is no holiday; a holiday may fall on one.
bool is_bank_holiday(Day d) noexcept;
bool is_business_day(Day d) noexcept;

/// Business days after `a`, up to and with `b`; if b is earlier, -business_days_between(b, a). Constant time a year.
std::int64_t business_days_between(Day a, Day b) noexcept;

/// The last business day before `d`, whatever `d` is.
Day previous_business_day(Day d) noexcept;

} // namespace atom
