#include "engine/layout/check.hpp"

#include "engine/layout/relation.hpp"
#include "engine/layout/repeated_keys.hpp"

#include <fmt/format.h>

#include <deque>
#include <mutex>
#include <thread>

namespace atom {

namespace {

constexpr std::uint64_t k_chunk_bytes = std::uint64_t{2} << 20;
__extension__ using Wide = __int128; // sums of int64 values that cannot overflow

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
    bool shaped = false;                                          // some line has a record's length or number of columns
    std::vector<Wide> sums;                                       // a control's
    std::vector<std::vector<std::optional<std::int64_t>>> wanted; // a control's: as its record's lines say
};

/// Checks the rows of one chunk. One object a thread.
class ChunkChecker
{
public:
    explicit ChunkChecker(Input const &input) : m_input(input), m_layout(input.layout()), m_fields(input, 0)
    {
        for (auto const &r : m_layout.records) {
            std::vector<int> strict, all;
            for (std::size_t i = 0; i < r.fields.size(); ++i) {
                all.push_back(static_cast<int>(i));
                if (!takes_anything(r.fields[i])) {
                    strict.push_back(static_cast<int>(i));
                }
            }
            auto &quick = m_quick.emplace_back();
            for (auto const &f : r.fields) {
                quick.push_back(QuickRead::of(f));
            }
            m_strict.push_back(std::move(strict));
            m_all.push_back(std::move(all));
        }
    }

    ChunkResult run(Chunk const &chunk)
    {
        m_chunk = chunk;
        m_out = {};
        auto const records = m_layout.records.size();
        auto const words = std::vector<std::uint64_t>(chunk.last - chunk.first);
        m_out.lines.assign(records, words);
        m_out.good.assign(records, words);
        m_out.counts.assign(records, 0);
        m_out.sums.assign(m_layout.controls.size(), 0);
        m_out.wanted.resize(m_layout.controls.size());
        auto rows = m_input.scanner();
        rows.seek(chunk.begin, chunk.line);
        Row row;
        std::uint64_t end = chunk.begin;
        while (rows.line() <= chunk.last * 64 && rows.next(row) && row.linha <= chunk.last * 64) {
            check_row(row);
            end = rows.offset();
        }
        m_input.forget(chunk.begin, end);
        return std::move(m_out);
    }

private:
    void check_row(Row const &row)
    {
        m_fields.set(row);
        m_first_fault = m_out.faults.size();
        int const record = row.open_quotes ? -1 : m_input.record_of(m_fields);
        m_fields.set_record(record);
        auto const shape = shape_fault(record);
        if (record >= 0 && m_input.record(record).role == RecordRole::ignore) {
            m_out.shaped = m_out.shaped || shape == LineFault::none;
            return;
        }
        ++m_out.all;
        if (record >= 0) {
            ++m_out.counts[static_cast<std::size_t>(record)];
            set(m_out.lines, record, row.linha);
        }
        bool const readable = shape == LineFault::none || (record >= 0 && m_input.record(record).shape_warns);
        m_out.shaped = m_out.shaped || shape == LineFault::none;
        if (shape != LineFault::none) {
            add(record, -1, shape, readable);
        }
        if (readable) {
            check_values(record);
        }
        finish_row(record);
        note_controls(record);
    }

    LineFault shape_fault(int record)
    {
        auto const &row = m_fields.row();
        if (m_layout.format == Format::json) {
            return json_fault(record);
        }
        if (row.open_quotes) {
            return LineFault::open_quotes;
        }
        if (record < 0) {
            m_out.shaped = m_out.shaped || has_some_shape();
            return LineFault::unknown_record;
        }
        if (fits(record)) {
            return LineFault::none;
        }
        return m_layout.has_columns() ? LineFault::columns : LineFault::length;
    }

    /// A document of no record is told apart from what is no document.
    LineFault json_fault(int record)
    {
        bool const is_utf8 = find_invalid(m_fields.row().bytes, Encoding::utf8) == std::string_view::npos;
        if (!is_utf8 || !m_fields.read_json()) {
            return is_utf8 ? LineFault::json : LineFault::encoding;
        }
        m_out.shaped = true;
        return record < 0 ? LineFault::unknown_record : LineFault::none;
    }

    /// A row of no record: has it at least some record's length or number of columns?
    bool has_some_shape()
    {
        for (std::size_t i = 0; i < m_layout.records.size(); ++i) {
            if (fits(static_cast<int>(i))) {
                return true;
            }
        }
        return false;
    }

    bool fits(int record)
    {
        if (m_layout.has_columns()) {
            auto const n = m_fields.cells().size();
            return n >= m_input.least_columns(record) && n <= m_input.most_columns(record);
        }
        auto const &r = m_input.record(record);
        auto const size = m_fields.row().bytes.size();
        return !r.length || size == *r.length || (r.pad && size < *r.length);
    }

