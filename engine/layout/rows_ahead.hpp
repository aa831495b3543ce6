#pragma once
// Some columns of a relation's rows, read on a thread of its own while the rows before are used: the first touch of a file's page, and
// what its bytes mean, cost about as much as what a statement does with a row.

#include "engine/layout/relation.hpp"

#include <array>
#include <atomic>
#include <exception>
#include <semaphore>
#include <thread>

namespace atom {

class RowsAhead
{
public:
    /// Begins behind the row `after`, which must be one. While this lives, the relation, which of its lines are good and which of these are
    /// rows must stay as they are. Throws std::system_error where no thread can be had.
    RowsAhead(Relation const &relation, std::vector<int> columns, std::uint64_t after);
    ~RowsAhead();
    RowsAhead(RowsAhead const &) = delete;
    RowsAhead &operator=(RowsAhead const &) = delete;

    /// To the first row, then to the next; false: there is none. Throws what reading it threw.
    bool next() { return ++m_row < m_batch->rowids.size() || next_batch(); }
    std::uint64_t rowid() const noexcept { return m_batch->rowids[m_row]; }
    /// It is one of the columns that are read.
    bool has(int column) const noexcept { return m_places[static_cast<std::size_t>(column)] >= 0; }
    /// What RelationCursor::value() gives for such a column. Text that does not stand in the file lives until next().
    Value value(int column) const noexcept
    {
        auto const &k = m_batch->values[m_row * m_columns.size() + static_cast<std::size_t>(m_places[static_cast<std::size_t>(column)])];
        switch (k.kind) {
        case Value::Kind::integer: return Value::of(k.integer);
        case Value::Kind::text: return Value::of(std::string_view(k.copied ? m_batch->copies.data() + k.integer : k.text, k.size));
        case Value::Kind::none: break;
        }
        return {};
    }

private:
    /// 16 bytes where a Value has 32: they go from one core's cache to another's.
    struct Kept
    {
        Value::Kind kind = Value::Kind::none;
        bool copied = false;    // text: it begins at `integer` of the batch's copies
        std::uint32_t size = 0; // of text, bytes
        union {
            std::int64_t integer = 0;
            char const *text;
        };
    };

    struct Batch
    {
        std::vector<std::uint64_t> rowids;
        std::vector<Kept> values; // row by row
        std::string copies;
        bool last = false;
        std::exception_ptr error;
    };

    static constexpr std::size_t k_batches = 3;

    bool next_batch();
    void read();
    void fill(Batch &batch);
    static void keep(Value const &value, std::string_view file, Kept &out, std::string &copies);

    Relation const *m_relation;
    std::vector<int> m_columns, m_places; // the ones that are read; of each of the relation's, its number among these, or -1
    std::size_t m_rows_a_batch;
    std::array<Batch, k_batches> m_batches;
    std::counting_semaphore<k_batches + 1> m_free{k_batches}, m_full{0}; // batches; the one at hand is neither
    std::atomic<bool> m_stopped = false;
    // the reader's side
    RelationCursor m_rows;
    std::string m_scratch;
    // the user's side
    Batch const m_none;
    Batch const *m_batch = &m_none;
    std::size_t m_taken = 0, m_row = 0;
    std::jthread m_reader; // last: it uses the others
};

} // namespace atom
