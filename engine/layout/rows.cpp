#include "engine/layout/rows.hpp"

#include "engine/base/json_text.hpp"
#include "engine/base/text.hpp"
#include "engine/base/unicode.hpp"

#include <algorithm>
#include <cstring>

namespace atom {

namespace {

constexpr std::size_t npos = std::string_view::npos;

/// How a file's lines end, as far as they say so.
struct LineEnds
{
    std::uint64_t lf = 0, lone_cr = 0;
};

/// A run of CRs that touches an LF is part of its line end.
LineEnds count_line_ends(std::string_view bytes, char quote) noexcept
{
    LineEnds n;
    bool quoted = false;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        char const c = bytes[i];
        if (quote != 0 && c == quote) {
            quoted = !quoted; // twice where it is doubled
        } else if (c == '\n') {
            n.lf += quoted ? 0 : 1;
        } else if (c == '\r' && !quoted) {
            auto const first = i;
            while (i + 1 < bytes.size() && bytes[i + 1] == '\r') {
                ++i;
            }
            bool const of_lf = (first > 0 && bytes[first - 1] == '\n') || (i + 1 < bytes.size() && bytes[i + 1] == '\n');
            n.lone_cr += of_lf ? 0 : i + 1 - first;
        }
    }
    return n;
}

/// Where the line ends that `at` stands in: the bytes' end, if it is the last one.
std::size_t line_end_after(std::string_view bytes, std::size_t at, char newline) noexcept
{
    return std::min(newline == '\r' ? bytes.find_first_of("\r\n", at) : bytes.find(newline, at), bytes.size());
}

/// Where the line after it begins.
std::size_t next_line(std::string_view bytes, std::size_t end, char newline) noexcept
{
    auto const is = [&](std::size_t i, char c) { return i < bytes.size() && bytes[i] == c; };
    auto const at = std::min(end + 1, bytes.size());
    if (newline == '\r') {
        return is(end, '\r') && is(at, '\n') ? at + 1 : at;
    }
    bool const lf_cr = newline == '\n' && is(at, '\r') && !is(at + 1, '\r') && !is(at + 1, '\n');
    return lf_cr ? at + 1 : at;
}

/// Nothing but blanks in a line, nor in any cell of a CSV row.
bool has_no_value(std::string_view row, RowShape const &shape)
{
    std::size_t i = 0;
    while (i < row.size() && (is_ascii_blank(row[i]) || (shape.delimiter != 0 && row[i] == shape.delimiter))) {
        ++i;
    }
    bool const unsure = i < row.size() && ((shape.quote != 0 && row[i] == shape.quote) || static_cast<unsigned char>(row[i]) >= 0x80);
    if (!unsure) {
        return i == row.size();
    }
    if (shape.delimiter == 0) {
        return trim_blanks(row, shape.encoding).empty();
    }
    CellReader cells(row, shape, 0, row.size());
    for (CsvCell cell; cells.next(cell);) {
        if (!trim_blanks(cell.bytes, shape.encoding).empty()) {
            return false;
        }
    }
    return true;
}

} // namespace

char newline_of(std::string_view bytes, char quote) noexcept
{
    constexpr std::size_t k_sample = std::size_t{1} << 20; // where that much of an LF file has no CR alone, the rest is not looked at
    if (bytes.find('\n') == npos) {
        return bytes.find('\r') != npos ? '\r' : '\n';
    }
    auto const begin = bytes.substr(0, k_sample);
    if (begin.find('\r') == npos || count_line_ends(begin, quote).lone_cr == 0) {
        return '\n';
    }
    auto const n = count_line_ends(bytes, quote);
    return n.lone_cr > 9 * n.lf ? '\r' : '\n';
}

std::size_t line_after(std::string_view bytes, std::size_t at, char newline) noexcept
{
    return next_line(bytes, line_end_after(bytes, at, newline), newline);
}

bool has_newline(std::string_view bytes) noexcept { return bytes.find('\n') != npos || bytes.find('\r') != npos; }

std::string_view without_end_mark(std::string_view bytes) noexcept
{
    for (auto last = bytes.find_last_not_of("\r\n"); last != npos && bytes[last] == '\x1a'; last = bytes.find_last_not_of("\r\n")) {
        bytes = bytes.substr(0, last);
    }
    return bytes;
}

/// What stands before the array's end, comma by comma; what follows the end is an item, too, that will be no JSON.
bool RowScanner::next_item(Row &row)
{
    if (is_blank(m_bytes.substr(std::min<std::size_t>(m_at, m_bytes.size())))) {
        return false;
    }
    row.linha = m_line++;
    row.offset = m_at;
    row.open_quotes = false;
    auto const begin = static_cast<std::size_t>(m_at);
    auto const end = m_shape.kind == RowShape::Kind::whole ? m_bytes.size() : json_item_end(m_bytes, begin);
    row.bytes = m_bytes.substr(begin, end - begin);
    bool const last = end < m_bytes.size() && m_bytes[end] == ']' && is_blank(m_bytes.substr(end + 1));
    m_at = last ? m_bytes.size() : std::min(end + 1, m_bytes.size());
    return !last || row.linha > 1 || !is_blank(row.bytes);
}

/// Of what is left behind the last whole record, line ends and an end mark are nothing, too.
bool RowScanner::next_block(Row &row)
{
    while (m_at < m_bytes.size()) {
        row = {m_line++, m_at, m_bytes.substr(static_cast<std::size_t>(m_at), m_shape.block)};
        m_at += row.bytes.size();
        bool const rest = row.bytes.size() < m_shape.block && row.bytes.find_first_not_of(" \t\r\n\x1a") == std::string_view::npos;
        if (!rest && row.bytes.find_first_not_of(m_shape.blank) != std::string_view::npos) {
            return true;
        }
    }
    return false;
}

