#include "engine/layout/rows.hpp"

#include "engine/base/json_text.hpp"
#include "engine/base/text.hpp"

#include <algorithm>
#include <cstring>

namespace atom {

char newline_of(std::string_view bytes) noexcept
{
    return bytes.find('\n') == std::string_view::npos && bytes.find('\r') != std::string_view::npos ? '\r' : '\n';
}

std::string_view without_end_mark(std::string_view bytes) noexcept
{
    auto const last = bytes.find_last_not_of("\r\n");
    return last != std::string_view::npos && bytes[last] == '\x1a' ? bytes.substr(0, last) : bytes;
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
    while (m_at < m_bytes.size()) {
        row.linha = m_line;
        row.offset = m_at;
        row.open_quotes = false;
        auto const begin = static_cast<std::size_t>(m_at);
        auto end = m_bytes.find(m_shape.newline, begin);
        end = end == std::string_view::npos ? m_bytes.size() : end;
        std::uint64_t lines = 1;
        if (m_shape.quote != 0 && std::memchr(m_bytes.data() + begin, m_shape.quote, end - begin) != nullptr) {
            auto const first_end = end;
            if (!quoted_end(begin, end, lines)) {
                row.open_quotes = true;
                end = first_end;
                lines = 1;
            }
        }
        end_at(row, end, lines);
        if (!is_blank(row.bytes)) {
            return true;
        }
    }
    return false;
}

void RowScanner::end_at(Row &row, std::size_t end, std::uint64_t lines)
{
    auto const begin = static_cast<std::size_t>(row.offset);
    auto size = end - begin;
    if (m_shape.newline == '\n' && size > 0 && m_bytes[end - 1] == '\r') {
        --size;
    }
    row.bytes = m_bytes.substr(begin, size);
    m_at = std::min(end + 1, m_bytes.size());
    m_line += lines;
}

/// Finds the end of a row that may have quoted fields; false if a quote stays open.
bool RowScanner::quoted_end(std::size_t begin, std::size_t &end, std::uint64_t &lines) const
{
    auto const *const data = m_bytes.data();
    auto const size = m_bytes.size();
    auto at = begin;
    lines = 1;
    for (;;) {
        if (at < size && data[at] == m_shape.quote) {
            auto const opened = at++;
            for (;;) {
                auto const span = std::min(size, opened + k_longest_quoted + 2) - at;
                auto const *const close = static_cast<char const *>(std::memchr(data + at, m_shape.quote, span));
                if (close == nullptr) {
                    return false;
                }
                auto const stop = static_cast<std::size_t>(close - data);
                lines += static_cast<std::uint64_t>(std::count(data + at, data + stop, m_shape.newline));
                at = stop + 1;
                if (at >= size || data[at] != m_shape.quote) {
                    break;
                }
                ++at; // a doubled quote is one of the text
            }
        }
        while (at < size && data[at] != m_shape.delimiter && data[at] != m_shape.newline) {
            ++at;
        }
        if (at >= size || data[at] == m_shape.newline) {
            end = at;
            return true;
        }
        ++at;
    }
}

namespace {

/// The end of the cell that begins at `at` with a quote; npos if it is not one well-quoted cell.
std::size_t closing_quote(std::string_view row, std::size_t at, char delimiter, char quote, bool &doubled)
{
    doubled = false;
    for (auto i = row.find(quote, at + 1); i != std::string_view::npos; i = row.find(quote, i + 2)) {
        if (i + 1 < row.size() && row[i + 1] == quote) {
            doubled = true;
            continue;
        }
        return i + 1 == row.size() || row[i + 1] == delimiter ? i : std::string_view::npos;
    }
    return std::string_view::npos;
}

} // namespace

void split_csv(std::string_view row, char delimiter, char quote, std::vector<CsvCell> &cells)
{
    cells.clear();
    std::size_t at = 0;
    for (;;) {
        if (quote != 0 && at < row.size() && row[at] == quote) {
            bool doubled = false;
            auto const close = closing_quote(row, at, delimiter, quote, doubled);
            if (close != std::string_view::npos) {
                cells.push_back({row.substr(at + 1, close - at - 1), doubled});
                if (close + 1 == row.size()) {
                    return;
                }
                at = close + 2;
                continue;
            }
        }
        auto const end = row.find(delimiter, at);
        cells.push_back({row.substr(at, end == std::string_view::npos ? end : end - at), false});
        if (end == std::string_view::npos) {
            return;
        }
        at = end + 1;
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
