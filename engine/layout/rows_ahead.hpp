#pragma once
// A relation's rows, read on a thread of its own while the ones before are used: for a walk that takes all columns, where reading them
// costs about as much as what is done with them.

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
    /// While this lives, the relation, which of its lines are good and which of these are rows must stay as they are. Throws
    /// std::system_error where no thread can be had.
    explicit RowsAhead(Relation const &relation);
    ~RowsAhead();
    RowsAhead(RowsAhead const &) = delete;
    RowsAhead &operator=(RowsAhead const &) = delete;

    /// To the first row, then to the next; false: there is none. Throws what reading it threw.
    bool next() { return ++m_row < m_batch->rowids.size() || next_batch(); }
    std::uint64_t rowid() const noexcept { return m_batch->rowids[m_row]; }
    /// What RelationCursor::value() gives. Text that does not stand in the file lives until next().
    Value value(int column) const noexcept
    {
        auto const &k = m_batch->values[m_row * m_columns + static_cast<std::size_t>(column)];
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
    std::size_t m_columns;
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
