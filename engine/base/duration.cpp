#include "engine/base/duration.hpp"

#include "engine/base/text.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

namespace atom {

namespace {

struct Unit
{
    char letter;
    std::int64_t seconds;
};
constexpr Unit k_units[] = {{'d', 86400}, {'h', 3600}, {'m', 60}, {'s', 1}};
constexpr std::int64_t k_longest = std::int64_t{366} * 86400;

} // namespace

std::optional<std::chrono::seconds> parse_duration(std::string_view text) noexcept
{
    auto const digits = text.substr(0, text.empty() ? 0 : text.size() - 1);
    auto const *const unit =
        std::find_if(std::begin(k_units), std::end(k_units), [&](Unit const &u) { return !text.empty() && u.letter == text.back(); });
    std::int64_t count = 0;
    if (unit == std::end(k_units) || !is_digits(digits) ||
        std::from_chars(digits.data(), digits.data() + digits.size(), count).ec != std::errc()) {
        return std::nullopt;
    }
    if (count > k_longest / unit->seconds) {
        return std::nullopt;
    }
    return std::chrono::seconds(count * unit->seconds);
}

std::string duration_text(std::chrono::seconds span)
{
    auto const count = std::max<std::int64_t>(span.count(), 0);
    for (auto const &u : k_units) {
        if (count > 0 && count % u.seconds == 0) {
            return fmt::format("{}{}", count / u.seconds, u.letter);
        }
    }
    return "0s";
}

} // namespace atom
