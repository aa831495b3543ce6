#include "engine/layout/input.hpp"

#include "engine/base/text.hpp"
#include "engine/base/unicode.hpp"
#include "engine/layout/cell.hpp"
#include "engine/layout/value.hpp"
#include "engine/layout/xlsx_reader.hpp"

#include <fmt/format.h>

namespace atom {

namespace {

constexpr std::string_view k_bom = "\xef\xbb\xbf";

constexpr std::uint64_t k_step = std::uint64_t{2} << 20;        // a pass asks for that much at a time
constexpr std::uint64_t k_keep_behind = std::uint64_t{8} << 20; // mapped pages count as memory: it keeps that much behind it
constexpr std::uint64_t k_near = std::uint64_t{64} << 10;       // rows further apart are read one by one; what Linux maps at a fault
constexpr std::uint64_t k_apart = std::uint64_t{128} << 10;     // copied at once: a core's cache holds it

} // namespace

void Passage::go_on(std::uint64_t offset)
{
    if (m_input->bytes().size() <= k_keep_behind) {
        m_next = k_keep_behind; // nothing would ever be given back, and the first touch of a small file costs little
        return;
    }
    if (offset - m_last <= k_near) {
        m_input->want(offset, offset + k_step + k_near); // a row may reach into the next block
    }
    if (offset > m_from + k_keep_behind + k_step) {
        m_input->forget(m_from, offset - k_keep_behind);
        m_from = offset - k_keep_behind;
    }
    m_next = offset / k_step * k_step + k_step;
    m_to = std::max(m_to, m_next + k_step);
}

void Passage::jump(std::uint64_t offset) noexcept
{
    if (m_input->bytes().size() > k_keep_behind) {
        m_input->forget(m_jumped - std::min(m_jumped, k_near), m_jumped + k_near);
        m_jumped = offset;
    }
}

void Passage::end() noexcept
{
    if (m_to > 0) {
        m_input->forget(m_from, m_to);
    }
    m_from = m_to = m_next = m_last = 0;
}

std::string_view RowsApart::bytes(Row const &row, bool follows)
{
    auto const end = row.offset + row.bytes.size();
    if (row.offset < m_from || end > m_to) {
        auto const most = m_input->bytes().size() - row.offset;
        auto const size = std::min<std::uint64_t>(follows ? std::max<std::uint64_t>(k_apart, row.bytes.size()) : row.bytes.size(), most);
        m_buffer.resize(std::max<std::size_t>(m_buffer.size(), static_cast<std::size_t>(size)));
        m_from = m_to = row.offset;
        if (row.offset >= m_input->shape().even_to || !m_input->read_apart(row.offset, static_cast<std::size_t>(size), m_buffer.data())) {
            return row.bytes;
        }
        m_to += size;
    }
    return std::string_view(m_buffer).substr(static_cast<std::size_t>(row.offset - m_from), row.bytes.size());
}

void RowFields::set(Row const &row)
{
    m_row = row;
    m_split = false;
    m_element = 0;
}

std::vector<CsvCell> const &RowFields::cells()
{
    if (!m_split) {
        split_row(m_row.bytes, m_input->shape(), m_cells);
        m_split = true;
    }
    return m_cells;
}

std::string_view RowFields::raw(int field)
{
    if (auto const &f = m_input->record(m_record).fields[static_cast<std::size_t>(field)]; f.is_joined()) {
        m_joined.clear();
        for (int const i : f.join) {
            auto const &part = m_input->record(m_record).fields[static_cast<std::size_t>(i)];
            auto const bytes = raw(i);
            m_joined += part.typed_cells ? shown_raw(part, bytes, m_input->encoding()) : std::string(trim(bytes));
        }
        return m_joined;
    }
    if (m_input->layout().format == Format::json) {
        return raw_json(field);
    }
    if (m_input->layout().format == Format::fixed) {
        auto const &record = m_input->record(m_record);
        auto const &f = record.fields[static_cast<std::size_t>(field)];
        if (record.shape_warns && f.at + f.len > m_row.bytes.size()) {
            return {}; // part of a number is another number
        }
        return f.at < m_row.bytes.size() ? m_row.bytes.substr(f.at, f.len) : std::string_view{};
    }
    auto const column = m_input->column_of(m_record, field);
    auto const &all = cells();
    if (column < 0 || static_cast<std::size_t>(column) >= all.size()) {
        return {};
    }
    return cell_text(all[static_cast<std::size_t>(column)], m_input->shape().quote, m_unquoted);
}

namespace {

/// A file of blanks is an empty one, whatever it should have been; of no cells, too.
std::unique_ptr<MappedFile> rows_of_sheet(MappedFile const *file, Layout const &layout, std::filesystem::path const &scratch)
{
    if (file == nullptr || layout.format != Format::xlsx || is_blank(file->bytes())) {
        return nullptr;
    }
    auto rows = read_xlsx(file->bytes(), layout.sheet, scratch);
    file->forget(0, file->bytes().size());
    return rows;
}

/// In a fixed file zeros may be numbers; only a mark is believed there.
std::unique_ptr<Utf16Text> text_of_utf16(std::string_view bytes, Layout const &layout, std::filesystem::path const &scratch)
{
    auto const order = layout.format == Format::xlsx ? std::nullopt : utf16_order(bytes, layout.format != Format::fixed);
    return order ? std::make_unique<Utf16Text>(bytes, *order, scratch) : nullptr;
}

} // namespace

Input::Input(std::filesystem::path const &path, std::shared_ptr<Layout const> layout, std::filesystem::path const &scratch)
    : Input(std::make_unique<MappedFile>(path), {}, std::move(layout), Opening{scratch, {}, 1})
{}

Input Input::of_document(std::string bytes, std::shared_ptr<Layout const> layout)
{
    return {nullptr, std::move(bytes), std::move(layout), Opening{{}, RowShape::Kind::whole, 1}};
}

Input Input::of_json_lines(std::string bytes, std::shared_ptr<Layout const> layout, std::uint64_t first_line)
{
    return {nullptr, std::move(bytes), std::move(layout), Opening{{}, RowShape::Kind::lines, first_line}};
}

Input Input::of_bytes(std::string bytes, std::shared_ptr<Layout const> layout)
{
    return {nullptr, std::move(bytes), std::move(layout), Opening{{}, {}, 1}};
}

Input::Input(std::unique_ptr<MappedFile> file, std::string memory, std::shared_ptr<Layout const> layout, Opening const &opening)
    : m_layout(std::move(layout)), m_file(std::move(file)), m_sheet(rows_of_sheet(m_file.get(), *m_layout, opening.scratch)),
      m_memory(std::move(memory)), m_utf16(text_of_utf16(m_file ? m_file->bytes() : m_memory, *m_layout, opening.scratch)),
      m_bytes(without_end_mark(bytes())), m_first_line(opening.first_line)
{
    m_good.resize(m_layout->records.size());
    m_lines.resize(m_layout->records.size());
    open_encoding();
    if (is_blank(m_bytes.substr(m_data_offset))) {
        throw FileRefused(FileFault::empty,
                          m_sheet ? "a planilha não tem nenhuma célula preenchida" : "o arquivo não tem nenhum byte além de brancos");
    }
    open_rows();
    if (opening.kind) {
        m_shape.kind = *opening.kind;
    } else if (m_layout->format == Format::json) {
        open_json();
    }
    if (m_layout->has_columns()) {
        read_header();
    }
}

/// A byte-order mark, or several, says what the file is, whatever the layout believes.
void Input::open_encoding()
{
    while (m_bytes.substr(m_data_offset, k_bom.size()) == k_bom) {
        m_data_offset += k_bom.size();
    }
    bool const is_marked = m_data_offset > 0 || m_utf16;
    m_encoding = is_marked ? Encoding::utf8 : m_layout->encoding ? *m_layout->encoding : likely_encoding(m_bytes);
    if (is_marked && m_layout->encoding && *m_layout->encoding != Encoding::utf8) {
        m_notes.push_back(fmt::format("lido como {}, que o arquivo diz ser; o layout diz {}", m_utf16 ? "utf-16" : "utf-8",
                                      encoding_name(*m_layout->encoding)));
    }
}

void Input::open_rows()
{
    if (m_layout->format == Format::xlsx) {
        m_shape = sheet_shape();
    } else if (m_layout->format == Format::csv) {
        m_shape.delimiter = m_layout->delimiter;
        m_shape.quote = m_layout->quote;
        m_shape.multiline = m_layout->multiline;
    }
    m_shape.encoding = m_encoding;
    if (m_layout->format != Format::xlsx) {
        m_shape.newline = newline_of(m_bytes, m_shape.multiline ? m_shape.quote : '\0');
    }
}

/// One document a line; or all of them as one array, which must then be whole; or one that is itself a list of rows.
void Input::open_json()
{
    auto const text = m_bytes.substr(m_data_offset);
    auto const first = text.find_first_not_of(" \t\r\n");
    if (text[first] != '[') {
        bool const spans = text[first] == '{' && json_list_end(text, first) == text.find_last_not_of(" \t\r\n") + 1 &&
                           text.find(m_shape.newline, first) < text.find_last_not_of(" \t\r\n");
        m_shape.kind = spans ? RowShape::Kind::whole : RowShape::Kind::lines; // one document over several lines
        m_data_offset += spans ? first : 0;
        return;
    }
    auto const end = text.find_last_not_of(" \t\r\n");
    bool const is_one = json_list_end(text, first) == end + 1;
    if (m_layout->takes_arrays()) {
        m_shape.kind = is_one ? RowShape::Kind::whole : RowShape::Kind::lines;
    } else if (text[end] != ']') {
        throw FileRefused(FileFault::truncated, "a lista JSON não fecha");
    } else if (is_one || text.find('\n', first) > end) {
        m_shape.kind = RowShape::Kind::items;
        m_data_offset += first + 1;
    }
}

RowScanner Input::scanner() const { return {m_bytes, m_shape, m_data_offset, m_first_line}; }

RowScanner Input::scanner_at(std::uint64_t linha) const
{
    auto rows = scanner();
    if (is_even()) {
        rows.seek(m_marks.front().offset + (linha - m_marks.front().linha) * m_shape.stride, linha);
        return rows;
    }
    auto const block = (linha - 1) / 64;
    if (block < m_marks.size() && m_marks[block].linha != 0 && m_marks[block].linha <= linha) {
        rows.seek(m_marks[block].offset, m_marks[block].linha);
    } else if (block > 0 && !m_marks.empty()) {
        auto const &m = m_marks[std::min<std::uint64_t>(block - 1, m_marks.size() - 1)];
        rows.seek(m.offset, m.linha);
    }
    return rows;
}

Row Input::row(std::uint64_t linha) const
{
    auto rows = scanner_at(linha);
    Row row;
    while (rows.next(row) && row.linha < linha) {
    }
    return row;
}

std::vector<std::string> Input::notes() const
{
    auto notes = m_notes;
    if (m_has_windows_bytes) {
        notes.emplace_back("bytes 80 a 9F lidos como windows-1252");
    }
    if (!m_unknown_columns.empty()) {
        notes.push_back("colunas ignoradas: " + join(m_unknown_columns, ", "));
    }
    return notes;
}

std::string_view Input::original(std::uint64_t from, std::uint64_t to) const noexcept
{
    if (!m_utf16) {
        return bytes().substr(static_cast<std::size_t>(from), static_cast<std::size_t>(to - from));
    }
    auto const whole = m_file ? m_file->bytes() : std::string_view(m_memory);
    auto const begin = original_offset(from);
    return whole.substr(static_cast<std::size_t>(begin), static_cast<std::size_t>(original_offset(to) - begin));
}

bool Input::read_apart(std::uint64_t from, std::size_t size, char *out) const noexcept
{
    auto const *const file = mapped();
    return file != nullptr && file->read(static_cast<std::size_t>(from), size, out);
}

void Input::note_row(Row const &row)
{
    auto const block = (row.linha - 1) / 64;
    while (m_marks.size() <= block) {
        m_marks.push_back({row.offset, row.linha});
    }
    auto const &first = m_marks.front();
    if (row.linha == first.linha + 1) {
        m_stride = row.offset - first.offset;
    }
    bool const is_first = m_last.linha == 0;
    bool const follows = row.linha <= m_last.linha + 1 || is_first; // a line in between may be of any length
    bool const alike = is_first || m_last_size == m_row_size;       // the last line may end without a newline
    m_row_size = is_first ? row.bytes.size() : m_row_size;
    m_even = m_even && follows && alike && row.offset - first.offset == (row.linha - first.linha) * m_stride;
    m_last = {row.offset, row.linha};
    m_last_size = row.bytes.size();
}

int Input::record_of(RowFields &fields) const
{
    if (m_layout->format == Format::json) {
        return fields.json_record();
    }
    auto const passes = [&](std::size_t record, std::size_t i) {
        auto const &w = m_layout->records[record].when[i];
        auto const bytes = fields.row().bytes;
        if (m_layout->format == Format::fixed) {
            return w.at <= bytes.size() && bytes.substr(w.at, w.value.size()) == w.value;
        }
        auto const column = static_cast<std::size_t>(m_columns[record].of_when[i]);
        auto const &cells = fields.cells();
        auto const cell = column < cells.size() ? trim_blanks(cells[column].bytes, m_encoding) : std::string_view{};
        return column < cells.size() && (m_layout->format == Format::xlsx ? sheet_cell(cell).text : cell) == w.value;
    };
    for (std::size_t r = 0; r < m_layout->records.size(); ++r) {
        auto const tests = m_layout->records[r].when.size();
        std::size_t i = 0;
        while (i < tests && passes(r, i)) {
            ++i;
        }
        if (i == tests) {
            return static_cast<int>(r);
        }
    }
    return -1;
}

int Input::position_of(int record, int field) const
{
    if (record < 0 || field < 0) {
        return 0;
    }
    if (auto const &f = this->record(record).fields[static_cast<std::size_t>(field)]; f.is_joined()) {
        return position_of(record, f.join.front());
    }
    if (m_layout->format == Format::json) {
        return field + 1;
    }
    return m_layout->format == Format::fixed ? static_cast<int>(this->record(record).fields[static_cast<std::size_t>(field)].at) + 1
                                             : column_of(record, field) + 1;
}

} // namespace atom
