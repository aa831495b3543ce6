#pragma once
// Local times as numbers, and as people type them.

#include "engine/base/date.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace atom {

std::int64_t seconds_of(Civil const &c) noexcept; // since 1970-01-01 00:00, as if the zone had no jumps
Civil civil_at(std::int64_t seconds) noexcept;    // the other way round

/// What a person typed into an option or a page: a date in front written as DD/MM/YYYY is one as ISO writes it; all else as it is.
std::string iso_from_typed(std::string_view text);

} // namespace atom
