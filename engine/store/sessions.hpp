#pragma once
// Who is signed in on the pages: sessions in online.db, each begun with a token. What the browser keeps is a text of its own; here is its
// hash. A session ends when it is ended, when its time is over, or when its token is good no more. Times are local, ISO.

#include "engine/store/database.hpp"

#include <optional>
#include <string>

namespace atom {

/// Of a token that is good, by its text; "" if it is nobody's. Returns the text for the browser. Those whose time is over are removed.
std::string begin_session(Database &online, std::string_view token, std::string const &now, int hours);

struct SessionOwner
{
    std::string user, scopes; // as the token has them
};
/// Whose the session is; none if there is none of this text.
std::optional<SessionOwner> session_owner(Database &online, std::string_view text, std::string const &now);

void end_session(Database &online, std::string_view text);

} // namespace atom
