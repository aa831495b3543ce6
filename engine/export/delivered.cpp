#include "engine/export/delivered.hpp"

#include <fmt/format.h>

namespace atom {

Delivered::Delivered(Database &db, std::int64_t export_id)
    : m_db(db), m_export(export_id), m_find(db.prepare("select id, hash from atom_delivered where export = ?1 and key = ?2")),
      m_remember(db.prepare("insert into atom_delivered(export, key, hash) values(?1, ?2, ?3) on conflict do nothing")),
      m_renew(db.prepare("update atom_delivered set hash = ?2 where id = ?1")),
      m_note_line(db.prepare("insert into atom_delivery(output, delivered, linha) values(?1, ?2, ?3) on conflict do nothing")),
      m_note_lines(db.prepare("insert into atom_delivery(output, delivered, linha) select ?1, id, id + ?2 from atom_delivered "
                              "where id between ?3 and ?4 on conflict do nothing")),
      m_first(db.integer(fmt::format("select not exists (select 1 from atom_delivered where export = {})", export_id)) == 1)
{}

Delivered::Known Delivered::find(std::string_view key) { return m_first ? Known{} : look_up(key); }

Delivered::Known Delivered::look_up(std::string_view key)
{
    Known known;
    m_find.bind(1, m_export).bind_view(2, key);
    if (m_find.step()) {
        known.id = m_find.integer(0);
        known.hash = m_find.is_null(1) ? std::nullopt : std::optional(m_find.integer(1));
    }
    m_find.reset();
    return known;
}

Delivered::Held Delivered::hold(Known const &known, std::string_view key, std::int64_t hash)
{
    if (known.id != 0) {
        bool const changed = known.hash != hash;
        if (changed) {
            m_renew.bind(1, known.id).bind(2, hash).run();
        }
        return {known.id, changed};
    }
    m_remember.bind(1, m_export).bind_view(2, key).bind(3, hash).run();
    return m_db.changes() > 0 ? Held{m_db.last_rowid(), true} : hold(look_up(key), key, hash); // else the query gave this key once already
}

bool Delivered::note_seen(std::int64_t id)
{
    auto const i = static_cast<std::size_t>(id);
    if (i >= m_seen.size()) {
        m_seen.resize(i + 1);
    }
    bool const is_first = !m_seen[i];
    m_seen[i] = true;
    return is_first;
}

std::uint64_t Delivered::find_gone(bool only_asked)
{
    m_db.exec("drop table if exists temp.atom_gone; create temp table atom_gone(id integer primary key, key text)");
    auto known = m_db.prepare(
        only_asked ? "select d.id, d.key from temp.atom_asked a cross join atom_delivered d on d.export = ?1 and d.key = a.key "
                     "where d.hash is not null order by d.id"
                   : "select id, key from atom_delivered where export = ?1 and hash is not null order by id");
    auto gone = m_db.prepare("insert into temp.atom_gone(id, key) values(?1, ?2)");
    known.bind(1, m_export);
    std::uint64_t n = 0;
    while (known.step()) {
        auto const id = static_cast<std::size_t>(known.integer(0));
        if (id >= m_seen.size() || !m_seen[id]) {
            gone.bind(1, known.integer(0)).bind(2, known.view(1)).run();
            ++n;
        }
    }
    return n;
}

void Delivered::drop_gone() { m_db.exec("update atom_delivered set hash = null where id in (select id from temp.atom_gone)"); }

std::int64_t Delivered::outputs_of(std::string const &day)
{
    auto s = m_db.prepare("select count(*) from atom_output where export = ?1 and substr(at, 1, 10) = ?2");
    s.bind(1, m_export).bind(2, day);
    s.step();
    return s.integer(0);
}

std::int64_t Delivered::begin_output(std::string const &kind)
{
    m_db.prepare("insert into atom_output(export, kind, name, rows, at) values(?1, ?2, '', 0, '')").bind(1, m_export).bind(2, kind).run();
    return m_db.last_rowid();
}

void Delivered::note_line(std::int64_t output, std::int64_t id, std::uint64_t linha)
{
    auto &s = m_stretch;
    bool const follows =
        s.count > 0 && s.output == output && s.id + s.count == id && s.linha + static_cast<std::uint64_t>(s.count) == linha;
    if (!follows) {
        write_stretch();
        s = {output, id, 0, linha};
    }
    ++s.count;
}

/// A long one by a statement of its own, which costs a third of one a line.
void Delivered::write_stretch()
{
    constexpr std::int64_t k_long = 16;
    auto const &s = m_stretch;
    if (s.count >= k_long) {
        m_note_lines.bind(1, s.output).bind(2, static_cast<std::int64_t>(s.linha) - s.id).bind(3, s.id).bind(4, s.id + s.count - 1).run();
    } else {
        for (std::int64_t i = 0; i < s.count; ++i) {
            m_note_line.bind(1, s.output).bind(2, s.id + i).bind(3, s.linha + static_cast<std::uint64_t>(i)).run();
        }
    }
    m_stretch = {};
}

void Delivered::end_output(std::int64_t output, std::string const &name, std::uint64_t rows, std::string const &at)
{
    write_stretch();
    m_db.prepare("update atom_output set name = ?2, rows = ?3, at = ?4 where id = ?1")
        .bind(1, output)
        .bind(2, name)
        .bind(3, rows)
        .bind(4, at)
        .run();
}

} // namespace atom
