#pragma once
// A cursor that sees what it is asked for: the columns of a long scan's first rows are read ahead from then on, on another core
// (layout/rows_ahead.hpp). What a statement uses cannot be known before: of columns beyond the 63rd, SQLite tells only whether it uses any.

#include "engine/layout/relation.hpp"
#include "engine/layout/rows_ahead.hpp"

#include <memory>
#include <string>
#include <vector>

namespace atom {

class ReadAheadCursor
{
public:
    /// While this lives, the relation, which of its lines are good and which of these are rows must stay as they are.
    explicit ReadAheadCursor(Relation const &relation) : m_relation(&relation), m_rows(relation), m_asked(relation.columns().size(), false)
    {}

    /// Before the first row. A scan that is begun anew is an inner loop's: it reads nothing ahead.
    void rewind();
    bool next();
    /// At this row; false if it is none (any more). It ends a scan.
    bool seek(std::uint64_t rowid)
    {
        m_ahead.reset();
        return m_rows.seek(rowid);
    }
    /// There is no such repetition of the line that was sought, nor any after it.
    bool is_past_line(std::uint64_t rowid) { return m_rows.is_past_line(rowid); }

    std::uint64_t rowid() const noexcept { return m_ahead ? m_ahead->rowid() : m_rows.rowid(); }
    /// As of a RelationCursor.
    Value value(int column, std::string &scratch);

private:
    void read_ahead();

    Relation const *m_relation;
    RelationCursor m_rows;
    std::vector<bool> m_asked;          // columns, for the rows so far
    std::uint64_t m_scans = 0, m_n = 0; // scans that were begun; rows of this one
    std::unique_ptr<RowsAhead> m_ahead; // from then on in place of m_rows
};

} // namespace atom