bool RowScanner::next(Row &row)
{
    if (m_shape.kind != RowShape::Kind::lines) {
        return next_item(row);
    }
    if (m_at < m_shape.even_to) { // without a look at its bytes: a first touch of a page costs more than all else here
        row = {m_line++, m_at, m_bytes.substr(static_cast<std::size_t>(m_at), static_cast<std::size_t>(m_shape.size))};
        m_at += m_shape.stride;
        return true;
    }
    if (m_shape.block > 0) {
        return next_block(row);
    }
    while (m_at < m_bytes.size()) {
        row.linha = m_line;
        row.offset = m_at;
        row.open_quotes = false;
        auto const begin = static_cast<std::size_t>(m_at);
        auto end = line_end_after(m_bytes, begin, m_shape.newline);
        std::uint64_t lines = 1;
        if (m_shape.quote != 0 && std::memchr(m_bytes.data() + begin, m_shape.quote, end - begin) != nullptr) {
            CellReader cells(m_bytes, m_shape, begin, end);
            for (CsvCell cell; cells.next(cell);) {
            }
            row.open_quotes = cells.is_open();
            if (!row.open_quotes) {
                end = cells.row_end();
                lines = cells.lines();
            }
        }
        end_at(row, end, lines);
        if (row.open_quotes || !has_no_value(row.bytes, m_shape)) {
            return true;
        }
    }
    return false;
}

void RowScanner::end_at(Row &row, std::size_t end, std::uint64_t lines)
{
    auto const begin = static_cast<std::size_t>(row.offset);
    auto size = end - begin;
    while (m_shape.newline == '\n' && size > 0 && m_bytes[begin + size - 1] == '\r') {
        --size;
    }
    row.bytes = m_bytes.substr(begin, size);
    m_at = next_line(m_bytes, end, m_shape.newline);
    m_line += lines;
}

std::size_t CellReader::past_blanks(std::size_t at, std::size_t end) const noexcept
{
    while (at < end && m_bytes[at] != m_shape.delimiter) {
        auto const n = blank_at_front(m_bytes.substr(at, end - at), m_shape.encoding);
        if (n == 0) {
            break;
        }
        at += n;
    }
    return at;
}

void CellReader::end_cell(std::size_t at) noexcept
{
    m_ended = at == m_line_end;
    m_at = at + 1;
}

bool CellReader::next(CsvCell &cell)
{
    if (m_ended || m_open) {
        return false;
    }
    bool const may_be_quoted = m_at < m_line_end && (m_bytes[m_at] == m_shape.quote || static_cast<signed char>(m_bytes[m_at]) <= ' ');
    if (m_shape.quote != 0 && may_be_quoted) { // most cells begin with a plain character
        auto const opened = past_blanks(m_at, m_line_end);
        if (opened < m_line_end && m_bytes[opened] == m_shape.quote && next_quoted(opened, cell)) {
            return true;
        }
        if (m_open) {
            return false;
        }
    }
    auto const end = std::min(m_bytes.substr(0, m_line_end).find(m_shape.delimiter, m_at), m_line_end);
    cell = {m_bytes.substr(m_at, end - m_at), false};
    end_cell(end);
    return true;
}

/// False where it is no quoted cell, or its quote is open.
bool CellReader::next_quoted(std::size_t opened, CsvCell &cell)
{
    auto const most = m_shape.multiline ? std::min(m_bytes.size(), opened + k_longest_quoted + 2) : m_line_end;
    auto const bytes = m_bytes.substr(0, most);
    bool doubled = false;
    auto close = bytes.find(m_shape.quote, opened + 1);
    while (close != npos && close + 1 < m_bytes.size() && m_bytes[close + 1] == m_shape.quote) {
        doubled = true; // a doubled quote is one of the text
        close = bytes.find(m_shape.quote, close + 2);
    }
    bool const spans = close != npos && close > m_line_end;
    auto const line_end = spans ? line_end_after(m_bytes, close, m_shape.newline) : m_line_end;
    auto const stop = close == npos ? npos : past_blanks(close + 1, line_end);
    if (close == npos || (stop != line_end && m_bytes[stop] != m_shape.delimiter)) {
        m_open = close == npos || spans;
        return false;
    }
    for (; m_line_end < close; m_line_end = line_end_after(m_bytes, next_line(m_bytes, m_line_end, m_shape.newline), m_shape.newline)) {
        ++m_lines;
    }
    cell = {m_bytes.substr(opened + 1, close - opened - 1), doubled};
    end_cell(stop);
    return true;
}

void split_row(std::string_view row, RowShape const &shape, std::vector<CsvCell> &cells)
{
    cells.clear();
    CellReader reader(row, shape, 0, row.size());
    for (CsvCell cell; reader.next(cell);) {
        cells.push_back(cell);
    }
}

std::string_view cell_text(CsvCell const &cell, char quote, std::string &scratch)
{
    if (!cell.doubled) {
        return cell.bytes;
    }
    scratch.clear();
    for (std::size_t i = 0; i < cell.bytes.size(); ++i) {
        scratch += cell.bytes[i];
        if (cell.bytes[i] == quote) {
            ++i;
        }
    }
    return scratch;
}

} // namespace atom
