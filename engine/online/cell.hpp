#pragma once
// One cell of a report as HTML: with its marks, as a link that calls or writes, long texts folded. Pure.

#include "engine/job/report_run.hpp"

#include <string>

namespace atom {

/// "" where there is nothing. `link`: an address that the cell opens; "" = none.
std::string cell_html(ReportColumn const &column, SqlValue const &value, std::string const &link);

/// A text of more characters than this is folded.
constexpr std::size_t k_folded = 120;

/// Whether cell_html() folds it.
bool is_folded(SqlValue const &value);

} // namespace atom
