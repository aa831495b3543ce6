#pragma once
// Writes rows by a layout: fixed, CSV, a spreadsheet or JSON lines, into a file that is there whole or not at all. A value that does not
// fit its field, or that its type would not read back, is a WriteError, never cut.

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

    /// One value a field of the record, as the base keeps them (decimals in units of the field's scale, dates ISO). A text in a field of
    /// numbers is read as one, as the layout would read it in a file.
    void row(std::vector<Value> const &values);
    std::uint64_t rows() const noexcept { return m_rows; }
    /// Characters that the encoding has not, nor anything like them: each was written as '?'.
    struct Lost
    {
        std::uint64_t characters = 0;
        std::uint64_t row = 0; // of the first one
        std::string field;
    };
    Lost const &lost() const noexcept { return m_lost; }
    /// The file is on the disk when this returns; without it, it never was.
    void commit() { m_sheet ? m_sheet->commit() : m_file->commit(); }

private:
    std::string text_of(Field const &f, Value const &v) const;
    std::string_view shown(Field const &f, Value const &v);
    std::string encoded(Field const &f, std::string_view utf8);
    Value number_of(Field const &f, std::string_view text) const;
    void write_row(std::vector<Value> const &values);
    void mark_bytes();
    unsigned marks_of(std::string_view bytes) const;
    void csv_header();
    void csv_row(std::vector<Value> const &values);
    void add_cell(std::size_t field, std::string_view utf8);
    void end_line();
    void fixed_row(std::vector<Value> const &values);
    void sheet_row(std::vector<Value> const &values);
    void json_row(std::vector<Value> const &values);
    std::string fixed_cell(Field const &f, Value const &v);
    std::string number_cell(Field const &f, std::int64_t n) const;
    std::string filled(Field const &f, std::string text, bool negative, bool right) const;
    char byte_of(char ascii) const;
    std::string encoded_ascii(std::string text) const;

    Layout const &m_layout;
    Record const &m_record;
    std::optional<AtomicFile> m_file; // all but a spreadsheet
    std::optional<XlsxWriter> m_sheet;
    std::uint64_t m_rows = 0;
    std::size_t m_length = 0; // fixed: of a line
    Lost m_lost;
    std::vector<Value> m_read; // a row in which some text was read as a number
    std::string m_line;
    std::string m_scratch;                   // of one cell, where its text is not the value's own
    std::array<std::uint8_t, 256> m_marks{}; // of each byte: what a CSV's cell with it needs
};

} // namespace atom
