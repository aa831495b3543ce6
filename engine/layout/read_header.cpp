// What stands above the rows of a CSV or a spreadsheet, and which column each field is (declared in layout/input.hpp).

#include "engine/base/text.hpp"
#include "engine/base/unicode.hpp"
#include "engine/layout/cell.hpp"
#include "engine/layout/input.hpp"

#include <fmt/format.h>

namespace atom {

namespace {

constexpr std::string_view k_delimiters = ";,\t|"; // that files are found with

std::string shown_delimiter(char delimiter) { return delimiter == '\t' ? "TAB" : fmt::format("\"{}\"", delimiter); }

/// The character of a line "sep=;", as spreadsheet programs write it in front of a CSV, in quotes or with delimiters behind it; 0 if it is
/// another line.
char told_separator(std::string_view line, char quote)
{
    bool const quoted = quote != 0 && !line.empty() && line.front() == quote;
    line.remove_prefix(quoted ? 1 : 0);
    constexpr std::string_view k_word = "sep=";
    if (line.size() <= k_word.size() || !equal_ignoring_case(line.substr(0, k_word.size()), k_word)) {
        return 0;
    }
    char const separator = line[k_word.size()];
    line.remove_prefix(k_word.size() + 1);
    bool const all =
        std::all_of(line.begin(), line.end(), [&](char c) { return c == separator || is_ascii_blank(c) || (quoted && c == quote); });
    return all && static_cast<unsigned char>(separator) < 0x80 ? separator : '\0';
}

std::size_t without_empty_end(std::vector<std::string> const &words)
{
    auto n = words.size();
    while (n > 0 && words[n - 1].empty()) {
        --n;
    }
    return n;
}

} // namespace

void Input::read_header()
{
    for (std::size_t i = 0; i < m_layout->skip && m_data_offset < m_bytes.size(); ++i) {
        m_data_offset = line_after(m_bytes, m_data_offset, m_shape.newline);
        ++m_first_line;
    }
    pass_over_separator_line();
    std::vector<std::string> header;
    if (m_layout->header) {
        auto rows = scanner();
        Row row;
        if (!rows.next(row)) {
            throw FileRefused(FileFault::header, "o arquivo não tem a linha de cabeçalho");
        }
        if (row.open_quotes) {
            throw FileRefused(FileFault::header, "o cabeçalho tem aspas que não fecham");
        }
        header = words_of(row.bytes, m_shape.delimiter);
        m_header_row = row.bytes;
        m_data_offset = static_cast<std::size_t>(rows.offset());
        m_first_line = rows.line();
    }
    bind_columns(header);
}

void Input::pass_over_separator_line()
{
    if (m_layout->format != Format::csv) {
        return;
    }
    auto const next = line_after(m_bytes, m_data_offset, m_shape.newline);
    char const separator = told_separator(m_bytes.substr(m_data_offset, next - m_data_offset), m_shape.quote);
    if (separator == 0) {
        return;
    }
    if (separator != m_shape.delimiter) {
        throw FileRefused(FileFault::header, fmt::format("a linha sep= diz que o separador é {}; o layout diz {}",
                                                         shown_delimiter(separator), shown_delimiter(m_shape.delimiter)));
    }
    m_data_offset = next;
    ++m_first_line;
}

/// The header's words, were this its delimiter.
std::vector<std::string> Input::words_of(std::string_view header, char delimiter) const
{
    auto shape = m_shape;
    shape.delimiter = delimiter;
    std::vector<CsvCell> cells;
    split_row(header, shape, cells);
    std::vector<std::string> words;
    std::string scratch;
    for (auto const &cell : cells) {
        auto const raw = trim_blanks(cell_text(cell, shape.quote, scratch), m_encoding);
        words.push_back(m_layout->format == Format::xlsx ? shown_cell(raw, m_layout->decimal_separator) : to_utf8(raw, m_encoding));
    }
    return words;
}

void Input::bind_columns(std::vector<std::string> const &header)
{
    std::map<std::string, std::vector<int>> by_key;
    for (std::size_t i = 0; i < header.size(); ++i) {
        by_key[header_key(header[i])].push_back(static_cast<int>(i));
    }
    std::set<std::string> missing;
    std::set<int> taken;
    auto const find = [&](std::string const &word, bool optional) {
        auto const it = by_key.find(header_key(word));
        if (it == by_key.end()) {
            if (!optional) {
                missing.insert(word);
            }
            return -1;
        }
        if (it->second.size() > 1) {
            refuse_doubled(word, header, it->second);
        }
        taken.insert(it->second.front());
        return it->second.front();
    };
    for (auto const &r : m_layout->records) {
        Columns c;
        int place = 0;
        for (std::size_t i = 0; i < r.fields.size(); ++i) {
            auto const &f = r.fields[i];
            c.of_field.push_back(f.is_joined() ? -1 : m_layout->header ? find(f.column, f.optional) : place++);
        }
        for (auto const &w : r.when) {
            c.of_when.push_back(m_layout->header ? find(w.column, false) : r.field_index(w.column));
        }
        count_columns(c, r, header);
        m_columns.push_back(std::move(c));
    }
    if (!missing.empty()) {
        throw FileRefused(FileFault::header,
                          fmt::format("falta no cabeçalho: {}{}", fmt::join(missing, ", "), other_delimiter_hint(missing)));
    }
    for (std::size_t i = 0; i < header.size(); ++i) {
        if (taken.count(static_cast<int>(i)) == 0 && !header[i].empty()) {
            m_unknown_columns.push_back(header[i]);
        }
    }
}

void Input::refuse_doubled(std::string const &word, std::vector<std::string> const &header, std::vector<int> const &columns)
{
    std::vector<std::string> found;
    for (int const c : columns) {
        found.push_back(fmt::format("\"{}\" na coluna {}", header[static_cast<std::size_t>(c)], c + 1));
    }
    throw FileRefused(FileFault::header, fmt::format("o cabeçalho traz {} {}: {}", word,
                                                     columns.size() == 2 ? "duas vezes" : "várias vezes", join(found, ", ")));
}

/// Which delimiter the header has, if with it the words stand there that are missed.
std::string Input::other_delimiter_hint(std::set<std::string> const &missing) const
{
    if (m_layout->format != Format::csv) {
        return {};
    }
    for (char const d : k_delimiters) {
        std::set<std::string> keys;
        for (auto const &word : d == m_shape.delimiter ? std::vector<std::string>{} : words_of(m_header_row, d)) {
            keys.insert(header_key(word));
        }
        if (std::all_of(missing.begin(), missing.end(), [&](std::string const &m) { return keys.count(header_key(m)) > 0; })) {
            return fmt::format("; o separador do arquivo é {}, o do layout é {}", shown_delimiter(d), shown_delimiter(m_shape.delimiter));
        }
    }
    return {};
}

/// A row has as many columns as the header (or, without one, the record), but trailing ones that are optional, or have no name, may be
/// missing.
void Input::count_columns(Columns &columns, Record const &record, std::vector<std::string> const &header) const
{
    columns.most = m_layout->header ? header.size() : record.written_fields();
    columns.widest = m_layout->format == Format::xlsx ? std::numeric_limits<std::size_t>::max() : width_of_rows(columns.most);
    std::vector<bool> optional(columns.most, false);
    for (auto i = m_layout->header ? without_empty_end(header) : columns.most; i < columns.most; ++i) {
        optional[i] = true;
    }
    for (std::size_t i = 0; i < record.fields.size(); ++i) {
        auto const at = columns.of_field[i];
        if (record.fields[i].optional && at >= 0) {
            optional[static_cast<std::size_t>(at)] = true;
        }
    }
    columns.least = m_layout->format == Format::xlsx ? 0 : columns.most; // a sheet has no cells where it has no values
    while (columns.least > 0 && optional[columns.least - 1]) {
        --columns.least;
    }
}

/// Some programs put a delimiter behind every row's last cell. Where the first rows all have so many cells more than the header, all blank,
/// a row may have them: one row alone with a blank cell too many may as well be one with a delimiter in a text.
std::size_t Input::width_of_rows(std::size_t columns) const
{
    constexpr int k_rows = 100;
    if (!m_layout->header && m_layout->records.size() > 1) {
        return columns; // each kind of row has a width of its own
    }
    std::size_t width = 0;
    auto rows = scanner();
    std::vector<CsvCell> cells;
    Row row;
    for (int i = 0; i < k_rows && rows.next(row); ++i) {
        split_row(row.bytes, m_shape, cells);
        width = width == 0 ? cells.size() : width;
        if (row.open_quotes || cells.size() != width || width <= columns || !are_blank(cells, columns)) {
            return columns;
        }
    }
    return std::max(width, columns);
}

bool Input::are_blank(std::vector<CsvCell> const &cells, std::size_t from) const
{
    return std::all_of(cells.begin() + static_cast<std::ptrdiff_t>(std::min(from, cells.size())), cells.end(),
                       [&](CsvCell const &c) { return trim_blanks(c.bytes, m_encoding).empty(); });
}

bool Input::fits_columns(int record, std::vector<CsvCell> const &cells) const
{
    auto const &c = m_columns[static_cast<std::size_t>(record)];
    return cells.size() >= c.least && (cells.size() <= c.most || (cells.size() <= c.widest && are_blank(cells, c.most)));
}

/// Of a row that is one cell: with which delimiter it would have the columns that are wanted.
std::string Input::other_width_hint(int record, std::string_view row) const
{
    for (char const d : m_layout->format == Format::csv ? k_delimiters : std::string_view{}) {
        if (auto const n = words_of(row, d).size();
            d != m_shape.delimiter && n > 1 && n >= least_columns(record) && n <= most_columns(record)) {
            return fmt::format("; com o separador {} teria {}", shown_delimiter(d), n);
        }
    }
    return {};
}

} // namespace atom
