#include "engine/online/tokens.hpp"

#include "engine/base/error.hpp"
#include "engine/base/file.hpp"
#include "engine/base/text.hpp"

#include <fmt/format.h>

#include <cerrno>

#include <sys/random.h>

namespace atom {

namespace {} // namespace

std::string random_text()
{
    std::array<unsigned char, 24> bytes{};
    if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
        throw FileError("cannot read", "the system's random numbers", errno);
    }
    std::string out = "atom_";
    for (auto const b : bytes) {
        out += fmt::format("{:02x}", b);
    }
    return out;
}

namespace {

std::string hash_of(std::string_view text)
{
    Sha256 sha;
    sha.update(text);
    return sha.hex();
}

} // namespace

bool same_text(std::string_view a, std::string_view b) noexcept
{
    unsigned difference = a.size() == b.size() ? 0U : 1U;
    for (std::size_t i = 0; i < a.size() && i < b.size(); ++i) {
        difference |= static_cast<unsigned>(static_cast<unsigned char>(a[i]) ^ static_cast<unsigned char>(b[i]));
    }
    return difference == 0;
}

std::string keyed_hash(std::string_view key, std::string_view text)
{
    return hash_of(hash_of(key) + hash_of(std::string(key) + std::string(text)));
}

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
    auto const hash = hash_of(text);
    std::optional<Caller> found;
    auto s = online.prepare("select hash, user, scopes from atom_token where revoked_at is null");
    while (s.step()) {
        if (same_text(s.view(0), hash)) {
            found = Caller{s.text(1), split(s.view(2), ',')};
        }
    }
    return found;
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
