#include "engine/store/requests.hpp"

#include <fmt/format.h>

namespace atom {

namespace {

bool has_table(Database &db, char const *base, char const *table)
{
    return db.integer(fmt::format("select count(*) from pragma_table_list where schema = '{}' and name = '{}'", base, table)) > 0;
}

std::int64_t last_taken_seen_from(Database &online) { return has_table(online, "base", "atom_taken") ? last_taken_request(online) : 0; }

std::vector<Request> requests_of(Statement s)
{
    std::vector<Request> out;
    while (s.step()) {
        out.push_back({s.integer(0), s.text(1), s.text(2), s.text(3), s.text(4)});
    }
    return out;
}

} // namespace

bool note_request(Database &online, Request const &request, std::string const &at)
{
    auto s = online.prepare("insert into atom_request(kind, target, by, at) select ?1, ?2, ?3, ?4 where not exists "
                            "(select 1 from atom_request where id > ?5 and kind = ?1 and target = ?2)");
    s.bind(1, request.kind).bind(2, request.target).bind(3, request.by).bind(4, at).bind(5, last_taken_seen_from(online)).run();
    return online.changes() > 0;
}

bool drop_request(Database &online, std::string const &kind, std::string const &target)
{
    Transaction transaction(online); // a poll that takes requests up is waited for: it says so in the base before it lets go
    auto s = online.prepare("delete from atom_request where id > ?1 and kind = ?2 and target = ?3");
    s.bind(1, last_taken_seen_from(online)).bind(2, kind).bind(3, target).run();
    bool const any = online.changes() > 0;
    transaction.commit();
    return any;
}

std::vector<Request> open_requests(Database &db)
{
    if (!has_table(db, "online", "atom_request") || !has_table(db, "base", "atom_taken")) {
        return {};
    }
    return requests_of(db.prepare("select id, kind, target, by, at from online.atom_request where id > (select coalesce(max(last_id), 0) "
                                  "from base.atom_taken where name = 'atom_request') order by id"));
}

std::vector<Request> requests_after(Database &online, std::int64_t id)
{
    auto s = online.prepare("select id, kind, target, by, at from atom_request where id > ?1 order by id");
    s.bind(1, id);
    return requests_of(std::move(s));
}

std::int64_t last_taken_request(Database &base) { return base.integer("select last_id from atom_taken where name = 'atom_request'"); }

void note_taken_request(Database &base, std::int64_t id)
{
    base.prepare("insert into atom_taken(name, last_id) values('atom_request', ?1) on conflict do update set last_id = excluded.last_id")
        .bind(1, id)
        .run();
}

} // namespace atom
