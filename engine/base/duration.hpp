#pragma once
// Spans of time as people write them in settings and options: "5s", "10m", "1h".

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace atom {

/// Digits and one unit: s, m, h or d. No blanks, no fraction, no sign; up to 366 days. None for anything else.
std::optional<std::chrono::seconds> parse_duration(std::string_view text) noexcept;

/// The shortest text that parse_duration() reads back: "90s", "2m", "1h". A negative span is written as "0s".
std::string duration_text(std::chrono::seconds span);

} // namespace atom
