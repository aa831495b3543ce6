#pragma once
// What is added up within a lot: lines from one of a record to the next of another. Files are looked at in pieces, and a lot may lie across
// several: each piece tells what stands before each line that begins or ends a lot, and they are put together in the file's order.

#include "engine/layout/fault.hpp"
#include "engine/layout/layout.hpp"

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace atom {

__extension__ using Wide = __int128; // sums of int64 values that cannot overflow

/// Lines up to the next one that begins a lot (without it) or ends one (with it), or to where somebody else reads on.
struct LotPiece
{
    int record = -1;                                                         // of that line; -1: somebody else reads on
    std::uint64_t linha = 0;                                                 // its number
    std::uint64_t detail = 0;                                                // the first line of data in it, 0 = none
    int of_record = -1;                                                      // … and of which record that is
    std::vector<Wide> found;                                                 // by control
    std::vector<std::pair<std::size_t, std::optional<std::int64_t>>> wanted; // controls, and what their record's lines say
};

/// Gathers the pieces of a run of lines. One thread.
class LotTally
{
public:
    explicit LotTally(Layout const &layout);

    /// A line of this record, -1 = of none; `number` reads one of its fields.
    template <typename Number> void add(int record, std::uint64_t linha, Number const &number)
    {
        if (m_layout.lots.empty()) {
            return;
        }
        if (is(m_begins, record)) {
            end_piece(record, linha);
        }
        note_detail(record, linha);
        for (std::size_t i = 0; i < m_layout.controls.size(); ++i) {
            auto const &c = m_layout.controls[i];
            if (c.lot < 0) {
                continue;
            }
            if (c.record == record) {
                m_piece.wanted.emplace_back(i, number(c.field));
            }
            bool const counts = c.kind == Control::Kind::count_all || c.of_record == record;
            m_piece.found[i] += !counts ? 0 : c.kind == Control::Kind::sum ? number(c.of_field).value_or(0) : 1;
        }
        if (is(m_ends, record)) {
            end_piece(record, linha);
        }
    }
    std::vector<LotPiece> take();

private:
    static bool is(std::vector<bool> const &records, int record) { return record >= 0 && records[static_cast<std::size_t>(record)]; }
    void end_piece(int record, std::uint64_t linha);
    void note_detail(int record, std::uint64_t linha) noexcept;

    Layout const &m_layout;
    std::vector<bool> m_begins, m_ends; // by record
    LotPiece m_piece;
    std::vector<LotPiece> m_pieces;
};

/// The first lot, in the file's order, that is not whole or whose totals do not agree, or the first line that stands in none.
std::optional<FileRefused> divergent_lot(Layout const &layout, std::vector<LotPiece> const &pieces);

/// A number in units of 10^-scale, as the agency's people write it.
std::string control_text(Wide n, int scale);

} // namespace atom
