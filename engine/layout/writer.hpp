#pragma once
// Writes rows by a layout: fixed, CSV, a spreadsheet or JSON lines, into a file that is there whole or not at all. A value that does not
// fit its field is a WriteError, never cut.

#include "engine/base/file.hpp"
#include "engine/layout/layout.hpp"
#include "engine/layout/value.hpp"
#include "engine/layout/xlsx_writer.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace atom {

class RowWriter
{
public:
    /// Writes the byte-order mark and header that the layout asks for. The layout's first record is the one that is written.
    RowWriter(Layout const &layout, std::filesystem::path const &path);

    /// One value a field of the record, as the base keeps them (decimals in units of the field's scale, dates ISO).
    void row(std::vector<Value> const &values);
    std::uint64_t rows() const noexcept { return m_rows; }
    /// The file is on the disk when this returns; without it, it never was.
    void commit() { m_sheet ? m_sheet->commit() : m_file->commit(); }

private:
    std::string text_of(Field const &f, Value const &v) const;
    std::string_view shown(Field const &f, Value const &v);
    std::string encoded(std::string_view utf8) const;
    void mark_bytes();
    unsigned marks_of(std::string_view bytes) const;
    void csv_header();
    void csv_row(std::vector<Value> const &values);
    void add_cell(std::size_t field, std::string_view utf8);
    void end_line();
    void fixed_row(std::vector<Value> const &values);
    void sheet_row(std::vector<Value> const &values);
    void json_row(std::vector<Value> const &values);
    std::string fixed_cell(Field const &f, Value const &v) const;

    Layout const &m_layout;
    Record const &m_record;
    std::optional<AtomicFile> m_file; // all but a spreadsheet
    std::optional<XlsxWriter> m_sheet;
    std::uint64_t m_rows = 0;
    std::string m_line;
    std::string m_scratch;                   // of one cell, where its text is not the value's own
    std::array<std::uint8_t, 256> m_marks{}; // of each byte: what a CSV's cell with it needs
};

} // namespace atom
