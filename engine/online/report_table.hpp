#pragma once
// One table of a report's page: its head, drawing, rows as a table or as cards, its pages, order and filters, and what can be done to a
// row.

#include "engine/online/report_page.hpp"

#include <string>

namespace atom {

/// The whole section.
std::string report_section(PageSetting const &setting, ReportRows const &rows);

/// All that a row says, as a list of label and value.
std::string row_card(PageSetting const &setting, ReportRows const &rows, std::vector<SqlValue> const &row);

/// Links to what the tables hold as files: of one table, or of all.
std::string file_links(PageSetting const &setting, ReportTable const *table);

} // namespace atom
