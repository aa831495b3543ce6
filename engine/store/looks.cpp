#include "engine/store/looks.hpp"

#include <vector>

namespace atom {

namespace {

SqlValue or_null(Looks::Size size) { return size ? SqlValue{static_cast<std::int64_t>(*size)} : SqlValue{}; }
SqlValue or_null(Looks::Time time) { return time ? SqlValue{*time} : SqlValue{}; }

} // namespace

std::optional<std::int64_t> Looks::same_since(std::string const &file, Size size, Time modified, std::int64_t now)
{
    auto s = m_db.prepare("select first_at from atom_look where source = ?1 and file = ?2 and size is ?3 and modified_at is ?4");
    s.bind(1, m_source).bind(2, file).bind(3, or_null(size)).bind(4, or_null(modified));
    if (s.step()) {
        return s.integer(0);
    }
    m_db.prepare("insert or replace into atom_look(source, file, size, modified_at, first_at) values(?1, ?2, ?3, ?4, ?5)")
        .bind(1, m_source)
        .bind(2, file)
        .bind(3, or_null(size))
        .bind(4, or_null(modified))
        .bind(5, now)
        .run();
    return std::nullopt;
}

std::optional<std::int64_t> Looks::same_bytes_since(std::string const &file, std::string const &sha256, std::int64_t now)
{
    auto s = m_db.prepare("select first_at from atom_look where source = ?1 and file = ?2 and sha256 = ?3");
    s.bind(1, m_source).bind(2, file).bind(3, sha256);
    if (s.step()) {
        return s.integer(0);
    }
    m_db.prepare("insert or replace into atom_look(source, file, first_at, sha256) values(?1, ?2, ?3, ?4)")
        .bind(1, m_source)
        .bind(2, file)
        .bind(3, now)
        .bind(4, sha256)
        .run();
    return std::nullopt;
}

std::optional<std::int64_t> Looks::fetched_since(std::string const &file)
{
    auto s = m_db.prepare("select first_at from atom_look where source = ?1 and file = ?2 and sha256 is not null");
    s.bind(1, m_source).bind(2, file);
    return s.step() ? std::optional(s.integer(0)) : std::nullopt;
}

void Looks::each_asked(std::function<void(std::string const &file, Asked const &)> const &call)
{
    auto s = m_db.prepare("select file, line, size, modified_at from atom_asked where source = ?1");
    s.bind(1, m_source);
    while (s.step()) {
        Asked asked{s.text(1), {}, {}};
        if (!s.is_null(2)) {
            asked.size = static_cast<std::uint64_t>(s.integer(2));
        }
        if (!s.is_null(3)) {
            asked.modified = s.integer(3);
        }
        call(s.text(0), asked);
    }
}

void Looks::note_asked(std::string const &file, Asked const &asked)
{
    m_db.prepare(
            "insert into atom_asked(source, file, line, size, modified_at) values(?1, ?2, ?3, ?4, ?5) on conflict(source, file) do update "
            "set line = excluded.line, size = excluded.size, modified_at = excluded.modified_at where line <> excluded.line")
        .bind(1, m_source)
        .bind(2, file)
        .bind(3, asked.line)
        .bind(4, or_null(asked.size))
        .bind(5, or_null(asked.modified))
        .run();
}

void Looks::keep(std::function<bool(std::string const &file)> const &is_there)
{
    for (std::string const table : {"atom_look", "atom_asked"}) {
        auto s = m_db.prepare("select file from " + table + " where source = ?1");
        s.bind(1, m_source);
        std::vector<std::string> gone;
        while (s.step()) {
            if (!is_there(s.text(0))) {
                gone.push_back(s.text(0));
            }
        }
        for (auto const &file : gone) {
            m_db.prepare("delete from " + table + " where source = ?1 and file = ?2").bind(1, m_source).bind(2, file).run();
        }
    }
}

bool Looks::note_unread(std::string const &why)
{
    bool const was_read = !is_unread(m_db, m_source);
    if (was_read == why.empty()) {
        return false;
    }
    if (why.empty()) {
        m_db.prepare("delete from atom_unread where source = ?1").bind(1, m_source).run();
    } else {
        m_db.prepare("insert into atom_unread(source, why) values(?1, ?2)").bind(1, m_source).bind(2, why).run();
    }
    return true;
}

bool is_unread(Database &db, std::string const &source)
{
    auto s = db.prepare("select 1 from atom_unread where source = ?1");
    s.bind(1, source);
    return s.step();
}

} // namespace atom
