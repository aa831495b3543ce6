#include "engine/online/visitor.hpp"

#include "engine/base/environment.hpp"
#include "engine/base/secret.hpp"
#include "engine/base/text.hpp"
#include "engine/online/service.hpp"
#include "engine/online/tokens.hpp"
#include "engine/store/sessions.hpp"

#include <fmt/format.h>

namespace atom {

namespace {

constexpr std::string_view k_session = "atom_sessao";
constexpr std::string_view k_entrance = "atom_entrada";
constexpr int k_hours = 12; // a session's life

/// The scheme by which a proxy took the request, where it says so.
std::string const *scheme_of(WebRequest const &request) { return request.header("x-forwarded-proto"); }

/// Where a proxy took the request over TLS, the cookie goes over nothing else.
std::pair<std::string, std::string> cookie(WebRequest const &request, std::string_view name, std::string_view path, std::string_view value,
                                           int seconds)
{
    auto const *const scheme = scheme_of(request);
    return {"Set-Cookie", fmt::format("{}={}; Path={}; Max-Age={}; HttpOnly; SameSite=Strict{}", name, value, path, seconds,
                                      scheme != nullptr && *scheme == "https" ? "; Secure" : "")};
}

enum class Origin
{
    here,
    elsewhere,
    untold
};

/// Where the form comes from, as the browser tells: all that it says must agree.
Origin origin_of(WebRequest const &request)
{
    auto const *const site = request.header("sec-fetch-site");
    auto const *const origin = request.header("origin");
    if (site != nullptr && *site != "same-origin" && *site != "none") {
        return Origin::elsewhere;
    }
    if (origin == nullptr) {
        return site != nullptr ? Origin::here : Origin::untold;
    }
    auto const *const host = request.header("host");
    auto const *const scheme = scheme_of(request); // untold: only the proxy knows it
    auto const at = origin->find("://");
    bool const same_host = host != nullptr && at != std::string::npos && origin->substr(at + 3) == *host;
    bool const same_scheme = same_host && (scheme == nullptr || origin->substr(0, at) == *scheme);
    return same_scheme ? Origin::here : Origin::elsewhere;
}

} // namespace

Visitors::Visitors(Service &service)
    : m_service(service), m_secret(random_text()), m_proxy_secret(environment(service.workspace().proxy.secret_env))
{}

std::optional<Visitor> Visitors::who(WebRequest const &request) const
{
    if (request.header("authorization") != nullptr) {
        auto caller = m_service.caller_of(request);
        return caller ? std::optional(Visitor{*std::move(caller), false}) : std::nullopt;
    }
    if (auto caller = by_proxy(request)) {
        return Visitor{*std::move(caller), false};
    }
    auto caller = by_cookie(request);
    return caller ? std::optional(Visitor{*std::move(caller), true}) : std::nullopt;
}

std::optional<Caller> Visitors::by_cookie(WebRequest const &request) const
{
    auto const texts = cookies_named(request, k_session);
    std::optional<SessionOwner> owner;
    if (!texts.empty()) {
        m_service.readers().run([&](Database &db) {
            for (auto it = texts.begin(); it != texts.end() && !owner; ++it) {
                owner = session_owner(db, *it, m_service.clock().local_text());
            }
        });
    }
    return owner ? std::optional(Caller{owner->user, split(owner->scopes, ',')}) : std::nullopt;
}

std::optional<Caller> Visitors::by_proxy(WebRequest const &request) const
{
    auto const &proxy = m_service.workspace().proxy;
    auto const *const user = proxy.user_header.empty() ? nullptr : request.header(to_lower(proxy.user_header));
    if (user == nullptr || is_blank(*user) || std::find(proxy.from.begin(), proxy.from.end(), request.peer) == proxy.from.end()) {
        return std::nullopt;
    }
    auto const *const secret = request.header(to_lower(proxy.secret_header));
    bool const wants_secret = request.peer != "unix" || !proxy.secret_env.empty();
    if (wants_secret && (!m_proxy_secret || m_proxy_secret->empty() || secret == nullptr || !same_text(*secret, *m_proxy_secret))) {
        return std::nullopt;
    }
    return Caller{std::string(trim(*user)), proxy.scope};
}

std::string Visitors::form_key(Visitor const &visitor) const { return keyed_hash(m_secret, "form " + visitor.caller.user); }

bool Visitors::is_ours(WebRequest const &request, Visitor const &visitor, std::string const &key) const
{
    return origin_of(request) != Origin::elsewhere && same_text(key, form_key(visitor));
}

std::string Visitors::signed_word(Visitor const &visitor, std::string const &word) const
{
    return word + "." + keyed_hash(m_secret, "word " + visitor.caller.user + " " + word);
}

std::string Visitors::word_of(Visitor const &visitor, std::string const &text) const
{
    auto const word = text.substr(0, text.rfind('.'));
    return same_text(text, signed_word(visitor, word)) ? word : std::string();
}

Visitors::Entrance Visitors::entrance(WebRequest const &request) const
{
    auto const text = random_text();
    return {cookie(request, k_entrance, "/relatorios/entrar", text, 3600), keyed_hash(m_secret, "entrance " + text)};
}

bool Visitors::may_enter(WebRequest const &request, std::string const *key) const
{
    auto const origin = origin_of(request);
    if (origin != Origin::untold || key == nullptr) {
        return origin == Origin::here;
    }
    auto const texts = cookies_named(request, k_entrance);
    return std::any_of(texts.begin(), texts.end(),
                       [&](std::string const &text) { return same_text(*key, keyed_hash(m_secret, "entrance " + text)); });
}

std::optional<std::pair<std::string, std::string>> Visitors::sign_in(WebRequest const &request, std::string_view token) const
{
    bool known = false; // before anybody waits for the writer
    m_service.readers().run([&](Database &db) { known = find_caller(db, token).has_value(); });
    std::string text;
    if (known) {
        m_service.writer().run([&](Database &db) { text = begin_session(db, token, m_service.clock().local_text(), k_hours); });
    }
    return text.empty() ? std::nullopt : std::optional(cookie(request, k_session, "/relatorios", text, k_hours * 3600));
}

std::pair<std::string, std::string> Visitors::sign_out(WebRequest const &request) const
{
    auto const texts = cookies_named(request, k_session);
    m_service.writer().run([&](Database &db) {
        for (auto const &text : texts) {
            end_session(db, text);
        }
    });
    return cookie(request, k_session, "/relatorios", "", 0);
}

} // namespace atom
