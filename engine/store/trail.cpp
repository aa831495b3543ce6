#include "engine/store/trail.hpp"

#include "engine/base/secret.hpp"

namespace atom {

namespace {

/// Kept in the base, so that a key is found by its hash as long as the trail is.
std::string secret_of(Database &online) { return online.text("select value from atom_secret where name = 'trail'").value_or(""); }

std::string hidden(std::string const &secret, std::string const &key) { return "hash:" + keyed_hash(secret, key).substr(0, 32); }

} // namespace

void write_trail(Database &online, TrailCall const &call, std::vector<std::string> const &keys)
{
    constexpr int k_not_found = 404;
    auto const secret = call.status == k_not_found ? secret_of(online) : std::string();
    auto insert = online.prepare("insert into trilha(em, quem, chamada, chave, status) values(?1, ?2, ?3, ?4, ?5)");
    insert.bind(1, call.em).bind(2, call.quem).bind(3, call.chamada).bind(5, call.status);
    for (auto const &key : keys) {
        insert.bind(4, call.status == k_not_found ? hidden(secret, key) : key).run();
    }
}

bool has_trail(Database &online)
{
    return online.integer("select count(*) from sqlite_schema where name = 'trilha'") > 0 &&
           online.integer("select exists (select 1 from trilha)") > 0;
}

void each_trail_row(Database &online, TrailFilter const &filter, std::function<void(TrailRow const &)> const &take)
{
    auto s = online.prepare("select em, quem, chamada, chave, status from trilha where (?1 is null or quem = ?1) and (?2 is null or chave "
                            "= ?2 or chave = ?3) and (?4 is null or em >= ?4) order by id");
    s.bind(1, filter.who).bind(2, filter.key).bind(4, filter.since);
    if (auto const *const key = std::get_if<std::string>(&filter.key)) {
        s.bind(3, hidden(secret_of(online), *key));
    }
    while (s.step()) {
        take({s.text(0), s.text(1), s.text(2), s.text(3), s.integer(4)});
    }
}

} // namespace atom
