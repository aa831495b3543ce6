#include "engine/store/sessions.hpp"

#include "engine/base/secret.hpp"

#include <fmt/format.h>

namespace atom {

std::string begin_session(Database &online, std::string_view token, std::string const &now, int hours)
{
    online.prepare("delete from atom_session where ends_at <= ?1").bind(1, now).run();
    auto text = random_text();
    online
        .prepare("insert into atom_session(hash, token, made_at, ends_at) select ?1, id, ?3, datetime(?3, ?4) from atom_token "
                 "where hash = ?2 and revoked_at is null")
        .bind(1, hash_of(text))
        .bind(2, hash_of(token))
        .bind(3, now)
        .bind(4, fmt::format("+{} hours", hours))
        .run();
    return online.changes() > 0 ? text : std::string();
}

std::optional<SessionOwner> session_owner(Database &online, std::string_view text, std::string const &now)
{
    auto s = online.prepare("select t.user, t.scopes from atom_session s join atom_token t on t.id = s.token "
                            "where s.hash = ?1 and s.ends_at > ?2 and t.revoked_at is null");
    return s.bind(1, hash_of(text)).bind(2, now).step() ? std::optional(SessionOwner{s.text(0), s.text(1)}) : std::nullopt;
}

void end_session(Database &online, std::string_view text)
{
    online.prepare("delete from atom_session where hash = ?1").bind(1, hash_of(text)).run();
}

} // namespace atom
