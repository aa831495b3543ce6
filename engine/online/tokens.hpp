#pragma once
// Who may ask over HTTP: tokens in online.db. A token is shown once, when it is made; what is kept is its SHA-256, which tells nothing of a
// text of 192 random bits. Each call is one statement in the caller's transaction or in none.

#include "engine/online/router.hpp"
#include "engine/store/database.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace atom {

struct Token
{
    std::int64_t id = 0;
    std::string name, user;
    std::vector<std::string> scopes;
    std::string made_at, revoked_at; // local time; "" = it is good
};

/// Makes one and returns its text. Throws UsageError if a good one has this name.
std::string add_token(Database &online, Token const &token);
/// All that ever were, by id.
std::vector<Token> tokens(Database &online);
/// False if no good token has this name.
bool revoke_token(Database &online, std::string const &name, std::string const &at);

/// Whose token this text is; none if it is nobody's. Looked up by its hash: what time tells of a hash tells nothing of the text.
std::optional<Caller> find_caller(Database &online, std::string_view text);

/// What `Authorization: Bearer …` carries; none if there is no such header.
std::optional<std::string> bearer_of(WebRequest const &request);

} // namespace atom
