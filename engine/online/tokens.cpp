#include "engine/online/tokens.hpp"

#include "engine/base/error.hpp"
#include "engine/base/secret.hpp"
#include "engine/base/text.hpp"

#include <fmt/format.h>

namespace atom {

std::string add_token(Database &online, Token const &token)
{
    auto known = online.prepare("select 1 from atom_token where name = ?1 and revoked_at is null");
    if (known.bind(1, token.name).step()) {
        throw UsageError(fmt::format("there is a token {} already; revoke it first, or choose another name", token.name));
    }
    auto text = random_text();
    online.prepare("insert into atom_token(name, user, scopes, hash, made_at) values(?1, ?2, ?3, ?4, ?5)")
        .bind(1, token.name)
        .bind(2, token.user)
        .bind(3, join(token.scopes, ","))
        .bind(4, hash_of(text))
        .bind(5, token.made_at)
        .run();
    return text;
}

std::vector<Token> tokens(Database &online)
{
    std::vector<Token> out;
    auto s = online.prepare("select id, name, user, scopes, made_at, revoked_at from atom_token order by id");
    while (s.step()) {
        out.push_back({s.integer(0), s.text(1), s.text(2), split(s.view(3), ','), s.text(4), s.text(5)});
    }
    return out;
}

bool revoke_token(Database &online, std::string const &name, std::string const &at)
{
    online.prepare("update atom_token set revoked_at = ?2 where name = ?1 and revoked_at is null").bind(1, name).bind(2, at).run();
    return online.changes() > 0;
}

std::optional<Caller> find_caller(Database &online, std::string_view text)
{
    auto s = online.prepare("select user, scopes from atom_token where hash = ?1 and revoked_at is null");
    return s.bind(1, hash_of(text)).step() ? std::optional(Caller{s.text(0), split(s.view(1), ',')}) : std::nullopt;
}

std::optional<std::string> bearer_of(WebRequest const &request)
{
    constexpr std::string_view k_bearer = "bearer ";
    auto const *const header = request.header("authorization");
    if (header == nullptr || !equal_ignoring_case(std::string_view(*header).substr(0, k_bearer.size()), k_bearer)) {
        return std::nullopt;
    }
    return std::string(trim(std::string_view(*header).substr(k_bearer.size())));
}

} // namespace atom
