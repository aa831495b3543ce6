#pragma once
// A report's result as text: for people, for spreadsheets, for programs. Pure functions.

#include "engine/job/report_run.hpp"

#include <string>
#include <string_view>

namespace atom {

class XlsxWriter;

/// As a person here reads it: 1.234,56 and 03/11/2026 02:00. Not escaped.
std::string shown_cell(ReportColumn const &column, SqlValue const &value);
/// As a spreadsheet reads it: 1234,56 and 2026-11-03.
std::string plain_cell(ReportColumn const &column, SqlValue const &value);
/// A JSON value: decimals are numbers with all their places, dates ISO texts.
std::string json_cell(ReportColumn const &column, SqlValue const &value);

/// {"report", "title", "params": {…}, "tables": {name: [{column: value}]}}
std::string report_json(ReportResult const &result);

/// UTF-8 with a mark, `;`, CRLF, a header of column names; a text that a spreadsheet would take for a formula gets an apostrophe. Of
/// several tables each stands under a line with its name, with a blank line between.
std::string report_csv(ReportResult const &result);
/// Its parts: the mark and the header; a row.
std::string csv_head(std::vector<ReportColumn> const &columns);
std::string csv_row(std::vector<ReportColumn> const &columns, std::vector<SqlValue> const &row);

/// The bytes of a workbook with the same content, a sheet a table by its title, the columns' labels first; numbers, money and dates are
/// such. Throws FileError, WriteError.
std::string report_xlsx(ReportResult const &result);
/// Its parts.
void write_sheet_head(XlsxWriter &out, std::vector<ReportColumn> const &columns);
void write_sheet_row(XlsxWriter &out, std::vector<ReportColumn> const &columns, std::vector<SqlValue> const &row);

} // namespace atom
