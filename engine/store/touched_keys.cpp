#include "engine/store/touched_keys.hpp"

#include "engine/base/json.hpp"

#include <fmt/format.h>

namespace atom {

namespace {

/// As json_array() writes it; a key with a floating number is no export's.
std::string json_of(std::vector<SqlValue> const &key)
{
    std::string out = "[";
    for (auto const &v : key) {
        out += out.size() > 1 ? "," : "";
        if (auto const *const n = std::get_if<std::int64_t>(&v)) {
            out += std::to_string(*n);
        } else if (auto const *const s = std::get_if<std::string>(&v)) {
            out += json_quoted(*s);
        } else {
            out += "null";
        }
    }
    return out + "]";
}

} // namespace

bool TouchedKeys::wants(std::string const &table)
{
    auto const it = m_tables.find(table);
    m_columns = it == m_tables.end() ? m_columns : &it->second;
    return it != m_tables.end();
}

void TouchedKeys::on_row(ChangedRow const &row)
{
    if (m_too_many) {
        return;
    }
    std::vector<SqlValue> before, after;
    for (int const column : *m_columns) {
        before.push_back(row.before(column));
        after.push_back(row.after(column));
    }
    if (row.verb() != 'i') {
        note(before);
    }
    if (row.verb() != 'd' && (row.verb() == 'i' || after != before)) {
        note(after);
    }
}

void TouchedKeys::note(std::vector<SqlValue> const &key)
{
    auto json = json_of(key);
    if (json == m_last) {
        return;
    }
    m_last = json;
    m_keys.insert(std::move(json));
    if (m_keys.size() > k_most) {
        m_too_many = true;
        m_keys.clear();
    }
}

void TouchedKeys::save(Database &db) const
{
    auto add = db.prepare("insert into atom_touched(export, key) values(?1, json(?2)) on conflict do nothing");
    for (auto const &key : m_keys) {
        add.bind(1, m_export).bind(2, key).run();
    }
    auto count = db.prepare("select count(*) from atom_touched where export = ?1");
    count.bind(1, m_export);
    bool const too_many = m_too_many || (!m_keys.empty() && count.step() && count.integer(0) > static_cast<std::int64_t>(k_most));
    if (too_many) {
        db.prepare("delete from atom_touched where export = ?1").bind(1, m_export).run();
        db.prepare("update atom_export set compared = null where id = ?1").bind(1, m_export).run();
    }
}

} // namespace atom
