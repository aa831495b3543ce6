#include "engine/layout/chunk_checker.hpp"

namespace atom {

ChunkChecker::ChunkChecker(Input const &input) : m_input(input), m_layout(input.layout()), m_fields(input, 0), m_lots(input.layout())
{
    for (auto const &r : m_layout.records) {
        auto &all = m_all.emplace_back();
        auto &strict = m_strict.emplace_back();
        for (std::size_t i = 0; i < r.fields.size(); ++i) {
            auto const &f = r.fields[i];
            all.push_back({static_cast<int>(i), m_layout.format == Format::fixed && !r.shape_warns, QuickRead::of(f, input.encoding())});
            if (!takes_anything(f)) {
                strict.push_back(all.back());
            }
        }
    }
}

ChunkResult ChunkChecker::run(Chunk const &chunk)
{
    m_chunk = chunk;
    m_out = {};
    auto const records = m_layout.records.size();
    auto const words = std::vector<std::uint64_t>(chunk.last - chunk.first);
    m_out.lines.assign(records, words);
    m_out.good.assign(records, words);
    m_out.counts.assign(records, 0);
    m_out.sums.assign(m_layout.controls.size(), 0);
    m_out.wanted.resize(m_layout.controls.size());
    auto rows = m_input.scanner();
    rows.seek(chunk.begin, chunk.line);
    Row row;
    std::uint64_t end = chunk.begin;
    while (rows.line() <= chunk.last * 64 && rows.next(row) && row.linha <= chunk.last * 64) {
        check_row(row);
        end = rows.offset();
    }
    m_input.forget(chunk.begin, end);
    m_out.lots = m_lots.take();
    return std::move(m_out);
}

void ChunkChecker::check_row(Row const &row)
{
    m_fields.set(row);
    m_first_fault = m_out.faults.size();
    int const record = row.open_quotes ? -1 : m_input.record_of(m_fields);
    m_fields.set_record(record);
    auto const shape = shape_fault(record);
    if (record >= 0 && m_input.record(record).role == RecordRole::ignore) {
        m_out.shaped = m_out.shaped || shape == LineFault::none;
        return;
    }
    ++m_out.all;
    if (record >= 0) {
        ++m_out.counts[static_cast<std::size_t>(record)];
        set(m_out.lines, record, row.linha);
    }
    bool const readable = shape == LineFault::none || (record >= 0 && m_input.record(record).shape_warns);
    m_out.shaped = m_out.shaped || shape == LineFault::none;
    if (shape != LineFault::none) {
        add(record, -1, shape, readable);
    }
    if (readable) {
        check_values(record);
    }
    finish_row(record);
    note_controls(record);
}

LineFault ChunkChecker::shape_fault(int record)
{
    auto const &row = m_fields.row();
    if (m_layout.format == Format::json) {
        return json_fault(record);
    }
    if (row.open_quotes) {
        return LineFault::open_quotes;
    }
    if (record < 0) {
        m_out.shaped = m_out.shaped || has_some_shape();
        return LineFault::unknown_record;
    }
    if (fits(record)) {
        return LineFault::none;
    }
    return m_layout.has_columns() ? LineFault::columns : LineFault::length;
}

/// A document of no record is told apart from what is no document.
LineFault ChunkChecker::json_fault(int record)
{
    bool const is_utf8 = find_invalid(m_fields.row().bytes, Encoding::utf8) == std::string_view::npos;
    if (!is_utf8 || !m_fields.read_json()) {
        return is_utf8 ? LineFault::json : LineFault::encoding;
    }
    m_out.shaped = true;
    return record < 0 ? LineFault::unknown_record : LineFault::none;
}

/// A row of no record: has it at least some record's length or number of columns?
bool ChunkChecker::has_some_shape()
{
    for (std::size_t i = 0; i < m_layout.records.size(); ++i) {
        if (fits(static_cast<int>(i))) {
            return true;
        }
    }
    return false;
}

bool ChunkChecker::fits(int record)
{
    if (m_layout.has_columns()) {
        return m_input.fits_columns(record, m_fields.cells());
    }
    auto const &r = m_input.record(record);
    auto const size = m_fields.row().bytes.size();
    return !r.length || size == *r.length || (r.pad && size < *r.length);
}

/// All elements of a list; of a field that is wrong in several, the first tells.
void ChunkChecker::check_json(int record)
{
    std::vector<bool> told(m_input.record(record).fields.size(), false);
    for (std::size_t element = 0; element < m_fields.elements(); ++element) {
        m_fields.set_element(element);
        for (int i = 0; i < static_cast<int>(told.size()); ++i) {
            auto const p = m_fields.parse(i, m_scratch);
            if (p.fault != LineFault::none && !told[static_cast<std::size_t>(i)]) {
                told[static_cast<std::size_t>(i)] = true;
                add(record, i, p.fault, p.warning);
            }
        }
    }
}

void ChunkChecker::check_values(int record)
{
    if (m_layout.format == Format::json) {
        return check_json(record);
    }
    auto const encoding = m_input.encoding();
    auto const bytes = m_fields.row().bytes;
    m_out.windows_bytes = m_out.windows_bytes || (encoding == Encoding::iso_8859_1 && has_windows_bytes(bytes));
    // where every byte of the line is good, text that takes anything needs no look; a fixed field may cut a UTF-8 character
    bool const bytes_good = find_invalid(bytes, encoding) == std::string_view::npos &&
                            (m_layout.has_columns() || encoding != Encoding::utf8 || is_ascii(bytes));
    auto const &fields = m_input.record(record).fields;
    Value value;
    for (auto const &look : (bytes_good ? m_strict : m_all)[static_cast<std::size_t>(record)]) {
        auto const &f = fields[static_cast<std::size_t>(look.field)];
        auto const raw = look.in_place && f.at < bytes.size() ? bytes.substr(f.at, f.len) : m_fields.raw(look.field);
        if (bytes_good && look.quick(raw, m_scratch, value)) {
            continue;
        }
        auto const p = parse_field(f, raw, encoding, m_scratch);
        if (p.fault != LineFault::none) {
            add(record, look.field, p.fault, p.warning);
        }
    }
}

void ChunkChecker::add(int record, int field, LineFault code, bool warning)
{
    Fault f;
    f.linha = m_fields.row().linha;
    f.offset = m_fields.row().offset;
    f.record = static_cast<std::int16_t>(record);
    f.field = static_cast<std::int16_t>(field);
    f.code = code;
    f.warning = warning;
    m_out.faults.push_back(f);
}

void ChunkChecker::finish_row(int record)
{
    auto const first = m_out.faults.begin() + static_cast<std::ptrdiff_t>(m_first_fault);
    bool const aside = record >= 0 && m_input.record(record).role != RecordRole::detail;
    std::stable_sort(first, m_out.faults.end(), [&](Fault const &a, Fault const &b) {
        return m_input.position_of(a.record, a.field) < m_input.position_of(b.record, b.field);
    });
    bool const bad = std::any_of(first, m_out.faults.end(), [](Fault const &f) { return !f.warning; });
    if (!bad) {
        set(m_out.good, record, m_fields.row().linha);
    }
    if (aside) { // a header or trailer is no line of data: what is wrong with it is told, and costs no line
        std::for_each(first, m_out.faults.end(), [](Fault &f) { f.warning = true; });
        return;
    }
    ++m_out.read;
    m_out.rejected += bad ? 1 : 0;
}

void ChunkChecker::note_controls(int record)
{
    for (std::size_t i = 0; i < m_layout.controls.size(); ++i) {
        auto const &c = m_layout.controls[i];
        if (c.lot >= 0) {
            continue;
        }
        if (c.record == record && record >= 0) {
            m_out.wanted[i].push_back(number(record, c.field));
        }
        if (c.kind == Control::Kind::sum && c.of_record == record && record >= 0) {
            m_out.sums[i] += number(record, c.of_field).value_or(0);
        }
    }
    m_lots.add(record, m_fields.row().linha, [&](int field) { return number(record, field); });
}

std::optional<std::int64_t> ChunkChecker::number(int record, int field)
{
    m_fields.set_record(record);
    auto const p = m_fields.parse(field, m_scratch);
    return p.value.kind == Value::Kind::integer ? std::optional(p.value.integer) : std::nullopt;
}

void ChunkChecker::set(std::vector<std::vector<std::uint64_t>> &bits, int record, std::uint64_t linha) const
{
    auto const i = linha - 1;
    bits[static_cast<std::size_t>(record)][i / 64 - m_chunk.first] |= std::uint64_t{1} << (i % 64);
}

} // namespace atom
