#include "engine/store/line_hash.hpp"

#include "engine/store/database.hpp"

#include <fmt/format.h>
#include <xxhash.h>

namespace atom {

namespace {

std::int64_t rule_id(Database &db, std::string const &job, std::string const &rule)
{
    db.prepare("insert into atom_rule(job, rule) values(?1, ?2) on conflict do nothing").bind(1, job).bind(2, rule).run();
    auto s = db.prepare("select id from atom_rule where job = ?1 and rule = ?2");
    s.bind(1, job).bind(2, rule);
    s.step();
    return s.integer(0);
}

/// Bytes of the line, 0-based: the runs that the fields of a fixed record cover.
std::vector<std::pair<std::size_t, std::size_t>> runs_of(Record const &record, std::vector<int> const &fields)
{
    std::vector<std::pair<std::size_t, std::size_t>> runs; // begin, end
    for (int const i : fields) {
        auto const &f = record.fields[static_cast<std::size_t>(i)];
        runs.emplace_back(f.at, f.at + f.len);
    }
    std::sort(runs.begin(), runs.end());
    std::vector<std::pair<std::size_t, std::size_t>> merged;
    for (auto const &r : runs) {
        if (!merged.empty() && r.first <= merged.back().second) {
            merged.back().second = std::max(merged.back().second, r.second);
        } else {
            merged.push_back(r);
        }
    }
    return merged;
}

class RowHasher
{
public:
    RowHasher(Relation const &relation, std::vector<int> const &fields, std::uint64_t salt)
        : m_input(relation.input()), m_record(relation.record()), m_fields(fields), m_salt(salt), m_cells(m_input, m_record)
    {
        if (m_input.layout().format == Format::fixed) {
            m_runs = runs_of(m_input.record(m_record), fields);
        }
    }

    std::uint64_t operator()(Row const &row)
    {
        std::uint64_t h = m_salt;
        if (m_input.layout().format == Format::fixed) {
            for (auto const &[begin, end] : m_runs) {
                auto const bytes = begin < row.bytes.size() ? row.bytes.substr(begin, end - begin) : std::string_view{};
                h = XXH3_64bits_withSeed(bytes.data(), bytes.size(), h);
            }
            return h;
        }
        m_cells.set(row);
        for (int const f : m_fields) {
            auto const bytes = m_cells.raw(f);
            h = XXH3_64bits_withSeed(bytes.data(), bytes.size(), h);
        }
        return h;
    }

private:
    Input const &m_input;
    int m_record;
    std::vector<int> const &m_fields;
    std::uint64_t m_salt;
    RowFields m_cells;
    std::vector<std::pair<std::size_t, std::size_t>> m_runs;
};

/// The key's values as one text; lengths keep "ab","c" apart from "a","bc".
std::string_view key_text(RelationCursor &cursor, std::vector<int> const &key, std::string &scratch, std::string &buffer)
{
    if (key.size() == 1) {
        auto const v = cursor.value(key.front(), scratch);
        if (v.kind == Value::Kind::text) {
            return v.text;
        }
        buffer = std::to_string(v.integer);
        return buffer;
    }
    buffer.clear();
    for (int const k : key) {
        auto const v = cursor.value(k, scratch);
        auto const text = v.kind == Value::Kind::text ? std::string(v.text) : std::to_string(v.integer);
        buffer += std::to_string(text.size());
        buffer += ':';
        buffer += text;
    }
    return buffer;
}

} // namespace

Bitmap changed_lines(Database &db, std::string const &job, std::string const &rule, Relation const &relation, std::vector<int> const &key,
                     std::vector<int> const &fields, std::uint64_t salt)
{
    Bitmap changed;
    auto const id = rule_id(db, job, rule);
    auto known = db.prepare("select 1 from atom_hash where rule = ?1 and key = ?2 and hash = ?3");
    auto remember = db.prepare("insert into atom_hash(rule, key, hash) values(?1, ?2, ?3) on conflict do update set hash = excluded.hash");
    known.bind(1, id);
    remember.bind(1, id);
    bool const knows_any = db.integer(fmt::format("select exists (select 1 from atom_hash where rule = {})", id)) == 1;
    RowHasher hash(relation, fields, salt);
    RelationCursor cursor(relation);
    std::string scratch, buffer;
    while (cursor.next()) {
        auto const key_of_row = key_text(cursor, key, scratch, buffer);
        auto const hash_of_row = static_cast<std::int64_t>(hash(cursor.row()));
        bool const same = knows_any && known.bind_view(2, key_of_row).bind(3, hash_of_row).step();
        known.reset();
        if (!same) { // a key of the day before is most often the same
            remember.bind_view(2, key_of_row).bind(3, hash_of_row).run();
            changed.set(cursor.row().linha);
        }
    }
    return changed;
}

} // namespace atom
