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

    /// None: nobody is signed in. Reads online.db.
    std::optional<Visitor> who(WebRequest const &request) const;
    /// What a form for this visitor carries. Good until the process ends.
    std::string form_key(Visitor const &visitor) const;
    /// The form is one of ours, by its key, and the browser says that it comes from here.
    bool is_ours(WebRequest const &request, Visitor const &visitor, std::string const &key) const;

    /// The headers that set and clear the cookie.
    static std::pair<std::string, std::string> signed_in(WebRequest const &request, std::string const &token);
    static std::pair<std::string, std::string> signed_out(WebRequest const &request);

private:
    std::optional<Caller> by_proxy(WebRequest const &request) const;

    Service &m_service;
    std::string m_secret;
};

/// The request comes from a page of this site, as far as the browser tells.
bool is_same_site(WebRequest const &request);

} // namespace atom
