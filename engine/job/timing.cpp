#include "engine/job/timing.hpp"

#include "engine/base/calendar.hpp"
#include "engine/base/decimal.hpp"
#include "engine/base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace atom {

namespace {

constexpr std::array<std::string_view, 7> k_weekdays = {"sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"};
constexpr int k_most_days = 366;

/// "same-day", "previous-business-day" or "3d".
bool read_since(std::string const &text, Require &require)
{
    if (text == "same-day") {
        require.since = Require::Since::same_day;
        return true;
    }
    if (text == "previous-business-day") {
        require.since = Require::Since::previous_business_day;
        return true;
    }
    auto const digits = std::string_view(text).substr(0, text.empty() ? 0 : text.size() - 1);
    auto const days = is_digits(digits) && text.back() == 'd' ? parse_integer(digits).value_or(-1) : -1;
    require.since = Require::Since::days;
    require.days = static_cast<int>(std::min<std::int64_t>(days, k_most_days));
    return days >= 0 && days <= k_most_days;
}

} // namespace

Day Require::earliest(Day date) const noexcept
{
    switch (since) {
    case Since::same_day: return date;
    case Since::previous_business_day: return previous_business_day(date);
    case Since::days: break;
    }
    return date - days;
}

bool Expected::due(Civil const &now) const noexcept
{
    auto const today = day_of(now);
    bool const its_day = weekday ? atom::weekday(today) == *weekday : is_business_day(today);
    return its_day && now.hour * 60 + now.minute >= hour * 60 + minute;
}

std::vector<Require> read_requires(TomlTable &job)
{
    std::vector<Require> out;
    for (auto &t : job.tables("requires")) {
        Require r;
        r.job = t.required_text("job");
        auto const since = t.required_text("since");
        if (!since.empty() && !read_since(since, r)) {
            t.fault("since", fmt::format("\"{}\" is no time; allowed: same-day, previous-business-day, or days as \"3d\"", since));
        }
        t.finish("requires");
        out.push_back(std::move(r));
    }
    return out;
}

std::optional<Expected> read_expected(TomlTable &job)
{
    auto const text = job.text("expected");
    if (!text) {
        return std::nullopt;
    }
    Expected e;
    e.text = *text;
    auto const by = text->find(" by ");
    auto const day = text->substr(0, by);
    auto const clock = by == std::string::npos ? "" : text->substr(by + 4);
    auto const weekday = std::find(k_weekdays.begin(), k_weekdays.end(), day);
    auto const time = clock.size() == 5 ? parse_iso(clock + ":00", DateKind::time) : std::nullopt;
    if ((day != "daily" && weekday == k_weekdays.end()) || !time) {
        job.fault("expected",
                  fmt::format("\"{}\" is no time; allowed: \"daily by 06:00\", or a weekday as in \"tuesday by 08:00\"", *text));
        return std::nullopt;
    }
    if (day != "daily") {
        e.weekday = static_cast<int>(weekday - k_weekdays.begin());
    }
    e.hour = time->hour;
    e.minute = time->minute;
    return e;
}

} // namespace atom
