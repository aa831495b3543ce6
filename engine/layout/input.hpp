#pragma once
// A file of data under a layout: its rows, which record each is of, its fields' bytes, which of its lines are good. The file is mapped and
// never copied; what is kept in memory is 16 bytes for every 64 lines and a bit a line and record. Read-only but for the good bits, which
// check() (layout/check.hpp) sets and rejects clear; several threads may read, one may clear.

#include "engine/base/file.hpp"
#include "engine/base/json_text.hpp"
#include "engine/layout/bitmap.hpp"
#include "engine/layout/fault.hpp"
#include "engine/layout/layout.hpp"
#include "engine/layout/rows.hpp"
#include "engine/layout/utf16_text.hpp"
#include "engine/layout/value.hpp"

#include <memory>
#include <set>
#include <string>
#include <vector>

namespace atom {

/// The fields of one row, found by position. Reused from row to row; views live until the next set().
class RowFields
{
public:
    RowFields(class Input const &input, int record) noexcept : m_input(&input), m_record(record) {}

    void set(Row const &row);
    Row const &row() const noexcept { return m_row; }
    /// Bytes of a field as they stand (a CSV cell without its quotes); empty where the row ends before it (or in
    /// it, where its record takes lines of another length with a warning). Of a joined field those of its parts, one after the other.
    std::string_view raw(int field);
    /// The field's value, or what is wrong with it. Lives until the next call of raw() or parse().
    Parsed parse(int field, std::string &scratch);
    /// Of a JSON row: its document; false where it is none, and json().fault() says why.
    bool read_json();
    JsonText const &json() const noexcept { return m_json; }
    /// The rows that a line gives: of a JSON record with `each` the list's elements, else 1. Which of them raw() and parse() see, 0-based.
    std::size_t elements();
    void set_element(std::size_t i) noexcept { m_element = i; }
    /// Of a CSV row.
    std::vector<CsvCell> const &cells();
    /// Another record's way of seeing the same row.
    void set_record(int record) noexcept;

private:
    friend class Input;
    std::string_view raw_json(int field);
    Parsed parse_joined(Field const &field, std::string &scratch);
    int json_record(); // the first record whose tests the document passes
    int json_value(Record const &record, std::vector<std::string> const &path);
    int json_value(int field);
    std::vector<int> const &json_elements();

    Input const *m_input;
    int m_record;
    Row m_row;
    bool m_split = false;
    std::vector<CsvCell> m_cells;
    std::string m_unquoted, m_joined;
    JsonText m_json;
    bool m_is_json = false, m_has_elements = false;
    std::vector<int> m_elements; // of `each`
    std::size_t m_element = 0;
};

/// What one pass through an input keeps in memory: it asks for what lies ahead, gives back what lies far behind, and all at its end.
class Passage
{
public:
    explicit Passage(class Input const &input) noexcept : m_input(&input) {}
    ~Passage() { end(); }
    Passage(Passage const &) = delete;
    Passage &operator=(Passage const &) = delete;

    /// The pass goes on to the row that begins here. A pass that leaves most rows out touches single pages, and asks for nothing.
    void at(std::uint64_t offset)
    {
        if (offset >= m_next) {
            go_on(offset);
        }
        m_last = offset;
    }
    /// It goes to a row that begins here and does not follow: what the system maps around that is given back at the next jump.
    void jump(std::uint64_t offset) noexcept;
    void end() noexcept;

private:
    void go_on(std::uint64_t offset);

    Input const *m_input;
    std::uint64_t m_from = 0, m_to = 0; // what it may hold
    std::uint64_t m_next = 0;           // from here on there is something to do
    std::uint64_t m_last = 0;
    std::uint64_t m_jumped = 0; // where the last jump went
};

/// Rows whose length is known without a look, copied from the file, the next ones with them: the first touch of a mapped page can cost as
/// much as a copy of ten.
class RowsApart
{
public:
    explicit RowsApart(class Input const &input) noexcept : m_input(&input) {}

