#pragma once
// A layout: what a file looks like, as its TOML file declares it. Plain data, fully checked when it is loaded; nothing here reads a file
// of data. Offsets are bytes and 0-based inside, 1-based in TOML and in error files.

#include "engine/base/date.hpp"
#include "engine/base/encoding.hpp"
#include "engine/base/toml.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace atom {

/// Grows when the same bytes are read as another value than before: lines that were written by then are written once more.
constexpr std::uint64_t k_reader_version = 2;

enum class FieldType
{
    text,
    integer,
    decimal,
    date,
    time,
    datetime,
    document,
    phone,
    boolean,
    json // JSON only: a part of the document, as its text
};

/// What becomes of a value that its type refuses.
enum class OnInvalid
{
    reject, // the line goes
    null,   // the field is empty, with a warning
    keep    // the field keeps the text, with a warning
};

/// A value as the base keeps it: nothing, an integer (decimals in units of their scale, booleans 0/1) or UTF-8 text.
struct StoredValue
{
    bool none = true;
    bool is_text = false;
    std::int64_t integer = 0;
    std::string text;
};

struct Field
{
    std::string name;
    SourcePos pos;
    std::size_t at = 0, len = 0;   // fixed: bytes, 0-based
    std::string column;            // CSV: the header's word; the name where none is given
    bool optional = false;         // CSV: a trailing column that may be missing
    std::vector<std::string> path; // JSON: the tokens of its pointer
    FieldType type = FieldType::text;
    int scale = 0;
    bool implied_decimals = false; // fixed: the digits have no separator
    char decimal_separator = ',';
    bool typed_cells = false; // xlsx: raw bytes may begin with a mark (layout/cell.hpp)
    std::vector<DateFormat> formats;
    bool required = false;
    bool key = false; // of `unique`, or a rule's key names it: never read in part
    bool strip_zeros = false;
    bool sensitive = false;
    OnInvalid on_invalid = OnInvalid::reject;
    std::vector<std::pair<std::string, StoredValue>> values; // what may stand in the file -> what the base keeps; empty = anything
    StoredValue default_value;
    std::string label, help;
};

enum class RecordRole
{
    detail,
    header,
    trailer,
    ignore
};

/// One test that a line must pass to be of a record.
struct When
{
    std::size_t at = 0;            // fixed: byte offset
    std::string column;            // CSV: header word; by position where there is no header: the field's index is in `index`
    std::vector<std::string> path; // JSON: the tokens of its pointer
    std::string value;             // in the file's encoding, compared byte for byte (CSV: trimmed)
};

/// Fields that a line repeats, as rows of a relation of their own.
struct Group
{
    std::string name;
    SourcePos pos;
    std::vector<std::string> words; // "1".."n", or the words of `of`
    bool has_words = false;         // `of`: the word is also the column `grupo`
    int when = -1;                  // index in `columns`: rows where it is empty do not exist
    struct Column
    {
        std::string name;
        std::vector<int> fields; // of each repetition: index in Record::fields
    };
    std::vector<Column> columns;
};

struct Record
{
    std::string name;
    SourcePos pos;
    RecordRole role = RecordRole::detail;
    std::vector<When> when;                       // all must hold; none = every line
    std::optional<std::size_t> length;            // fixed: bytes without the line end
    bool pad = false;                             // a shorter line is filled with blanks
    bool shape_warns = false;                     // another length or number of columns is a warning: what is whole in the line is read
    std::optional<std::vector<std::string>> each; // JSON: the pointer of an array, of which each element is a row
    std::vector<Field> fields;
    std::vector<Group> groups;
    std::vector<int> unique; // indices of the layout's `unique` fields; empty where this record has not all of them

    int field_index(std::string_view name) const noexcept; // -1 = none
};

/// Lines that belong together: from one of a record to the next of another, both with them. A line has to stand in one, header, trailer and
/// ignored ones aside.
struct Lot
{
    std::string name;
    int begins = -1, ends = -1; // records
};

struct Control
{
    SourcePos pos;
    int record = -1, field = -1; // where the expected number stands
    enum class Kind
    {
        count,
        count_all,
        sum
    } kind = Kind::count;
    int of_record = -1, of_field = -1;
    int lot = -1;     // in each lot of this kind; -1: in the file
    std::string text; // "count(reading)"
};

struct Sample
{
    SourcePos pos;
    std::string line; // UTF-8, as in the TOML; CSV: the row below the header that the fields name, in their order
    std::vector<std::pair<std::string, std::string>> expect;
    SourcePos expect_pos;
};

enum class Format
{
    fixed,
    csv,
    xlsx,
    json,
    jsonl // written only
};

struct Layout
{
    std::string name;
    std::string description;
    SourcePos pos;
    Format format = Format::fixed;
    std::optional<Encoding> encoding; // none = auto
    std::string sheet;                // xlsx: its name; "" = the first
    char delimiter = ';';
    char quote = '"';            // 0: none
    bool multiline = true;       // CSV: a quoted value may hold line ends
    bool says_multiline = false; // the layout's file says which
    std::size_t skip = 0;
    bool header = true;
    char decimal_separator = ',';
    std::string line_end = "\n"; // written
    bool bom = false;            // written
    std::vector<std::string> unique;
    std::vector<Record> records;
    std::vector<Lot> lots;
    std::vector<Control> controls;
    std::vector<Sample> samples;
    std::uint64_t fingerprint = 0; // of the TOML file's text and the reader's version

    /// Rows are cells under a header, not bytes at places.
    bool has_columns() const noexcept { return format == Format::csv || format == Format::xlsx; }
    /// The relation's name in SQL: `e` where there is one detail record, else `e_NAME`.
    std::string relation_of(Record const &r) const;
    std::vector<int> detail_records() const;
    int record_index(std::string_view name) const noexcept; // -1 = none
    /// JSON: some record has the document itself for an array of rows.
    bool takes_arrays() const noexcept;
};

/// Reads one layout; whatever is wrong is added to `faults` (the result is then only good for finding more faults).
Layout read_layout(TomlValue const &root, std::string_view file_text, Faults &faults);

/// All layouts of a folder, by name. A missing folder has none.
std::map<std::string, std::shared_ptr<Layout>> load_layouts(std::filesystem::path const &folder, std::string const &shown, Faults &faults);

/// A rule's key names this column: the fields that give it are keys.
void mark_key(Layout &layout, std::string_view column);

} // namespace atom
