#pragma once
// A run of lines under a layout: what check() has its threads do.

#include "engine/layout/input.hpp"
#include "engine/layout/lots.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace atom {

/// Blocks [first, last) of 64 lines, and where their first row begins.
struct Chunk
{
    std::uint64_t first = 0, last = 0;
    std::uint64_t begin = 0, line = 0;
};

struct ChunkResult
{
    std::vector<Fault> faults;
    std::vector<std::vector<std::uint64_t>> lines, good; // a record's words
    std::vector<std::uint64_t> counts;                   // a record's lines
    std::uint64_t all = 0, read = 0, rejected = 0;
    bool windows_bytes = false;                                   // has_windows_bytes() of some line
    bool shaped = false;                                          // some line has a record's length or number of columns
    std::vector<Wide> sums;                                       // a control's
    std::vector<std::vector<std::optional<std::int64_t>>> wanted; // a control's: as its record's lines say
    std::vector<LotPiece> lots;                                   // in their order
};

/// Checks the rows of one chunk after the other. One object a thread; the input is only read.
class ChunkChecker
{
public:
    explicit ChunkChecker(Input const &input);
    ChunkResult run(Chunk const &chunk);

private:
    /// How a field is looked at.
    struct Look
    {
        int field = 0;
        bool in_place = false; // its bytes stand where the layout says
        QuickRead quick;
    };

    void check_row(Row const &row);
    LineFault shape_fault(int record);
    LineFault json_fault(int record);
    bool has_some_shape();
    bool fits(int record);
    void check_json(int record);
    void check_values(int record);
    void add(int record, int field, LineFault code, bool warning);
    void finish_row(int record);
    void note_controls(int record);
    std::optional<std::int64_t> number(int record, int field);
    void set(std::vector<std::vector<std::uint64_t>> &bits, int record, std::uint64_t linha) const;

    Input const &m_input;
    Layout const &m_layout;
    RowFields m_fields;
    std::vector<std::vector<Look>> m_strict, m_all; // a record's: those that can be wrong in good bytes, and all
    LotTally m_lots;
    Chunk m_chunk;
    ChunkResult m_out;
    std::size_t m_first_fault = 0;
    std::string m_scratch;
};

} // namespace atom
