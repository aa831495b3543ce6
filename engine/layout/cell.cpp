#include "engine/layout/cell.hpp"

#include <algorithm>

namespace atom {

RowShape sheet_shape() noexcept
{
    RowShape shape;
    shape.newline = k_row_end;
    shape.delimiter = k_cell_end;
    return shape;
}

SheetCell sheet_cell(std::string_view raw) noexcept
{
    if (raw.empty() || raw.front() < '\x01' || raw.front() > '\x04') {
        return {CellKind::text, raw};
    }
    auto const kind = static_cast<CellKind>(raw.front());
    bool const is_rounded = kind == CellKind::rounded;
    return {is_rounded ? CellKind::number : kind, raw.substr(1), is_rounded};
}

std::string shown_cell(std::string_view raw, char decimal_separator)
{
    auto const cell = sheet_cell(raw);
    std::string out(cell.text);
    if (cell.kind == CellKind::number) {
        std::replace(out.begin(), out.end(), '.', decimal_separator);
    }
    return out;
}

std::string shown_row(std::string_view row, char decimal_separator)
{
    std::vector<CsvCell> cells;
    split_row(row, sheet_shape(), cells);
    std::string out;
    for (auto const &cell : cells) {
        auto const text = shown_cell(cell.bytes, decimal_separator);
        out += &cell == &cells.front() ? "" : ";";
        if (text.find_first_of(";\"\r\n") == std::string::npos) {
            out += text;
            continue;
        }
        out += '"';
        for (char const c : text) {
            out += c;
            if (c == '"') {
                out += c;
            }
        }
        out += '"';
    }
    return out;
}

std::string row_of_text(std::string_view line)
{
    std::vector<CsvCell> cells;
    RowShape shape;
    shape.delimiter = ';';
    shape.quote = '"';
    split_row(line, shape, cells);
    std::string out, scratch;
    for (auto const &cell : cells) {
        if (&cell != &cells.front()) {
            out += k_cell_end;
        }
        out += cell_text(cell, '"', scratch);
    }
    return out;
}

} // namespace atom
