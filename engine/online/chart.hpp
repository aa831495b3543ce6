#pragma once
// A table as a drawing: HTML with SVG in it, whose colours are the style sheet's. The first column is what is counted, the first column of
// numbers after it is the number.

#include "engine/job/report_run.hpp"

#include <string>

namespace atom {

/// "" where there is nothing to draw: no row, or no column of numbers. Of bars and slices the names are links where `address` gives one.
std::string chart_of(ReportRows const &rows, std::function<std::string(std::vector<SqlValue> const &)> const &address = {});

} // namespace atom