    /// All elements of a list; of a field that is wrong in several, the first tells.
    void check_json(int record)
    {
        std::vector<bool> told(m_input.record(record).fields.size(), false);
        for (std::size_t element = 0; element < m_fields.elements(); ++element) {
            m_fields.set_element(element);
            for (int i = 0; i < static_cast<int>(told.size()); ++i) {
                auto const p = m_fields.parse(i, m_scratch);
                if (p.fault != LineFault::none && !told[static_cast<std::size_t>(i)]) {
                    told[static_cast<std::size_t>(i)] = true;
                    add(record, i, p.fault, p.warning);
                }
            }
        }
    }

    void check_values(int record)
    {
        if (m_layout.format == Format::json) {
            return check_json(record);
        }
        auto const encoding = m_input.encoding();
        auto const bytes = m_fields.row().bytes;
        // where every byte of the line is good, text that takes anything needs no look; a fixed field may cut a UTF-8 character
        bool const bytes_good = find_invalid(bytes, encoding) == std::string_view::npos &&
                                (m_layout.has_columns() || encoding != Encoding::utf8 || is_ascii(bytes));
        auto const &fields = m_input.record(record).fields;
        auto const &quick = m_quick[static_cast<std::size_t>(record)];
        Value value;
        for (int const i : (bytes_good ? m_strict : m_all)[static_cast<std::size_t>(record)]) {
            auto const raw = m_fields.raw(i);
            if (bytes_good && quick[static_cast<std::size_t>(i)](raw, m_scratch, value)) {
                continue;
            }
            auto const p = parse_field(fields[static_cast<std::size_t>(i)], raw, encoding, m_scratch);
            if (p.fault != LineFault::none) {
                add(record, i, p.fault, p.warning);
            }
        }
    }

    void add(int record, int field, LineFault code, bool warning)
    {
        Fault f;
        f.linha = m_fields.row().linha;
        f.offset = m_fields.row().offset;
        f.record = static_cast<std::int16_t>(record);
        f.field = static_cast<std::int16_t>(field);
        f.code = code;
        f.warning = warning;
        m_out.faults.push_back(f);
    }

    void finish_row(int record)
    {
        auto const first = m_out.faults.begin() + static_cast<std::ptrdiff_t>(m_first_fault);
        bool const aside = record >= 0 && m_input.record(record).role != RecordRole::detail;
        std::stable_sort(first, m_out.faults.end(), [&](Fault const &a, Fault const &b) {
            return m_input.position_of(a.record, a.field) < m_input.position_of(b.record, b.field);
        });
        bool const bad = std::any_of(first, m_out.faults.end(), [](Fault const &f) { return !f.warning; });
        if (!bad) {
            set(m_out.good, record, m_fields.row().linha);
        }
        if (aside) { // a header or trailer is no line of data: what is wrong with it is told, and costs no line
            std::for_each(first, m_out.faults.end(), [](Fault &f) { f.warning = true; });
            return;
        }
        ++m_out.read;
        m_out.rejected += bad ? 1 : 0;
    }

    void note_controls(int record)
    {
        for (std::size_t i = 0; i < m_layout.controls.size(); ++i) {
            auto const &c = m_layout.controls[i];
            if (c.record == record && record >= 0) {
                m_out.wanted[i].push_back(number(record, c.field));
            }
            if (c.kind == Control::Kind::sum && c.of_record == record && record >= 0) {
                m_out.sums[i] += number(record, c.of_field).value_or(0);
            }
        }
    }

    std::optional<std::int64_t> number(int record, int field)
    {
        m_fields.set_record(record);
        auto const p = m_fields.parse(field, m_scratch);
        return p.value.kind == Value::Kind::integer ? std::optional(p.value.integer) : std::nullopt;
    }

    void set(std::vector<std::vector<std::uint64_t>> &bits, int record, std::uint64_t linha) const
    {
        auto const i = linha - 1;
        bits[static_cast<std::size_t>(record)][i / 64 - m_chunk.first] |= std::uint64_t{1} << (i % 64);
    }

    Input const &m_input;
    Layout const &m_layout;
    RowFields m_fields;
    std::vector<std::vector<int>> m_strict, m_all;
    std::vector<std::vector<QuickRead>> m_quick;
    Chunk m_chunk;
    ChunkResult m_out;
    std::size_t m_first_fault = 0;
    std::string m_scratch;
};

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
        r = {};
    }
    return t;
}

std::string control_text(Wide n, int scale)
{
    auto digits = fmt::format("{:0>{}}", n < 0 ? -n : n, scale + 1);
    auto const whole = digits.size() - static_cast<std::size_t>(scale);
    return fmt::format("{}{}{}{}", n < 0 ? "-" : "", digits.substr(0, whole), scale > 0 ? "," : "", digits.substr(whole));
}

std::optional<FileRefused> divergent(Layout const &layout, Totals const &t)
{
    for (std::size_t i = 0; i < layout.controls.size(); ++i) {
        auto const &c = layout.controls[i];
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
    return std::nullopt;
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
        out.refused.emplace(FileFault::incompatible, fmt::format("nenhuma linha tem a forma do layout {}", input.layout().name));
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
