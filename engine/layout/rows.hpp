#pragma once
// Where the rows of a file begin and end, and where the columns of a CSV row do: one reader of cells says both. Lexical only: no layout, no
// meaning, no copies.

#include "engine/base/encoding.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace atom {

/// A quoted field may be this long; past it the quote counts as never closed.
constexpr std::size_t k_longest_quoted = std::size_t{1} << 20;

struct Row
{
    std::uint64_t linha = 0;  // 1-based physical line of its first byte
    std::uint64_t offset = 0; // bytes from the file's start
    std::string_view bytes;   // without the line end; of the file, or of the copy that a cursor has of it
    bool open_quotes = false; // a quote that never closes: the row is then its first physical line
};

/// What ends a row, and what a cell.
struct RowShape
{
    enum class Kind
    {
        lines,
        items, // JSON: what stands between the commas of an array; a row's number is the item's
        whole  // one row of all bytes
    } kind = Kind::lines;
    char newline = '\n';   // CRs before it and one behind it are of the line end; '\r': CR, LF and CR LF each end a line
    char delimiter = 0;    // 0: rows have no cells (fixed files, JSON)
    char quote = 0;        // 0: there are none, and newlines always end a row
    bool multiline = true; // a quoted value may hold line ends
    Encoding encoding = Encoding::utf8;
    std::size_t block = 0; // so many bytes are a row, whatever they are; 0: a newline ends it
    char blank = ' ';      // a block of these is a blank line
    // rows that begin before `even_to` are known to be `size` bytes long and none of them blank; the next begins `stride` bytes further on
    std::uint64_t stride = 0, size = 0, even_to = 0;
};

/// '\n' if the bytes have one, unless more than nine in ten line ends (outside of what `quote` encloses; 0: there is no such thing) are a
/// CR alone; '\r' if that is what they have.
char newline_of(std::string_view bytes, char quote) noexcept;
bool has_newline(std::string_view bytes) noexcept;

/// Where the line behind the one at `at` begins.
std::size_t line_after(std::string_view bytes, std::size_t at, char newline) noexcept;

/// Without the Ctrl-Zs (0x1A, end of file of old systems) at the end, and the line ends among and behind them.
std::string_view without_end_mark(std::string_view bytes) noexcept;

/// One CSV column: its bytes without the quotes; `doubled` if "" stands for " in it.
struct CsvCell
{
    std::string_view bytes;
    bool doubled = false;
};

/// Reads the cells of one row, one after the other. A cell in quotes may have blanks around them, and ends at the quote that a delimiter, a
/// line end or the end follows. Where another character follows the first lone quote of the same line, the cell is no quoted one, and the
/// quotes are text; where that quote stands on a later line, or there is none, the quote is open.
class CellReader
{
public:
    /// The row begins at `begin`; `line_end` is where its first physical line ends (of bytes that are one row: their end).
    CellReader(std::string_view bytes, RowShape const &shape, std::size_t begin, std::size_t line_end) noexcept
        : m_bytes(bytes), m_shape(shape), m_at(begin), m_line_end(line_end)
    {}

    /// False behind the last cell, and where a quote is open.
    bool next(CsvCell &cell);
    bool is_open() const noexcept { return m_open; }
    std::size_t row_end() const noexcept { return m_line_end; } // after the last cell: where the line end begins
    std::uint64_t lines() const noexcept { return m_lines; }    // physical ones, so far

private:
    bool next_quoted(std::size_t opened, CsvCell &cell);
    std::size_t past_blanks(std::size_t at, std::size_t end) const noexcept;
    void end_cell(std::size_t at) noexcept;

    std::string_view m_bytes;
    RowShape const &m_shape;
    std::size_t m_at;
    std::size_t m_line_end; // of the physical line at hand
    std::uint64_t m_lines = 1;
    bool m_open = false, m_ended = false;
};

/// Walks rows forward. Blank lines, and rows of a CSV whose cells are all blank, are passed over, but counted as lines.
class RowScanner
{
public:
    /// `bytes` is the whole file (offsets count from its start); rows are read from [from, to).
    RowScanner(std::string_view bytes, RowShape shape, std::uint64_t from, std::uint64_t first_line)
        : m_bytes(bytes), m_shape(shape), m_at(from), m_line(first_line)
    {}

    bool next(Row &row);

    /// Goes on at a place where a row (or a blank line) begins.
    void seek(std::uint64_t offset, std::uint64_t line) noexcept
    {
        m_at = offset;
        m_line = line;
    }
    std::uint64_t offset() const noexcept { return m_at; } // of the next unread byte
    std::uint64_t line() const noexcept { return m_line; } // of that byte

private:
    bool next_item(Row &row);
    bool next_block(Row &row);
    void end_at(Row &row, std::size_t end, std::uint64_t lines);

    std::string_view m_bytes;
    RowShape m_shape;
    std::uint64_t m_at;
    std::uint64_t m_line;
};

/// The cells of a row; of one with an open quote as far as they are known.
void split_row(std::string_view row, RowShape const &shape, std::vector<CsvCell> &cells);

/// The cell's text; `scratch` holds it where quotes were doubled.
std::string_view cell_text(CsvCell const &cell, char quote, std::string &scratch);

} // namespace atom
