#pragma once
// When a job's files may run, and when they are expected: `requires` and `expected` as read.

#include "engine/base/date.hpp"
#include "engine/base/toml.hpp"

#include <optional>
#include <string>
#include <vector>

namespace atom {

/// A file of another job must be done first; counted on the files' dates.
struct Require
{
    enum class Since
    {
        same_day,
        previous_business_day,
        days
    };
    std::string job;
    Since since = Since::same_day;
    int days = 0; // of Since::days

    /// The earliest date that serves a file of this date.
    Day earliest(Day date) const noexcept;
};

/// "daily by 06:00" (bank business days) or "tuesday by 08:00".
struct Expected
{
    std::optional<int> weekday; // 0 Sunday … 6 Saturday; none = every bank business day
    int hour = 0, minute = 0;
    std::string text;

    /// A file of this date should be here at this time and its day is one of those.
    bool due(Civil const &now) const noexcept;
};

std::vector<Require> read_requires(TomlTable &job);
std::optional<Expected> read_expected(TomlTable &job);

} // namespace atom
