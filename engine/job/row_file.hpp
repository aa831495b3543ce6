#pragma once
// Rows as a file for people, written as they come, at any size: CSV that a spreadsheet opens by a double click, or a workbook.

#include "engine/job/report_run.hpp"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace atom {

class RowFile
{
public:
    virtual ~RowFile() = default;
    /// As many values as there are columns. Throws FileError and WriteError, as does commit().
    virtual void row(std::vector<SqlValue> const &values) = 0;
    /// The file is there, whole, when it returns; without it nothing is.
    virtual void commit() = 0;
};

/// UTF-8 with a mark, `;`, CRLF, the columns' names first; no text is a formula.
std::unique_ptr<RowFile> csv_row_file(std::filesystem::path const &path, std::vector<ReportColumn> columns);
/// The columns' labels first; dates and numbers are such.
std::unique_ptr<RowFile> sheet_row_file(std::filesystem::path const &path, std::string const &title, std::vector<ReportColumn> columns);

} // namespace atom