    /// The row's bytes; they live until the next call. As they are where they cannot be copied. `follows`: what comes next is asked for
    /// next.
    std::string_view bytes(Row const &row, bool follows);

private:
    Input const *m_input;
    std::string m_buffer;
    std::uint64_t m_from = 0, m_to = 0; // offsets of what is in it
};

class Input
{
public:
    /// Opens and reads what stands before the first row. Throws FileError, and FileRefused for a file without any byte but blanks
    /// (ARQUIVO_VAZIO), a header that lacks a column (CABECALHO_INVALIDO), and what layout/xlsx_reader.hpp refuses. A spreadsheet is turned
    /// into rows in the folder `scratch` ("": the system's), and all that follows is about those: offsets, bytes(), preamble().
    Input(std::filesystem::path const &path, std::shared_ptr<Layout const> layout, std::filesystem::path const &scratch = {});
    /// The same of bytes in memory, for samples and tests; of a spreadsheet they are its rows (layout/cell.hpp).
    static Input of_bytes(std::string bytes, std::shared_ptr<Layout const> layout);
    /// A JSON document, however many lines it is written in: one row.
    static Input of_document(std::string bytes, std::shared_ptr<Layout const> layout);
    /// JSON documents, one a line, of which the first is line number `first_line`.
    static Input of_json_lines(std::string bytes, std::shared_ptr<Layout const> layout, std::uint64_t first_line);
    Input(Input const &) = delete;
    Input &operator=(Input const &) = delete;

    Layout const &layout() const noexcept { return *m_layout; }
    Record const &record(int i) const { return m_layout->records[static_cast<std::size_t>(i)]; }
    Encoding encoding() const noexcept { return m_encoding; }
    /// The whole file; what stands in front of and behind the rows too. Of a spreadsheet its rows, of a file in UTF-16 the same as UTF-8.
    std::string_view bytes() const noexcept
    {
        auto const *const file = mapped();
        return file != nullptr ? file->bytes() : std::string_view(m_memory);
    }
    /// What stands between two places of bytes() as it came, byte for byte (not of a spreadsheet).
    std::string_view original(std::uint64_t from, std::uint64_t to) const noexcept;
    /// The place in the file of a place in bytes().
    std::uint64_t original_offset(std::uint64_t offset) const noexcept { return m_utf16 ? m_utf16->original(offset) : offset; }
    /// The file was touched since it was opened: what was checked may not be what was loaded.
    bool changed() const { return m_file && m_file->changed(); }
    /// A pass says what it reads next, and gives back what lies behind it (base/file.hpp).
    void want(std::uint64_t from, std::uint64_t to) const noexcept
    {
        if (auto const *const file = mapped()) {
            file->want(static_cast<std::size_t>(from), static_cast<std::size_t>(to));
        }
    }
    void forget(std::uint64_t from, std::uint64_t to) const noexcept
    {
        if (auto const *const file = mapped()) {
            file->forget(static_cast<std::size_t>(from), static_cast<std::size_t>(to));
        }
    }

    /// The bytes that stand before the first row (byte-order mark, skipped lines, CSV header), line end included.
    std::string_view preamble() const noexcept { return m_bytes.substr(0, m_data_offset); }
    /// What is worth telling of a file that is good: header words that no field takes, how its bytes were read.
    std::vector<std::string> notes() const;

    RowShape const &shape() const noexcept { return m_shape; }

    /// From the first row on; or from the row of this physical line, which must exist.
    RowScanner scanner() const;
    RowScanner scanner_at(std::uint64_t linha) const;
    Row row(std::uint64_t linha) const;
    /// Copies [from, from + size), which must lie in the rows, without a page of the file being mapped for it; false if there is no file,
    /// or the system would not.
    bool read_apart(std::uint64_t from, std::size_t size, char *out) const noexcept;
    /// All lines are equally long: each is found without a look at the ones before it.
    bool is_even() const noexcept { return m_shape.stride > 0; }

    /// The first record whose tests the row passes; -1 if none.
    int record_of(RowFields &fields) const;
    /// Columns that a CSV row may have.
    std::size_t least_columns(int record) const { return m_columns[static_cast<std::size_t>(record)].least; }
    std::size_t most_columns(int record) const { return m_columns[static_cast<std::size_t>(record)].most; }
    bool fits_columns(int record, std::vector<CsvCell> const &cells) const;
    /// CSV column (0-based) of a field; -1 if the file has it not.
    int column_of(int record, int field) const
    {
        return m_columns[static_cast<std::size_t>(record)].of_field[static_cast<std::size_t>(field)];
    }
    /// 1-based position as error files give it: a fixed file's byte, a CSV's column; 0 for field -1.
    int position_of(int record, int field) const;

