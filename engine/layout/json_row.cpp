// A JSON document as a row (declared in layout/input.hpp): where its fields stand, which of an array's elements is at hand.

#include "engine/layout/input.hpp"
#include "engine/layout/relation.hpp"

namespace atom {

namespace {

using Kind = JsonText::Kind;

/// The kinds of value that a type takes: text that looks like a number is none.
bool takes(FieldType type, Kind kind) noexcept
{
    switch (type) {
    case FieldType::integer:
    case FieldType::decimal: return kind == Kind::number;
    case FieldType::boolean: return kind != Kind::array && kind != Kind::object;
    case FieldType::json: return true;
    default: return kind == Kind::string || kind == Kind::number;
    }
}

bool begins_with(std::vector<std::string> const &path, std::vector<std::string> const &beginning)
{
    return path.size() >= beginning.size() && std::equal(beginning.begin(), beginning.end(), path.begin());
}

} // namespace

bool RowFields::read_json()
{
    if (!m_split) {
        m_split = true;
        m_has_elements = false;
        m_is_json = m_json.parse(m_row.bytes);
    }
    return m_is_json;
}

void RowFields::set_record(int record) noexcept
{
    m_has_elements = m_has_elements && record == m_record;
    m_record = record;
}

std::vector<int> const &RowFields::json_elements()
{
    if (!m_has_elements) {
        m_has_elements = true;
        m_elements = m_json.elements(m_json.find(0, *m_input->record(m_record).each));
    }
    return m_elements;
}

std::size_t RowFields::elements()
{
    return m_record >= 0 && m_input->record(m_record).each ? (read_json() ? json_elements().size() : 0) : 1;
}

/// What lies in the array of `each` is of the element at hand. Any other path is looked for in the document, then in the element.
int RowFields::json_value(Record const &record, std::vector<std::string> const &path)
{
    if (!record.each) {
        return m_json.find(0, path);
    }
    auto const &all = json_elements();
    int const element = m_element < all.size() ? all[m_element] : JsonText::k_none;
    if (begins_with(path, *record.each) && path.size() > record.each->size()) {
        return m_json.find(element, path, record.each->size());
    }
    int const own = m_json.find(0, path);
    return own >= 0 ? own : m_json.find(element, path);
}

int RowFields::json_value(int field)
{
    auto const &record = m_input->record(m_record);
    return read_json() ? json_value(record, record.fields[static_cast<std::size_t>(field)].path) : JsonText::k_none;
}

std::string_view RowFields::raw_json(int field)
{
    int const value = json_value(field);
    auto const kind = m_json.kind(value);
    bool const part = m_input->record(m_record).fields[static_cast<std::size_t>(field)].type == FieldType::json;
    return kind == Kind::null ? std::string_view() : kind == Kind::string && !part ? m_json.string(value, m_unquoted) : m_json.text(value);
}

Parsed RowFields::parse(int field, std::string &scratch)
{
    auto const &f = m_input->record(m_record).fields[static_cast<std::size_t>(field)];
    if (f.is_joined()) {
        return parse_joined(f, scratch);
    }
    if (m_input->layout().format == Format::json) {
        auto const kind = m_json.kind(json_value(field));
        if (kind != Kind::null && !takes(f.type, kind)) {
            return refuse_field(f, raw_json(field), scratch);
        }
    }
    return parse_field(f, raw(field), m_input->encoding(), scratch);
}

/// What the base keeps of its parts, one after the other, read as its own type; none where one of them is none, or all are no such value.
Parsed RowFields::parse_joined(Field const &field, std::string &scratch)
{
    std::string joined, of_part;
    for (int const part : field.join) {
        auto const value = parse(part, of_part).value;
        if (value.none()) {
            return {};
        }
        joined += value.kind == Value::Kind::text ? std::string(value.text) : std::to_string(value.integer);
    }
    m_joined = std::move(joined);
    auto const p = parse_field(field, m_joined, Encoding::utf8, scratch);
    return p.fault == LineFault::none ? p : Parsed{};
}

int RowFields::json_record()
{
    auto const &records = m_input->layout().records;
    for (std::size_t r = 0; r < records.size() && read_json(); ++r) {
        set_record(static_cast<int>(r));
        auto const &record = records[r];
        bool const passes = std::all_of(record.when.begin(), record.when.end(), [&](When const &w) {
            int const value = json_value(record, w.path);
            auto const kind = m_json.kind(value);
            return kind != Kind::null && (kind == Kind::string ? m_json.string(value, m_unquoted) : m_json.text(value)) == w.value;
        });
        auto const list = record.each ? m_json.kind(m_json.find(0, *record.each)) : Kind::array;
        if (passes && (list == Kind::array || list == Kind::null) && elements() < k_most_elements) {
            return static_cast<int>(r);
        }
    }
    return -1;
}

bool Layout::takes_arrays() const noexcept
{
    return std::any_of(records.begin(), records.end(), [](Record const &r) { return r.each && r.each->empty(); });
}

} // namespace atom
