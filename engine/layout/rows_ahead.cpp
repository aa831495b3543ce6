#include "engine/layout/rows_ahead.hpp"

#include <algorithm>

namespace atom {

namespace {

constexpr std::size_t k_values = 4480; // a batch: 70 KB, which a core's cache holds
constexpr std::size_t k_most_rows = 256;

} // namespace

RowsAhead::RowsAhead(Relation const &relation, std::vector<int> columns, std::uint64_t after)
    : m_relation(&relation), m_columns(std::move(columns)), m_places(relation.columns().size(), -1),
      m_rows_a_batch(std::clamp<std::size_t>(k_values / std::max<std::size_t>(m_columns.size(), 1), 1, k_most_rows)), m_rows(relation)
{
    for (std::size_t i = 0; i < m_columns.size(); ++i) {
        m_places[static_cast<std::size_t>(m_columns[i])] = static_cast<int>(i);
    }
    m_rows.expect(m_columns.size());
    m_rows.seek(after);
    m_reader = std::jthread([this] { read(); });
}

RowsAhead::~RowsAhead()
{
    m_stopped = true;
    m_free.release();
}

bool RowsAhead::next_batch()
{
    if (m_batch->last) {
        m_row = m_batch->rowids.size();
        return false;
    }
    if (m_batch != &m_none) {
        m_free.release();
    }
    m_full.acquire();
    m_batch = &m_batches[m_taken++ % k_batches];
    m_row = 0;
    if (m_batch->error) {
        std::rethrow_exception(m_batch->error);
    }
    return !m_batch->rowids.empty();
}

void RowsAhead::read()
{
    for (std::size_t i = 0;; ++i) {
        m_free.acquire();
        if (m_stopped) {
            return;
        }
        auto &batch = m_batches[i % k_batches];
        try {
            fill(batch);
        } catch (...) {
            batch.error = std::current_exception();
            batch.last = true;
        }
        bool const last = batch.last; // when it is handed over, it is the user's
        m_full.release();
        if (last) {
            return;
        }
    }
}

void RowsAhead::fill(Batch &batch)
{
    batch.rowids.clear();
    batch.copies.clear();
    batch.values.resize(m_rows_a_batch * m_columns.size());
    auto const file = m_relation->input().bytes();
    for (auto *out = batch.values.data(); batch.rowids.size() < m_rows_a_batch;) {
        if (!m_rows.next()) {
            batch.last = true;
            return;
        }
        batch.rowids.push_back(m_rows.rowid());
        for (int const column : m_columns) {
            keep(m_rows.value(column, m_scratch), file, *out++, batch.copies);
        }
    }
}

void RowsAhead::keep(Value const &value, std::string_view file, Kept &out, std::string &copies)
{
    out.kind = value.kind;
    if (value.kind != Value::Kind::text) {
        out.integer = value.integer;
        return;
    }
    auto const *const text = value.text.data();
    out.size = static_cast<std::uint32_t>(value.text.size());
    out.copied = text < file.data() || text >= file.data() + file.size(); // it stands in a buffer that the next column takes
    if (out.copied) {
        out.integer = static_cast<std::int64_t>(copies.size());
        copies += value.text;
    } else {
        out.text = text;
    }
}

} // namespace atom
