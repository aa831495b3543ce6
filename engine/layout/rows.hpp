#pragma once
// Where the rows of a file begin and end, and where the columns of a CSV row do. Lexical only: no layout, no meaning, no copies.

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

/// What ends a row. `quote` 0: newlines always end it (fixed files).
struct RowShape
{
    enum class Kind
    {
        lines,
        items, // JSON: what stands between the commas of an array; a row's number is the item's
        whole  // one row of all bytes
    } kind = Kind::lines;
    char newline = '\n'; // '\r' for files that know no '\n'; a '\r' before a '\n' is not of the row
    char delimiter = ';';
    char quote = 0;
    // rows that begin before `even_to` are known to be `size` bytes long and none of them blank; the next begins `stride` bytes further on
    std::uint64_t stride = 0, size = 0, even_to = 0;
};

/// '\n' if the bytes have one, else '\r' if they have one.
char newline_of(std::string_view bytes) noexcept;

/// Without a Ctrl-Z (0x1A, end of file of old systems) and what follows it, where only line ends follow.
std::string_view without_end_mark(std::string_view bytes) noexcept;

/// Walks rows forward. Blank lines are passed over, but counted as lines.
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
    void end_at(Row &row, std::size_t end, std::uint64_t lines);
    bool quoted_end(std::size_t begin, std::size_t &end, std::uint64_t &lines) const;

    std::string_view m_bytes;
    RowShape m_shape;
    std::uint64_t m_at;
    std::uint64_t m_line;
};

/// One CSV column: its bytes without the quotes; `doubled` if "" stands for " in it.
struct CsvCell
{
    std::string_view bytes;
    bool doubled = false;
};

/// Splits a row. What follows a closing quote before the delimiter makes the cell as it stands, quotes and all.
void split_csv(std::string_view row, char delimiter, char quote, std::vector<CsvCell> &cells);

/// The cell's text; `scratch` holds it where quotes were doubled.
std::string_view cell_text(CsvCell const &cell, char quote, std::string &scratch);

} // namespace atom