    /// Lines of this record that are (still) good.
    Bitmap &good(int record) { return m_good[static_cast<std::size_t>(record)]; }
    Bitmap const &good(int record) const { return m_good[static_cast<std::size_t>(record)]; }
    /// All lines of this record, good or not.
    Bitmap &lines(int record) { return m_lines[static_cast<std::size_t>(record)]; }
    Bitmap const &lines(int record) const { return m_lines[static_cast<std::size_t>(record)]; }

    /// check() found no byte that the encoding does not have: values can be read the quick way.
    void note_bytes_good() noexcept { m_bytes_good = true; }
    bool bytes_good() const noexcept { return m_bytes_good; }
    /// It found one that ISO-8859-1 has only by Windows' leave.
    void note_windows_bytes() noexcept { m_has_windows_bytes = true; }

    /// Notes where the row of the next block of 64 lines begins; check() calls it in order while it scans.
    void note_row(Row const &row);
    /// After the last one: what is known now of all rows.
    void end_rows() noexcept
    {
        bool const from_the_start = !m_marks.empty() && m_marks.front().offset == m_data_offset;
        if (m_even && from_the_start && m_shape.quote == 0) {
            m_shape.stride = m_stride;
            m_shape.size = m_row_size;
            m_shape.even_to = m_last.offset;
        }
    }

    /// The words for a fault, with the field's text and the raw line.
    Reject describe(Fault const &fault) const;
    /// The raw line, decoded.
    std::string line_text(std::uint64_t linha) const;

private:
    struct Opening
    {
        std::filesystem::path scratch;
        std::optional<RowShape::Kind> kind; // of JSON; none = as the file shows
        std::uint64_t first_line;
    };
    struct Mark
    {
        std::uint64_t offset = 0, linha = 0;
    };

    Input(std::unique_ptr<MappedFile> file, std::string memory, std::shared_ptr<Layout const> layout, Opening const &opening);

    struct Columns
    {
        std::vector<int> of_field;
        std::vector<int> of_when;
        std::size_t least = 0, most = 0;
        std::size_t widest = 0; // so many, if those past `most` are blank
    };

    void open_encoding();
    void open_rows();
    std::string shown_line(Row const &row) const;
    void open_json();
    void read_header();
    void pass_over_separator_line();
    std::vector<std::string> words_of(std::string_view header, char delimiter) const;
    void bind_columns(std::vector<std::string> const &header);
    [[noreturn]] static void refuse_doubled(std::string const &word, std::vector<std::string> const &header,
                                            std::vector<int> const &columns);
    std::string other_delimiter_hint(std::set<std::string> const &missing) const;
    std::string other_width_hint(int record, std::string_view row) const;
    void count_columns(Columns &columns, Record const &record, std::vector<std::string> const &header) const;
    std::size_t width_of_rows(std::size_t columns) const;
    bool are_blank(std::vector<CsvCell> const &cells, std::size_t from) const;
    MappedFile const *mapped() const noexcept { return m_sheet ? m_sheet.get() : m_utf16 ? &m_utf16->file() : m_file.get(); }
    std::string fault_message(Fault const &fault, RowFields &fields) const;

    std::shared_ptr<Layout const> m_layout;
    std::unique_ptr<MappedFile> m_file;  // null: m_memory
    std::unique_ptr<MappedFile> m_sheet; // the rows of a spreadsheet
    std::string m_memory;
    std::unique_ptr<Utf16Text> m_utf16; // what is read in place of such a file
    std::string_view m_bytes;           // of the file, without an end mark
    Encoding m_encoding = Encoding::utf8;
    RowShape m_shape;
    std::size_t m_data_offset = 0;
    std::uint64_t m_first_line = 1;
    std::vector<Columns> m_columns;
    std::string_view m_header_row;
    std::vector<std::string> m_unknown_columns, m_notes;
    std::vector<Bitmap> m_good, m_lines;
    std::vector<Mark> m_marks;
    std::uint64_t m_stride = 0; // bytes from one line to the next
    bool m_even = true;
    Mark m_last;                                   // row that was noted
    std::uint64_t m_row_size = 0, m_last_size = 0; // bytes of the first row and of that one, without the line end
    bool m_bytes_good = false, m_has_windows_bytes = false;
};

} // namespace atom
