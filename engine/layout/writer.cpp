#include "engine/layout/writer.hpp"

#include "engine/base/decimal.hpp"
#include "engine/base/ebcdic.hpp"
#include "engine/base/json.hpp"
#include "engine/base/text.hpp"

#include <fmt/format.h>

#include <utility>

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

/// The way back: the word that stands for what is kept; null if none does.
std::string const *word_of(Field const &f, Value const &v)
{
    for (auto const &[word, stored] : f.values) {
        auto const kept = Value::of(stored);
        if (kept.kind == v.kind && kept.integer == v.integer && kept.text == v.text) {
            return &word;
        }
    }
    return nullptr;
}

constexpr std::size_t k_longest_sheet_name = 31;
constexpr std::uint8_t k_special = 1, k_foreign = 2; // marks of a byte

} // namespace

RowWriter::RowWriter(Layout const &layout, std::filesystem::path const &path) : m_layout(layout), m_record(layout.records.front())
{
    m_length = m_record.length.value_or(0);
    for (auto const &f : m_record.fields) {
        m_length = std::max(m_length, f.at + f.len);
    }
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
    auto const &fields = m_record.fields;
    bool copied = false;
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (values[i].kind == Value::Kind::text && is_number(fields[i].type)) {
            if (!std::exchange(copied, true)) {
                m_read = values;
            }
            m_read[i] = number_of(fields[i], values[i].text);
        }
    }
    write_row(copied ? m_read : values);
}

/// As the field would read it in a file: what its receiver would not take, he is not given.
Value RowWriter::number_of(Field const &f, std::string_view text) const
{
    for (auto const &[word, stored] : f.values) {
        if (word == text) {
            return Value::of(stored);
        }
    }
    auto const digits = trim(text);
    if (digits.empty()) {
        return {};
    }
    auto const n = f.type == FieldType::integer ? parse_integer(digits) : parse_amount(digits, f.scale, f.decimal_separator);
    if (!n) {
        throw WriteError(fmt::format("field {}: the text \"{}\" is no {}", f.name, masked(text),
                                     f.type == FieldType::integer ? std::string("integer")
                                                                  : fmt::format("decimal with at most {} places and the separator '{}'",
                                                                                f.scale, f.decimal_separator)));
    }
    return Value::of(*n);
}

void RowWriter::write_row(std::vector<Value> const &values)
{
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
    if (auto const *const word = word_of(f, v)) {
        return *word;
    }
    if (v.kind == Value::Kind::integer) {
        if (f.type == FieldType::boolean) {
            return v.integer != 0 ? "S" : "N";
        }
        return f.type == FieldType::decimal ? format_decimal(v.integer, f.scale, f.decimal_separator) : std::to_string(v.integer);
    }
    if (is_temporal(f.type)) {
        auto const civil = civil_of(f, v);
        if (auto const &format = f.formats.front(); !format.can_tell(civil)) {
            throw WriteError(
                fmt::format("field {}: the year {} does not fit {}, which reads it back as another", f.name, civil.year, format.text()));
        }
        return f.formats.front().format(civil);
    }
    return std::string(v.text);
}

/// A character that the encoding does not have is written as one that it has and that reads alike, else as '?': one odd name must not
/// hold up a file. That is counted, and told.
std::string RowWriter::encoded(Field const &f, std::string_view utf8)
{
    auto const encoding = m_layout.encoding.value_or(Encoding::utf8);
    if (encoding == Encoding::utf8 || (is_ascii(utf8) && !is_ebcdic(encoding))) {
        return std::string(utf8);
    }
    std::size_t lost = 0;
    auto bytes = from_utf8_or_plain(utf8, encoding, &lost);
    if (lost > 0 && m_lost.characters == 0) {
        m_lost.row = m_rows;
        m_lost.field = f.name;
    }
    m_lost.characters += lost;
    return bytes;
}

