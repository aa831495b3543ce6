#include "engine/layout/relation.hpp"

#include <xxhash.h>

#include <charconv>
#include <cmath>
#include <limits>

namespace atom {

Relation::Relation(Input const &input, int record, int group, bool as_text)
    : m_input(&input), m_record(record), m_group(group < 0 ? nullptr : &input.record(record).groups[static_cast<std::size_t>(group)]),
      m_as_text(as_text)
{
    using Kind = RelationColumn::Kind;
    auto const &fields = input.record(record).fields;
    auto const columns = input.record(record).columns();
    for (std::size_t i = 0; i < columns; ++i) {
        m_columns.push_back({fields[i].name, Kind::field, static_cast<int>(i), fields[i].type, fields[i].scale,
                             QuickRead::of(fields[i], input.encoding())});
    }
    if (input.layout().format == Format::fixed && !input.record(record).shape_warns && !as_text) {
        for (std::size_t i = 0; i < columns; ++i) {
            auto const &f = fields[i];
            m_cells.push_back({static_cast<std::uint32_t>(f.at), static_cast<std::uint32_t>(f.len), QuickRead::of(f, input.encoding())});
        }
    }
    if (m_group != nullptr) {
        for (std::size_t i = 0; i < m_group->columns.size(); ++i) {
            auto const &f = fields[static_cast<std::size_t>(m_group->columns[i].fields.front())];
            m_columns.push_back(
                {m_group->columns[i].name, Kind::group, static_cast<int>(i), f.type, f.scale, quick_of(m_group->columns[i].fields)});
        }
        m_columns.push_back({"ordem", Kind::ordem, 0, FieldType::integer, 0});
        if (m_group->has_words) {
            m_columns.push_back({"grupo", Kind::grupo, 0, FieldType::text, 0});
        }
        if (m_group->distinct >= 0) {
            m_columns.push_back({"posicao", Kind::posicao, 0, FieldType::integer, 0});
        }
    }
    if (is_list()) {
        m_columns.push_back({"ordem", Kind::ordem, 0, FieldType::integer, 0});
    }
    m_columns.push_back({"linha", Kind::linha, 0, FieldType::integer, 0});
}

/// Of a group's column: the repetitions' fields may differ, and then there is no short way.
QuickRead Relation::quick_of(std::vector<int> const &fields) const
{
    auto const of = [&](int i) {
        return QuickRead::of(m_input->record(m_record).fields[static_cast<std::size_t>(i)], m_input->encoding());
    };
    auto const quick = of(fields.front());
    return std::all_of(fields.begin(), fields.end(), [&](int i) { return of(i) == quick; }) ? quick : QuickRead{};
}

int Relation::column_index(std::string_view name) const noexcept
{
    for (std::size_t i = 0; i < m_columns.size(); ++i) {
        if (m_columns[i].name == name) {
            return static_cast<int>(i);
        }
    }
    return -1;
}

int Relation::field_of(RelationColumn const &column, std::uint64_t repetition) const
{
    if (column.kind == RelationColumn::Kind::field) {
        return column.index;
    }
    return column.kind == RelationColumn::Kind::group ? m_group->columns[static_cast<std::size_t>(column.index)].fields[repetition] : -1;
}

RelationCursor::RelationCursor(Relation const &relation)
    : m_relation(&relation), m_input(&relation.input()), m_times(relation.times()),
      m_quick(m_input->bytes_good() ? relation.cells().size() : 0), m_rows(m_input->scanner()), m_passage(*m_input), m_apart(*m_input),
      m_fields(*m_input, relation.record())
{}

void RelationCursor::rewind()
{
    m_rows = m_input->scanner();
    m_on_line = false;
    m_passage.end();
}

bool RelationCursor::next_line()
{
    auto const &good = m_input->good(m_relation->record());
    auto const *only = m_relation->restriction();
    auto target = good.next(m_rows.line());
    while (target != 0 && only != nullptr && !only->test(target)) {
        auto const candidate = only->next(target);
        target = candidate == 0 ? 0 : good.next(candidate);
    }
    if (target == 0) {
        return false;
    }
    go_to(target);
    return true;
}

/// The line must be a row.
void RelationCursor::go_to(std::uint64_t linha)
{
    bool const even = m_input->is_even();
    bool const follows = linha >= m_rows.line() && linha <= m_rows.line() + (even ? 0 : 64);
    bool const apart = even && !(follows && m_in_place);
    if (!follows) {
        m_rows = m_input->scanner_at(linha);
    }
    if (!apart) {
        follows ? m_passage.at(m_rows.offset()) : m_passage.jump(m_rows.offset());
    }
    while (m_rows.next(m_row) && m_row.linha < linha) {
    }
    if (apart) {
        m_row.bytes = m_apart.bytes(m_row, follows);
    }
    m_fields.set(m_row);
}

bool RelationCursor::next()
{
    if (m_times == 1) {
        m_repetition = 0;
        return next_line();
    }
    for (;;) {
        if (m_on_line && ++m_repetition < (m_relation->is_list() ? m_fields.elements() : m_times)) {
            if (repetition_exists()) {
                return true;
            }
            continue;
        }
        m_on_line = next_line();
        if (!m_on_line) {
            return false;
        }
        m_repetition = 0;
        if (repetition_exists()) {
            return true;
        }
    }
}

bool RelationCursor::repetition_exists()
{
    if (m_relation->is_list()) {
        m_fields.set_element(m_repetition);
        return m_repetition < m_fields.elements();
    }
    auto const &group = *m_relation->group();
    auto const when = static_cast<std::size_t>(group.when);
    if (m_relation->as_text()) { // whatever is shown of it, the value decides
        return !m_fields.parse(group.columns[when].fields[m_repetition], m_when_scratch).value.none();
    }
    return !any_value(group_column(group.when), m_when_scratch).none();
}

/// A record's fields come first.
int RelationCursor::group_column(int of_group) const noexcept
{
    return static_cast<int>(m_input->record(m_relation->record()).columns()) + of_group;
}

/// All of a line are told apart when the first is asked for. What is no row has no place, nor has an empty value or one that stands before.
Value RelationCursor::place()
{
    if (m_placed_line != m_row.linha) {
        std::vector<std::string> seen;
        std::string scratch;
        auto const at = m_repetition;
        m_places.assign(m_times, 0);
        for (m_repetition = 0; m_repetition < m_times; ++m_repetition) {
            auto const v = repetition_exists() ? any_value(group_column(m_relation->group()->distinct), scratch) : Value{};
            auto text = v.kind == Value::Kind::text ? std::string(v.text) : std::to_string(v.integer);
            if (!v.none() && std::find(seen.begin(), seen.end(), text) == seen.end()) {
                seen.push_back(std::move(text));
                m_places[m_repetition] = static_cast<std::int64_t>(seen.size());
            }
        }
        m_repetition = at;
        m_placed_line = m_row.linha;
    }
    auto const n = m_places[m_repetition];
    return n == 0 ? Value{} : Value::of(n);
}

bool RelationCursor::seek(std::uint64_t rowid)
{
    auto const linha = m_relation->line_of(rowid);
    if (linha == 0 || !m_relation->has_line(linha)) {
        return false;
    }
    m_repetition = rowid % m_times;
    m_on_line = true;
    if (m_row.linha != linha) {
        go_to(linha);
    }
    return m_times == 1 || repetition_exists();
}

Value RelationCursor::any_value(int column, std::string &scratch)
{
    auto const &c = m_relation->columns()[static_cast<std::size_t>(column)];
    switch (c.kind) {
    case RelationColumn::Kind::linha: return Value::of(static_cast<std::int64_t>(m_row.linha));
    case RelationColumn::Kind::ordem: return Value::of(static_cast<std::int64_t>(m_repetition) + 1);
    case RelationColumn::Kind::grupo: return Value::of(std::string_view(m_relation->group()->words[m_repetition]));
    case RelationColumn::Kind::posicao: return place();
    case RelationColumn::Kind::field:
    case RelationColumn::Kind::group: break;
    }
    auto const field = m_relation->field_of(c, m_repetition);
    auto const &f = m_input->record(m_relation->record()).fields[static_cast<std::size_t>(field)];
    if ((m_input->layout().format == Format::json || f.is_joined()) && !m_relation->as_text()) {
        return m_fields.parse(field, scratch).value;
    }
    auto const raw = m_fields.raw(field);
    if (m_relation->as_text()) {
        if (f.typed_cells) {
            scratch = shown_raw(f, raw, m_input->encoding());
            return scratch.empty() ? Value{} : Value::of(std::string_view(scratch));
        }
        return raw_text(raw, m_input->encoding(), scratch);
    }
    if (Value quick; m_input->bytes_good() && c.quick(raw, scratch, quick)) {
        return quick;
    }
    return parse_field(f, raw, m_input->encoding(), scratch).value;
}

std::uint64_t KeyIndex::hash_of(Value const *values, std::size_t n)
{
    std::uint64_t h = 0x9e3779b97f4a7c15U;
    for (std::size_t i = 0; i < n; ++i) {
        h = values[i].kind == Value::Kind::integer ? XXH3_64bits_withSeed(&values[i].integer, sizeof values[i].integer, h)
                                                   : XXH3_64bits_withSeed(values[i].text.data(), values[i].text.size(), h);
    }
    return h;
}

namespace {

std::vector<KeyIndex::Part> parts_of(std::vector<int> const &columns)
{
    std::vector<KeyIndex::Part> out;
    for (int const column : columns) {
        out.push_back({column, false});
    }
    return out;
}

} // namespace

KeyIndex::KeyIndex(Relation const &relation, std::vector<int> const &columns) : KeyIndex(relation, parts_of(columns)) {}

KeyIndex::KeyIndex(Relation const &relation, std::vector<Part> parts)
{
    RelationCursor cursor(relation);
    std::vector<Value> values(parts.size());
    std::vector<std::string> scratch(parts.size());
    while (cursor.next()) {
        bool whole = true;
        for (std::size_t i = 0; i < parts.size() && whole; ++i) {
            values[i] = cursor.value(parts[i].column, scratch[i]);
            values[i] = parts[i].as_number ? number(values[i]) : values[i];
            // a CSV cell's text may stand in a buffer that the next column takes
            if (values[i].kind == Value::Kind::text && parts.size() > 1) {
                scratch[i].assign(values[i].text);
                values[i].text = scratch[i];
            }
            whole = !values[i].none();
        }
        if (whole) {
            m_entries.push_back({hash_of(values.data(), values.size()), cursor.rowid()});
        }
    }
    m_entries.shrink_to_fit();
    std::sort(m_entries.begin(), m_entries.end());
}

/// The nearest whole number: two ways of reading the same digits may differ in the last bit of a fraction, but not here.
Value KeyIndex::number(double d) noexcept
{
    constexpr double k_end = 9223372036854775808.0; // 2^63: no integer reaches it
    if (d >= k_end) {
        return Value::of(std::numeric_limits<std::int64_t>::max());
    }
    return Value::of(d > -k_end ? static_cast<std::int64_t>(std::llround(d)) : std::numeric_limits<std::int64_t>::min());
}

/// Blanks around a number and a sign are allowed, as SQLite allows them.
Value KeyIndex::number(Value const &value) noexcept
{
    constexpr char const *k_blanks = " \t\n\v\f\r";
    auto const begin = value.kind == Value::Kind::text ? value.text.find_first_of("0123456789") : std::string_view::npos;
    if (begin == std::string_view::npos) {
        return value; // a number already, or no number at all
    }
    auto text = value.text.substr(value.text.find_first_not_of(k_blanks));
    text = text.substr(0, text.find_last_not_of(k_blanks) + 1);
    text.remove_prefix(text.front() == '+' ? 1 : 0);
    auto const *const end = text.data() + text.size();
    std::int64_t whole = 0;
    if (auto const read = std::from_chars(text.data(), end, whole); read.ptr == end && read.ec == std::errc()) {
        return Value::of(whole);
    }
    double d = 0;
    return std::from_chars(text.data(), end, d).ptr == end ? number(d) : value;
}

std::pair<KeyIndex::Entry const *, KeyIndex::Entry const *> KeyIndex::find(std::uint64_t hash, std::uint64_t first) const
{
    auto const begin = std::lower_bound(m_entries.begin(), m_entries.end(), Entry{hash, first});
    auto const end = std::upper_bound(begin, m_entries.end(), Entry{hash, std::numeric_limits<std::uint64_t>::max()});
    return {m_entries.data() + (begin - m_entries.begin()), m_entries.data() + (end - m_entries.begin())};
}

} // namespace atom
