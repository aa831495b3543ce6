#pragma once
// A report's result as text: for people, for spreadsheets, for programs. Pure functions.

#include "engine/job/report_run.hpp"

#include <string>
#include <string_view>

namespace atom {

/// As a person here reads it: 1.234,56 and 03/11/2026 02:00. Not escaped.
std::string shown_cell(ReportColumn const &column, SqlValue const &value);
/// As a spreadsheet reads it: 1234,56 and 2026-11-03.
std::string plain_cell(ReportColumn const &column, SqlValue const &value);
/// A JSON value: decimals are numbers with all their places, dates ISO texts.
std::string json_cell(ReportColumn const &column, SqlValue const &value);

/// {"report", "title", "params": {…}, "tables": {name: [{column: value}]}}
std::string report_json(ReportResult const &result);

/// UTF-8, `;`, a header of column names; what a spreadsheet would take for a formula gets an apostrophe. Of several tables each stands
/// under a line with its name, with a blank line between.
std::string report_csv(ReportResult const &result);

/// The bytes of a workbook with the same content, a sheet a table by its title; numbers and money are numbers. Throws FileError,
/// WriteError.
std::string report_xlsx(ReportResult const &result);

} // namespace atom
