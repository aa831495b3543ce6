#include "engine/layout/check.hpp"

#include "engine/layout/chunk_checker.hpp"
#include "engine/layout/repeated_keys.hpp"

#include <fmt/format.h>

#include <deque>
#include <iterator>
#include <mutex>
#include <thread>

namespace atom {

namespace {

constexpr std::uint64_t k_chunk_bytes = std::uint64_t{2} << 20;

/// Hands out runs of whole blocks, so that workers own whole words of the bit sets, and marks where blocks begin on the way. Whoever asks
/// walks the rows of its run, and has them in its caches when it checks them.
class Chunks
{
public:
    explicit Chunks(Input &input) : m_input(input), m_rows(input.scanner()), m_more(m_rows.next(m_row)) {}

    /// Where the result of the run goes; null when there is none left.
    ChunkResult *next(Chunk &chunk)
    {
        std::lock_guard const lock(m_mutex);
        if (!m_more) {
            return nullptr;
        }
        chunk.first = m_first;
        chunk.begin = m_row.offset;
        chunk.line = m_row.linha;
        m_input.want(chunk.begin, chunk.begin + k_chunk_bytes);
        do {
            auto const block = (m_row.linha - 1) / 64;
            m_input.note_row(m_row);
            if (m_row.offset - chunk.begin >= k_chunk_bytes && block >= m_first) { // a block's first row
                m_first = block;
                break;
            }
            m_first = block + 1;
            m_more = m_rows.next(m_row);
        } while (m_more);
        chunk.last = m_first;
        return &m_results.emplace_back();
    }

    std::deque<ChunkResult> &results() noexcept { return m_results; } // in the file's order

private:
    std::mutex m_mutex;
    Input &m_input;
    RowScanner m_rows;
    Row m_row;
    bool m_more;
    std::uint64_t m_first = 0; // block of the next run
    std::deque<ChunkResult> m_results;
};

void check_chunks(Input const &input, Chunks &chunks, unsigned threads)
{
    auto const work = [&] {
        ChunkChecker checker(input);
        Chunk chunk;
        while (auto *const result = chunks.next(chunk)) {
            *result = checker.run(chunk);
        }
    };
    auto const most = input.bytes().size() / k_chunk_bytes + 1;
    auto const wanted = std::min<std::size_t>(threads == 0 ? std::max(1U, std::thread::hardware_concurrency()) : threads, most);
    std::vector<std::jthread> pool;
    for (std::size_t i = 1; i < wanted; ++i) {
        pool.emplace_back(work);
    }
    work();
}

struct Totals
{
    std::vector<std::uint64_t> counts;
    std::uint64_t all = 0;
    bool shaped = false;
    std::vector<Wide> sums;
    std::vector<std::vector<std::optional<std::int64_t>>> wanted;
    std::vector<LotPiece> lots;
};

Totals merge(Input &input, std::deque<ChunkResult> &results, Checked &out)
{
    auto const &layout = input.layout();
    Totals t;
    t.counts.resize(layout.records.size());
    t.sums.resize(layout.controls.size());
    t.wanted.resize(layout.controls.size());
    for (auto &r : results) {
        out.read += r.read;
        out.rejected += r.rejected;
        t.all += r.all;
        t.shaped = t.shaped || r.shaped;
        if (r.windows_bytes) {
            input.note_windows_bytes();
        }
        out.faults.insert(out.faults.end(), r.faults.begin(), r.faults.end());
        for (std::size_t i = 0; i < layout.records.size(); ++i) {
            auto &lines = input.lines(static_cast<int>(i)).words();
            auto &good = input.good(static_cast<int>(i)).words();
            lines.insert(lines.end(), r.lines[i].begin(), r.lines[i].end());
            good.insert(good.end(), r.good[i].begin(), r.good[i].end());
            t.counts[i] += r.counts[i];
        }
        for (std::size_t i = 0; i < layout.controls.size(); ++i) {
            t.sums[i] += r.sums[i];
            t.wanted[i].insert(t.wanted[i].end(), r.wanted[i].begin(), r.wanted[i].end());
        }
        std::move(r.lots.begin(), r.lots.end(), std::back_inserter(t.lots));
        r = {};
    }
    return t;
}

std::optional<FileRefused> divergent(Layout const &layout, Totals const &t)
{
    for (std::size_t i = 0; i < layout.controls.size(); ++i) {
        auto const &c = layout.controls[i];
        if (c.lot >= 0) {
            continue;
        }
        auto const &r = layout.records[static_cast<std::size_t>(c.record)];
        auto const &f = r.fields[static_cast<std::size_t>(c.field)];
        if (t.wanted[i].empty()) {
            return FileRefused(FileFault::control, fmt::format("falta o registro {} com {} = {}", r.name, f.name, c.text));
        }
        Wide const found = c.kind == Control::Kind::count_all ? static_cast<Wide>(t.all)
                           : c.kind == Control::Kind::count   ? static_cast<Wide>(t.counts[static_cast<std::size_t>(c.of_record)])
                                                              : t.sums[i];
        for (auto const &wanted : t.wanted[i]) {
            if (!wanted || *wanted != found) {
                return FileRefused(FileFault::control, fmt::format("{}.{} diz {}; {} dá {}", r.name, f.name,
                                                                   wanted ? control_text(*wanted, f.scale) : "nada legível", c.text,
                                                                   control_text(found, f.scale)));
            }
        }
    }
    return divergent_lot(layout, t.lots);
}

/// What is wrong with the first line, where that says what the file is.
std::string first_reason(Input const &input, std::vector<Fault> const &faults)
{
    auto const &layout = input.layout();
    if (faults.empty() || layout.format == Format::fixed) {
        return {};
    }
    auto const first = input.describe(faults.front());
    return fmt::format("; linha {}: {}{}", first.linha, first.mensagem,
                       faults.front().code == LineFault::json ? " (um documento por linha, ou todos em uma lista)" : "");
}

/// A later good line with the key of an earlier good one goes.
void reject_duplicates(Input &input, int record, Checked &out)
{
    for (auto const &row : later_of_keys(input, record)) {
        Fault f;
        f.linha = row.linha;
        f.offset = row.offset;
        f.record = static_cast<std::int16_t>(record);
        f.field = static_cast<std::int16_t>(input.record(record).unique.front());
        f.code = LineFault::duplicate_key;
        out.faults.push_back(f);
        out.duplicates.set(f.linha);
        ++out.rejected;
        input.good(record).reset(f.linha);
    }
}

} // namespace

Checked check(Input &input, unsigned threads)
{
    Checked out;
    Chunks chunks(input);
    check_chunks(input, chunks, threads);
    input.end_rows();
    auto const totals = merge(input, chunks.results(), out);
    if (out.read > 0 && !totals.shaped) {
        out.refused.emplace(FileFault::incompatible,
                            fmt::format("nenhuma linha tem a forma do layout {}{}", input.layout().name, first_reason(input, out.faults)));
        out.faults.clear(); // one row says it all
        return out;
    }
    if (std::none_of(out.faults.begin(), out.faults.end(), [](Fault const &f) { return f.code == LineFault::encoding; })) {
        input.note_bytes_good();
    }
    auto const before = out.faults.size();
    for (int const r : input.layout().detail_records()) {
        if (!input.record(r).unique.empty()) {
            reject_duplicates(input, r, out);
        }
    }
    if (out.faults.size() > before) {
        std::stable_sort(out.faults.begin(), out.faults.end(), [](Fault const &a, Fault const &b) { return a.linha < b.linha; });
    }
    out.refused = divergent(input.layout(), totals);
    return out;
}

} // namespace atom