char RowWriter::byte_of(char ascii) const
{
    auto const encoding = m_layout.encoding.value_or(Encoding::utf8);
    return is_ebcdic(encoding) ? static_cast<char>(latin1_to_ebcdic(static_cast<unsigned char>(ascii), encoding)) : ascii;
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
    auto cell = encoded(m_record.fields[field], utf8);
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

std::string RowWriter::fixed_cell(Field const &f, Value const &v)
{
    bool const right = is_number(f.type) || f.type == FieldType::document;
    if (v.none() && is_binary(f)) {
        return std::string(f.len, f.form == NumberForm::packed ? byte_of(' ') : '\0');
    }
    if (v.none()) { // of a time zeros are midnight
        return std::string(f.len, byte_of(right || (is_temporal(f.type) && f.type != FieldType::time) ? '0' : ' '));
    }
    if (is_number(f.type) && v.kind == Value::Kind::integer && word_of(f, v) == nullptr) {
        return number_cell(f, v.integer);
    }
    auto text = text_of(f, v);
    blank_line_ends(text);
    return filled(f, encoded(f, text), false, right);
}

namespace {

/// Two digits a byte, the sign in the last half.
std::string packed(std::string digits, bool negative, std::size_t len)
{
    digits.insert(0, 2 * len - 1 > digits.size() ? 2 * len - 1 - digits.size() : 0, '0');
    digits += static_cast<char>('0' + (negative ? 0xd : 0xc));
    std::string out;
    for (std::size_t i = 0; i < digits.size(); i += 2) {
        out += static_cast<char>((digits[i] - '0') << 4 | (digits[i + 1] - '0'));
    }
    return out;
}

/// The highest byte first; longer than `len` where that does not hold it.
std::string binary(std::int64_t n, std::size_t len)
{
    bool const fits = len >= sizeof n || (n >= -(std::int64_t{1} << (8 * len - 1)) && n < std::int64_t{1} << (8 * len - 1));
    std::string out(fits ? len : sizeof n, '\0');
    auto bits = static_cast<std::uint64_t>(n);
    for (auto i = out.size(); i > 0; bits >>= 8U) {
        out[--i] = static_cast<char>(bits & 0xffU);
    }
    return out;
}

} // namespace

std::string RowWriter::number_cell(Field const &f, std::int64_t n) const
{
    bool const negative = n < 0;
    auto digits = f.type == FieldType::decimal && !f.implied_decimals ? format_decimal(n, f.scale, f.decimal_separator) : std::to_string(n);
    digits.erase(0, negative ? 1 : 0);
    if (f.form == NumberForm::overpunch) {
        auto const last = static_cast<std::size_t>(digits.back() - '0');
        digits.back() = (negative ? "}JKLMNOPQR" : "{ABCDEFGHI")[last];
        return filled(f, encoded_ascii(digits), false, true);
    }
    if (is_binary(f)) {
        return filled(f, f.form == NumberForm::packed ? packed(digits, negative, f.len) : binary(n, f.len), false, true);
    }
    return filled(f, encoded_ascii(digits), negative, true);
}

/// At its place in the field; a text that is too long is never cut.
std::string RowWriter::filled(Field const &f, std::string text, bool negative, bool right) const
{
    auto const room = f.len - (negative ? 1 : 0);
    if (text.size() > room) {
        throw WriteError(fmt::format("field {}: a value of {} bytes does not fit {}", f.name, text.size() + (negative ? 1 : 0), f.len));
    }
    auto const fill = std::string(room - text.size(), byte_of(right ? '0' : ' '));
    return right ? (negative ? std::string(1, byte_of('-')) : std::string()) + fill + text : text + fill;
}

std::string RowWriter::encoded_ascii(std::string text) const
{
    std::transform(text.begin(), text.end(), text.begin(), [&](char c) { return byte_of(c); });
    return text;
}

void RowWriter::fixed_row(std::vector<Value> const &values)
{
    m_line.assign(m_length, byte_of(' '));
    for (std::size_t i = 0; i < values.size(); ++i) {
        auto const &f = m_record.fields[i];
        m_line.replace(f.at, f.len, fixed_cell(f, values[i]));
    }
    if (m_layout.block == 0) {
        m_line += m_layout.line_end;
    }
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
