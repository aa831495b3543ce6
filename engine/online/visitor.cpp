#include "engine/online/visitor.hpp"

#include "engine/base/text.hpp"
#include "engine/online/service.hpp"
#include "engine/online/tokens.hpp"

#include <fmt/format.h>

namespace atom {

namespace {

constexpr std::string_view k_cookie = "atom_sessao";
constexpr int k_hours = 12; // a cookie's life; the token behind it is asked each time

std::optional<std::string> cookie_of(WebRequest const &request)
{
    auto const *const header = request.header("cookie");
    for (auto const &part : header == nullptr ? std::vector<std::string>{} : split(*header, ';')) {
        auto const pair = trim(part);
        auto const equals = pair.find('=');
        if (equals != std::string_view::npos && pair.substr(0, equals) == k_cookie) {
            return std::string(pair.substr(equals + 1));
        }
    }
    return std::nullopt;
}

/// Where a proxy took the request over TLS, the cookie goes over nothing else.
std::string cookie(WebRequest const &request, std::string_view value, int seconds)
{
    auto const *const proto = request.header("x-forwarded-proto");
    return fmt::format("{}={}; Path=/relatorios; Max-Age={}; HttpOnly; SameSite=Strict{}", k_cookie, value, seconds,
                       proto != nullptr && *proto == "https" ? "; Secure" : "");
}

} // namespace

Visitors::Visitors(Service &service) : m_service(service), m_secret(random_text()) {}

std::optional<Visitor> Visitors::who(WebRequest const &request) const
{
    if (auto caller = m_service.caller_of(request)) {
        return Visitor{*std::move(caller), false};
    }
    if (auto caller = by_proxy(request)) {
        return Visitor{*std::move(caller), false};
    }
    std::optional<Caller> caller;
    if (auto const token = cookie_of(request)) {
        m_service.readers().run([&](Database &db) { caller = find_caller(db, *token); });
    }
    return caller ? std::optional(Visitor{*std::move(caller), true}) : std::nullopt;
}

std::optional<Caller> Visitors::by_proxy(WebRequest const &request) const
{
    auto const &proxy = m_service.workspace().proxy;
    auto const *const user = proxy.user_header.empty() ? nullptr : request.header(to_lower(proxy.user_header));
    bool const trusted = std::find(proxy.from.begin(), proxy.from.end(), request.peer) != proxy.from.end();
    if (user == nullptr || is_blank(*user) || !trusted) {
        return std::nullopt;
    }
    return Caller{std::string(trim(*user)), proxy.scope};
}

std::string Visitors::form_key(Visitor const &visitor) const { return keyed_hash(m_secret, visitor.caller.user); }

bool Visitors::is_ours(WebRequest const &request, Visitor const &visitor, std::string const &key) const
{
    return is_same_site(request) && same_text(key, form_key(visitor));
}

std::pair<std::string, std::string> Visitors::signed_in(WebRequest const &request, std::string const &token)
{
    return {"Set-Cookie", cookie(request, token, k_hours * 3600)};
}

std::pair<std::string, std::string> Visitors::signed_out(WebRequest const &request) { return {"Set-Cookie", cookie(request, "", 0)}; }

bool is_same_site(WebRequest const &request)
{
    if (auto const *const site = request.header("sec-fetch-site")) {
        return *site == "same-origin" || *site == "none";
    }
    auto const *const origin = request.header("origin");
    auto const *const host = request.header("host");
    if (origin == nullptr) {
        return true; // no browser that sends forms across sites leaves both out
    }
    auto const at = origin->find("://");
    return host != nullptr && at != std::string::npos && origin->substr(at + 3) == *host;
}

} // namespace atom
