#include "engine/layout/read_ahead_cursor.hpp"

#include <system_error>
#include <thread>

namespace atom {

namespace {

constexpr std::uint64_t k_first_rows = 64;
constexpr std::uint64_t k_worth_a_thread = 1000; // rows

} // namespace

void ReadAheadCursor::rewind()
{
    m_ahead.reset();
    m_rows.rewind();
    ++m_scans;
    m_n = 0;
}

bool ReadAheadCursor::next()
{
    if (m_n++ == k_first_rows) {
        read_ahead();
    }
    return m_ahead ? m_ahead->next() : m_rows.next();
}

void ReadAheadCursor::read_ahead()
{
    std::vector<int> asked;
    for (std::size_t i = 0; i < m_asked.size(); ++i) {
        using Kind = RelationColumn::Kind;
        auto const kind = m_relation->columns()[i].kind;
        if (m_asked[i] && (kind == Kind::field || kind == Kind::group || kind == Kind::posicao)) {
            asked.push_back(static_cast<int>(i));
        }
    }
    m_rows.expect(asked.size());
    if (asked.empty() || m_scans > 1 || m_relation->about_rows() < k_worth_a_thread || std::thread::hardware_concurrency() < 2) {
        return;
    }
    try {
        m_ahead = std::make_unique<RowsAhead>(*m_relation, std::move(asked), m_rows.rowid());
    } catch (std::system_error const &) { // too many threads: then one after the other
    }
}

Value ReadAheadCursor::value(int column, std::string &scratch)
{
    if (m_ahead && m_ahead->has(column)) {
        return m_ahead->value(column);
    }
    if (m_ahead) {
        m_rows.seek(m_ahead->rowid());
    }
    m_asked[static_cast<std::size_t>(column)] = true;
    return m_rows.value(column, scratch);
}

} // namespace atom
