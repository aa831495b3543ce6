#include "engine/base/local_time.hpp"

namespace atom {

std::int64_t seconds_of(Civil const &c) noexcept { return std::int64_t{day_of(c)} * 86400 + c.hour * 3600 + c.minute * 60 + c.second; }

Civil civil_at(std::int64_t seconds) noexcept
{
    constexpr std::int64_t k_day = 86400;
    auto days = seconds / k_day;
    auto second = seconds % k_day;
    if (second < 0) {
        second += k_day;
        --days;
    }
    Civil c = civil_of(static_cast<Day>(days));
    c.hour = static_cast<int>(second / 3600);
    c.minute = static_cast<int>(second / 60 % 60);
    c.second = static_cast<int>(second % 60);
    return c;
}

std::string iso_from_typed(std::string_view text)
{
    static DateFormat const day_first("DD/MM/YYYY", DateKind::date);
    auto const day = day_first.parse(text.substr(0, 10));
    return day ? iso_day(day_of(*day)) + std::string(text.substr(10)) : std::string(text);
}

} // namespace atom
