#pragma once
// Who looks at a page, and whether a form that comes back is one of ours.

#include "engine/online/router.hpp"

#include <optional>
#include <string>

namespace atom {

class Service;

struct Visitor
{
    Caller caller;
    bool by_cookie = false; // signed in here, and may sign out
};

class Visitors
{
public:
    explicit Visitors(Service &service);

    /// None: nobody is signed in. Reads online.db. A request with a bad token is nobody's, whatever else it carries.
    std::optional<Visitor> who(WebRequest const &request) const;
    /// What a form for this visitor carries. Good until the process ends.
    std::string form_key(Visitor const &visitor) const;
    /// The form is one of ours, by its key, and the browser does not say that it comes from elsewhere.
    bool is_ours(WebRequest const &request, Visitor const &visitor, std::string const &key) const;

    /// A word for an address of this visitor's that nobody else makes, and the word again; "" if it is not ours.
    std::string signed_word(Visitor const &visitor, std::string const &word) const;
    std::string word_of(Visitor const &visitor, std::string const &text) const;

    /// The form to sign in: the header of a cookie, and the key that goes with it.
    struct Entrance
    {
        std::pair<std::string, std::string> header;
        std::string key;
    };
    Entrance entrance(WebRequest const &request) const;
    /// The form that signs in is ours: the browser says that it comes from here, or it has the key of its cookie.
    bool may_enter(WebRequest const &request, std::string const *key) const;

    /// Begins a session with this token; the header of its cookie. None: the token is nobody's. Writes online.db, as sign_out() does.
    std::optional<std::pair<std::string, std::string>> sign_in(WebRequest const &request, std::string_view token) const;
    /// Ends the session, whatever the browser keeps; the header that clears the cookie.
    std::pair<std::string, std::string> sign_out(WebRequest const &request) const;

private:
    std::optional<Caller> by_proxy(WebRequest const &request) const;
    std::optional<Caller> by_cookie(WebRequest const &request) const;

    Service &m_service;
    std::string m_secret;
    std::optional<std::string> m_proxy_secret;
};

} // namespace atom
