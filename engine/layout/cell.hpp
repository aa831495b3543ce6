#pragma once
// The rows of a spreadsheet as text. A sheet is read once, into a scratch file in which each row ends with RS and cells are parted by US. A
// cell that is more than text begins with a mark. No XML document can hold these characters, so nothing is ever quoted or escaped.

#include "engine/layout/rows.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace atom {

constexpr char k_row_end = '\x1e';
constexpr char k_cell_end = '\x1f';

enum class CellKind : char
{
    text = 0,
    number = '\x01', // "23814.8", "-3", "1.66%": a point, no grouping
    moment = '\x02', // "2026-11-03", "02:00:00" or "2026-11-03 02:00:00"
    error = '\x03',  // "#N/A", or the formula that has no result
    rounded = '\x04' // a number that may have had more digits than the sheet holds; read as a number
};

/// How the rows of a sheet are read.
RowShape sheet_shape() noexcept;

/// A view of a cell without its mark.
struct SheetCell
{
    CellKind kind = CellKind::text;
    std::string_view text;
    bool is_rounded = false; // of a number: as text it would be another one
};

SheetCell sheet_cell(std::string_view raw) noexcept;

/// What a person would have typed: a number with this decimal separator, all else as it is.
std::string shown_cell(std::string_view raw, char decimal_separator);

/// A row as a line of a CSV with ';' and '"', for people.
std::string shown_row(std::string_view row, char decimal_separator);

/// Such a line as a row: a sample's. Every cell is text.
std::string row_of_text(std::string_view line);

} // namespace atom
