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

constexpr std::size_t k_longest_sheet_name = 31;

} // namespace

RowWriter::RowWriter(Layout const &layout, std::filesystem::path const &path) : m_layout(layout), m_record(layout.records.front())
{
    std::vector<std::string> header;
    for (auto const &f : m_record.fields) {
        header.push_back(f.column);
    }
    if (layout.format == Format::xlsx) {
        m_sheet.emplace(path, layout.sheet.empty() ? layout.name.substr(0, k_longest_sheet_name) : layout.sheet);
        if (layout.header) {
            m_sheet->header(header);
        }
        return;
    }
    m_file.emplace(path);
    if (layout.bom) {
        m_file->write("\xef\xbb\xbf");
    }
    if (layout.format == Format::csv && layout.header) {
        csv_row(header);
    }
}

void RowWriter::row(std::vector<Value> const &values)
{
    ++m_rows;
    if (m_layout.format == Format::fixed) {
        fixed_row(values);
        return;
    }
    if (m_layout.format == Format::jsonl) {
        json_row(values);
        return;
    }
    if (m_layout.format == Format::xlsx) {
        sheet_row(values);
        return;
    }
    std::vector<std::string> cells;
    for (std::size_t i = 0; i < values.size(); ++i) {
        cells.push_back(text_of(m_record.fields[i], values[i]));
    }
    csv_row(cells);
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

/// A character that the encoding does not have is written without its accent, or as '?': one odd name must not hold up a file.
std::string RowWriter::encoded(std::string const &utf8) const
{
    auto const encoding = m_layout.encoding.value_or(Encoding::utf8);
    if (is_ascii(utf8) || encoding == Encoding::utf8) {
        return utf8;
    }
    if (auto bytes = from_utf8(utf8, encoding)) {
        return *std::move(bytes);
    }
    std::string out;
    for (std::size_t i = 0; i < utf8.size();) {
        std::size_t n = 1;
        while (i + n < utf8.size() && (static_cast<unsigned char>(utf8[i + n]) & 0xc0) == 0x80) {
            ++n;
        }
        auto const character = utf8.substr(i, n);
        auto bytes = from_utf8(character, encoding);
        if (!bytes) {
            bytes = from_utf8(without_accents(character), encoding);
        }
        out += bytes.value_or("?");
        i += n;
    }
    return out;
}

void RowWriter::csv_row(std::vector<std::string> const &cells)
{
    m_line.clear();
    for (std::size_t i = 0; i < cells.size(); ++i) {
        if (i > 0) {
            m_line += m_layout.delimiter;
        }
        auto const cell = encoded(cells[i]);
        bool const special = cell.find_first_of(std::string{m_layout.delimiter, m_layout.quote != 0 ? m_layout.quote : '\n', '\r', '\n'}) !=
                             std::string::npos;
        if (!special) {
            m_line += cell;
            continue;
        }
        if (m_layout.quote == 0) {
            throw WriteError(
                fmt::format("field {}: the value holds a delimiter or a line end, and the layout has no quotes", m_record.fields[i].name));
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
        std::replace_if(
            text.begin(), text.end(), [](char c) { return c == '\r' || c == '\n'; }, ' '); // it would end the line
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
