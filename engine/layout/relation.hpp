#pragma once
// A record of an input, or a group of it, seen as a table: columns, rows by rowid, values as the base keeps them. The store makes virtual
// tables of these; check() finds repeated keys with them.

#include "engine/layout/input.hpp"
#include "engine/layout/value.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace atom {

/// Counts the ways in which values were read so far: one more whenever the same bytes under the same layout become another value.
constexpr int k_reader_version = 1;

struct RelationColumn
{
    enum class Kind
    {
        field,   // of the record
        group,   // of the group's repetition
        ordem,   // 1-based number of the repetition
        grupo,   // its word
        posicao, // the place of its value among the different ones of the line
        linha
    };
    std::string name;
    Kind kind = Kind::field;
    int index = 0;
    FieldType type = FieldType::text; // integer for ordem, posicao and linha
    int scale = 0;
    QuickRead quick = {};
};

/// A JSON document with more elements than this in its `each` is of no record.
constexpr std::uint64_t k_most_elements = std::uint64_t{1} << 20;

/// Rows are numbered by line: a record's row has its line as rowid, a group's line * times + repetition (0-based), an
/// element's of a JSON list line * k_most_elements + its number (0-based).
class Relation
{
public:
    Relation(Input const &input, int record, int group = -1, bool as_text = false);

    Input const &input() const noexcept { return *m_input; }
    int record() const noexcept { return m_record; }
    Group const *group() const noexcept { return m_group; }
    std::vector<RelationColumn> const &columns() const noexcept { return m_columns; }
    int column_index(std::string_view name) const noexcept; // -1 = none
    std::uint64_t times() const noexcept { return m_group ? m_group->words.size() : is_list() ? k_most_elements : 1; }
    /// A JSON record with `each`: a line gives as many rows as its list has elements.
    bool is_list() const noexcept { return m_input->record(m_record).each.has_value(); }
    std::uint64_t line_of(std::uint64_t rowid) const noexcept { return rowid / times(); }
    /// Values as text from the file, not as the base keeps them.
    bool as_text() const noexcept { return m_as_text; }
    /// The record's field that a column shows in this repetition; -1 if none.
    int field_of(RelationColumn const &column, std::uint64_t repetition) const;
    /// Where a fixed record's fields stand and how they are read the quick way, by column; empty where that is not all there is to it.
    struct Cell
    {
        std::uint32_t at = 0, len = 0;
        QuickRead quick;
    };
    std::vector<Cell> const &cells() const noexcept { return m_cells; }

    /// Only lines of this set are rows, besides being good; null: all good ones. The set must outlive its use.
    void restrict_to(Bitmap const *lines) noexcept { m_only = lines; }
    bool has_line(std::uint64_t linha) const { return m_input->good(m_record).test(linha) && (m_only == nullptr || m_only->test(linha)); }
    Bitmap const *restriction() const noexcept { return m_only; }
    /// How many rows there are, about: of JSON lists nobody knows.
    std::uint64_t about_rows() const
    {
        constexpr std::uint64_t k_usual_list = 100;
        auto const &lines = m_only != nullptr ? *m_only : m_input->good(m_record);
        return lines.count() * std::min(times(), k_usual_list);
    }

private:
    QuickRead quick_of(std::vector<int> const &fields) const;

    Input const *m_input;
    int m_record;
    Group const *m_group;
    bool m_as_text;
    std::vector<RelationColumn> m_columns;
    std::vector<Cell> m_cells;
    Bitmap const *m_only = nullptr;
};

/// Walks a relation. Values live until the cursor moves; each call of value() with the same scratch ends the one before.
class RelationCursor
{
public:
    explicit RelationCursor(Relation const &relation);

    /// So many columns of each row are asked for, about: of many, text should stand in the file and not be copied. Few, if nobody says.
    void expect(std::size_t columns) noexcept { m_in_place = columns > k_few_columns; }
    /// Before the first row.
    void rewind();
    bool next();
    /// At this row; false if it is no row (any more).
    bool seek(std::uint64_t rowid);

    /// There is no such repetition of the line at hand, nor any after it.
    bool is_past_line(std::uint64_t rowid) { return m_relation->is_list() && rowid % m_times >= m_fields.elements(); }
    std::uint64_t rowid() const noexcept { return m_row.linha * m_times + m_repetition; }
    Row const &row() const noexcept { return m_row; }
    Value value(int column, std::string &scratch)
    {
        if (auto const i = static_cast<std::size_t>(column); i < m_quick) {
            auto const &cell = m_relation->cells()[i];
            auto const raw = cell.at < m_row.bytes.size() ? m_row.bytes.substr(cell.at, cell.len) : std::string_view{};
            if (Value quick; cell.quick(raw, scratch, quick)) {
                return quick;
            }
        }
        return any_value(column, scratch);
    }

private:
    static constexpr std::size_t k_few_columns = 32;

    Value any_value(int column, std::string &scratch);
    bool next_line();
    void go_to(std::uint64_t linha);
    bool repetition_exists();
    int group_column(int of_group) const noexcept;
    Value place();

    Relation const *m_relation;
    Input const *m_input;
    std::uint64_t m_times;
    std::size_t m_quick; // the first so many columns are cells()
    RowScanner m_rows;
    Passage m_passage;
    RowsApart m_apart;
    bool m_in_place = false;
    RowFields m_fields;
    Row m_row;
    std::uint64_t m_repetition = 0;
    bool m_on_line = false;
    std::string m_when_scratch;
    std::vector<std::int64_t> m_places; // of the line's repetitions; 0 = none
    std::uint64_t m_placed_line = 0;    // whose places these are
};

/// Rows by the values of some columns: 16 bytes a row. Made from the rows that are good at that moment.
class KeyIndex
{
public:
    /// A column, and how its values are compared: a text as it stands, or, where it is one, as the number that it is the text of.
    struct Part
    {
        int column = 0;
        bool as_number = false;
        auto operator<=>(Part const &) const = default;
    };
    KeyIndex(Relation const &relation, std::vector<int> const &columns);
    KeyIndex(Relation const &relation, std::vector<Part> parts);

    /// What stands in hash_of() for a number, and for a value that is compared as a number: equal ones have the same, others may, too.
    static Value number(double d) noexcept;
    static Value number(Value const &value) noexcept;

    /// Rowids, ascending and from `first` on, whose key has this hash: candidates, the caller compares. Rows with an empty key column are
    /// not in it.
    struct Entry
    {
        std::uint64_t hash, rowid;
        auto operator<=>(Entry const &) const = default;
    };
    std::pair<Entry const *, Entry const *> find(std::uint64_t hash, std::uint64_t first = 0) const;
    std::vector<Entry> const &entries() const noexcept { return m_entries; } // by hash, then rowid

    static std::uint64_t hash_of(Value const *values, std::size_t n);

private:
    std::vector<Entry> m_entries;
};

} // namespace atom
