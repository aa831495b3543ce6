#include "engine/layout/writer.hpp"

#include "engine/base/decimal.hpp"
#include "engine/base/json.hpp"
#include "engine/base/text.hpp"

#include <fmt/format.h>

namespace atom {

namespace {

bool is_number(FieldType type) { return type == FieldType::integer || type == FieldType::decimal; }

bool is_temporal(FieldType type) { return type == FieldType::date || type == FieldType::time || type == FieldType::datetime; }

DateKind kind_of(FieldType type)
{
    return type == FieldType::date ? DateKind::date : type == FieldType::time ? DateKind::time : DateKind::datetime;
}

Civil civil_of(Field const &f, Value const &v)
{
    auto const civil = parse_iso(v.text, kind_of(f.type));
    if (!civil) {
        throw WriteError(fmt::format("field {}: \"{}\" is no date or time", f.name, masked(v.text)));
    }
    return *civil;
}

/// They would end the line.
void blank_line_ends(std::string &text)
{
    std::replace_if(
        text.begin(), text.end(), [](char c) { return c == '\r' || c == '\n'; }, ' ');
}

constexpr std::size_t k_longest_sheet_name = 31;
constexpr std::uint8_t k_special = 1, k_foreign = 2; // marks of a byte

} // namespace

RowWriter::RowWriter(Layout const &layout, std::filesystem::path const &path) : m_layout(layout), m_record(layout.records.front())
{
    if (layout.format == Format::xlsx) {
        m_sheet.emplace(path, layout.sheet.empty() ? layout.name.substr(0, k_longest_sheet_name) : layout.sheet);
        if (layout.header) {
            std::vector<std::string> header;
            for (auto const &f : m_record.fields) {
                header.push_back(f.column);
            }
            m_sheet->header(header);
        }
        return;
    }
    m_file.emplace(path);
    if (layout.bom) {
        m_file->write("\xef\xbb\xbf");
    }
    if (layout.format == Format::csv) {
        mark_bytes();
        if (layout.header) {
            csv_header();
        }
    }
}

/// Which bytes need quotes around their cell, and which are to be encoded.
void RowWriter::mark_bytes()
{
    for (char const c : {m_layout.delimiter, m_layout.quote != 0 ? m_layout.quote : '\n', '\r', '\n'}) {
        m_marks[static_cast<unsigned char>(c)] = k_special;
    }
    for (std::size_t c = 0x80; c < m_marks.size() && m_layout.encoding.value_or(Encoding::utf8) != Encoding::utf8; ++c) {
        m_marks[c] = static_cast<std::uint8_t>(m_marks[c] | k_foreign);
    }
}

unsigned RowWriter::marks_of(std::string_view bytes) const
{
    unsigned marks = 0;
    for (char const c : bytes) {
        marks |= m_marks[static_cast<unsigned char>(c)];
    }
    return marks;
}

void RowWriter::row(std::vector<Value> const &values)
{
    ++m_rows;
    switch (m_layout.format) {
    case Format::fixed: fixed_row(values); return;
    case Format::jsonl: json_row(values); return;
    case Format::xlsx: sheet_row(values); return;
    default: csv_row(values);
    }
}

/// The value's text in a file, before it is encoded; until the next call.
std::string_view RowWriter::shown(Field const &f, Value const &v)
{
    if (v.kind == Value::Kind::text && f.values.empty() && !is_temporal(f.type)) {
        return v.text;
    }
    m_scratch = text_of(f, v);
    return m_scratch;
}

std::string RowWriter::text_of(Field const &f, Value const &v) const
{
    if (v.none()) {
        return {};
    }
    for (auto const &[word, stored] : f.values) { // the way back: the word that stands for what is kept
        auto const kept = Value::of(stored);
        if (kept.kind == v.kind && kept.integer == v.integer && kept.text == v.text) {
            return word;
        }
    }
    if (v.kind == Value::Kind::integer) {
        if (f.type == FieldType::boolean) {
            return v.integer != 0 ? "S" : "N";
        }
        return f.type == FieldType::decimal ? format_decimal(v.integer, f.scale, f.decimal_separator) : std::to_string(v.integer);
    }
    if (is_temporal(f.type)) {
        return f.formats.front().format(civil_of(f, v));
    }
    return std::string(v.text);
}

/// A character that the encoding does not have is written by a plainer one: one odd name must not hold up a file.
std::string RowWriter::encoded(std::string_view utf8) const
{
    auto const encoding = m_layout.encoding.value_or(Encoding::utf8);
    if (is_ascii(utf8) || encoding == Encoding::utf8) {
        return std::string(utf8);
    }
    return from_utf8_or_plain(utf8, encoding);
}

void RowWriter::csv_header()
{
    m_line.clear();
    for (std::size_t i = 0; i < m_record.fields.size(); ++i) {
        add_cell(i, m_record.fields[i].column);
    }
    end_line();
}

void RowWriter::csv_row(std::vector<Value> const &values)
{
    m_line.clear();
    for (std::size_t i = 0; i < values.size(); ++i) {
        add_cell(i, values[i].none() ? std::string_view{} : shown(m_record.fields[i], values[i]));
    }
    end_line();
}

/// Puts it into the line, in quotes where it needs them.
void RowWriter::add_cell(std::size_t field, std::string_view utf8)
{
    if (field > 0) {
        m_line += m_layout.delimiter;
    }
    auto const marks = marks_of(utf8);
    if (marks == 0) {
        m_line += utf8;
        return;
    }
    auto cell = encoded(utf8);
    if (!m_layout.multiline) {
        blank_line_ends(cell);
    }
    if ((marks_of(cell) & k_special) == 0) {
        m_line += cell;
        return;
    }
    if (m_layout.quote == 0) {
        throw WriteError(
            fmt::format("field {}: the value holds a delimiter or a line end, and the layout has no quotes", m_record.fields[field].name));
    }
    m_line += m_layout.quote;
    for (char const c : cell) {
        m_line += c;
        if (c == m_layout.quote) {
            m_line += c;
        }
    }
    m_line += m_layout.quote;
}

void RowWriter::end_line()
{
    m_line += m_layout.line_end;
    m_file->write(m_line);
}

std::string RowWriter::fixed_cell(Field const &f, Value const &v) const
{
    bool const number = is_number(f.type);
    if (v.none()) {
        return std::string(f.len, number || is_temporal(f.type) || f.type == FieldType::document ? '0' : ' ');
    }
    std::string text;
    bool negative = false;
    if (number && v.kind == Value::Kind::integer) {
        negative = v.integer < 0;
        text = f.type == FieldType::decimal && !f.implied_decimals ? format_decimal(v.integer, f.scale, f.decimal_separator)
                                                                   : std::to_string(v.integer);
        text = negative ? text.substr(1) : text;
    } else {
        text = encoded(text_of(f, v));
        blank_line_ends(text);
    }
    auto const room = f.len - (negative ? 1 : 0);
    if (text.size() > room) {
        throw WriteError(fmt::format("field {}: a value of {} bytes does not fit {}", f.name, text.size() + (negative ? 1 : 0), f.len));
    }
    bool const right = number || f.type == FieldType::document;
    auto const fill = std::string(room - text.size(), right ? '0' : ' ');
    return right ? (negative ? "-" : "") + fill + text : text + fill;
}

void RowWriter::fixed_row(std::vector<Value> const &values)
{
    std::size_t length = m_record.length.value_or(0);
    for (auto const &f : m_record.fields) {
        length = std::max(length, f.at + f.len);
    }
    m_line.assign(length, ' ');
    for (std::size_t i = 0; i < values.size(); ++i) {
        auto const &f = m_record.fields[i];
        m_line.replace(f.at, f.len, fixed_cell(f, values[i]));
    }
    m_line += m_layout.line_end;
    m_file->write(m_line);
}

void RowWriter::sheet_row(std::vector<Value> const &values)
{
    for (std::size_t i = 0; i < values.size(); ++i) {
        auto const &f = m_record.fields[i];
        auto const &v = values[i];
        bool const plain = f.values.empty();
        if (v.none()) {
            m_sheet->blank();
        } else if (plain && v.kind == Value::Kind::integer && f.type == FieldType::decimal) {
            m_sheet->decimal(v.integer, f.scale);
        } else if (plain && v.kind == Value::Kind::integer && f.type != FieldType::boolean) {
            m_sheet->integer(v.integer);
        } else if (plain && is_temporal(f.type)) {
            m_sheet->moment(civil_of(f, v), kind_of(f.type));
        } else {
            m_sheet->text(text_of(f, v));
        }
    }
    m_sheet->end_row();
}

void RowWriter::json_row(std::vector<Value> const &values)
{
    JsonObject o;
    for (std::size_t i = 0; i < values.size(); ++i) {
        auto const &f = m_record.fields[i];
        auto const &v = values[i];
        if (v.none()) {
            o.add_null(f.column);
        } else if (v.kind == Value::Kind::integer && f.type == FieldType::boolean) {
            o.add(f.column, v.integer != 0);
        } else if (v.kind == Value::Kind::integer) {
            o.add_raw(f.column, f.type == FieldType::decimal ? format_decimal(v.integer, f.scale, '.') : std::to_string(v.integer));
        } else {
            o.add(f.column, text_of(f, v));
        }
    }
    m_file->write(o.text() + m_layout.line_end);
}

} // namespace atom
