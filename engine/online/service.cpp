#include "engine/online/service.hpp"

#include "engine/base/log.hpp"
#include "engine/base/stopwatch.hpp"
#include "engine/base/text.hpp"
#include "engine/online/endpoint.hpp"
#include "engine/online/metrics.hpp"
#include "engine/online/openapi.hpp"
#include "engine/online/pages.hpp"
#include "engine/online/tokens.hpp"
#include "engine/store/trail.hpp"

#include <fmt/format.h>

namespace atom {

Service::Service(Workspace const &workspace, Clock const &clock)
    : m_workspace(workspace), m_clock(clock), m_facts(workspace), m_readers(workspace), m_writer(workspace)
{
    add_endpoints(*this);
    add_metrics(*this);
    add_openapi(*this);
    add_pages(*this);
}

/// What `work` answers, or what it throws as an answer.
template <typename Work> WebAnswer Service::answered(WebRequest const &request, std::string const &route, Work const &work) noexcept
{
    try {
        return work();
    } catch (RequestRefused const &e) {
        return e.answer();
    } catch (BaseUnreachable const &e) {
        log_error("{} {}: {}", request.method, route, e.what());
        return fault_answer(503, "BASE_INACESSIVEL", "a base não pode ser alcançada agora");
    } catch (StoreError const &e) {
        log_error("{} {}: {}", request.method, route, e.what());
        return is_base_fault(e) ? fault_answer(503, "BASE_INACESSIVEL", "a base não pode ser alcançada agora")
                                : fault_answer(500, "ERRO_INTERNO", "erro interno");
    } catch (std::exception const &e) {
        log_error("{} {}: {}", request.method, route, e.what());
        return fault_answer(500, "ERRO_INTERNO", "erro interno");
    }
}

WebAnswer Service::answer(WebRequest request) noexcept
{
    Stopwatch const watch;
    auto found = m_router.find(request);
    std::string const route = found.route != nullptr ? found.route->name : "none";
    auto answer = answered(request, route, [&] {
        request.captures = found.captures;
        if (auto refusal = refused(request, found)) {
            return *std::move(refusal);
        }
        return found.route->handler(request, request.caller.value_or(Caller()));
    });
    note(route, answer.status, watch.seconds());
    return answer;
}

std::optional<WebAnswer> Service::refuse(WebRequest &head) noexcept
{
    Stopwatch const watch;
    auto found = m_router.find(head);
    std::string const route = found.route != nullptr ? found.route->name : "none";
    bool is_refused = false;
    auto answer = answered(head, route, [&] {
        is_refused = true; // also by what is thrown
        head.captures = found.captures;
        auto refusal = refused(head, found);
        if (!refusal && found.route->may_send) {
            refusal = found.route->may_send(head);
        }
        is_refused = refusal.has_value();
        return std::move(refusal).value_or(WebAnswer());
    });
    if (!is_refused) {
        return std::nullopt;
    }
    note(route, answer.status, watch.seconds());
    return answer;
}

std::optional<WebAnswer> Service::answer_at_once(WebRequest const &request) noexcept
{
    if (request.method != "GET" || request.path != "/health") {
        return std::nullopt;
    }
    WebAnswer a;
    a.body = R"({"status":"ok"})";
    note("health", a.status, 0);
    return a;
}

std::optional<std::string> Service::page_of(WebRequest const &request) const noexcept
{
    if (request.segments.empty() || request.segments[0] != "relatorios" || request.path == "/relatorios/estilo.css") {
        return std::nullopt;
    }
    for (auto const *name : {"authorization", "cookie"}) { // as it came: whoever it is, it is one
        if (auto const *const value = request.header(name)) {
            return *value;
        }
    }
    auto const &header = m_workspace.proxy.user_header;
    auto const *const user = header.empty() ? nullptr : request.header(to_lower(header));
    return user != nullptr ? *user : request.peer;
}

/// Sets whose the request is where its route wants a token.
std::optional<WebAnswer> Service::refused(WebRequest &request, Router::Found const &found)
{
    if (found.route != nullptr && found.route->open) {
        return std::nullopt;
    }
    if (!request.caller) {
        request.caller = caller_of(request);
    }
    if (!request.caller) {
        auto a = fault_answer(401, "NAO_AUTORIZADO", "falta um token válido");
        a.headers.emplace_back("WWW-Authenticate", "Bearer");
        return a;
    }
    if (found.methods.empty()) {
        return fault_answer(404, "CAMINHO_NAO_ENCONTRADO", "não há nada neste endereço");
    }
    if (found.route == nullptr) {
        auto a = fault_answer(405, "METODO_NAO_PERMITIDO", fmt::format("este endereço aceita {}", join(found.methods, ", ")));
        a.headers.emplace_back("Allow", join(found.methods, ", "));
        return a;
    }
    if (!request.caller->may(found.route->scope)) {
        if (found.route->names) {
            leave_trail(found.route->name, request.caller->user, 403, found.route->names(request, *request.caller));
        }
        return fault_answer(403, "SEM_PERMISSAO", "o token não permite esta chamada");
    }
    return std::nullopt;
}

std::optional<Caller> Service::caller_of(WebRequest const &request)
{
    auto const token = bearer_of(request);
    std::optional<Caller> caller;
    if (token) {
        m_readers.run([&](Database &db) { caller = find_caller(db, *token); });
    }
    return caller;
}

void Service::leave_trail(std::string const &call, std::string const &who, int status, std::vector<std::string> const &keys)
{
    if (!keys.empty()) {
        m_writer.run([&](Database &db) { write_trail(db, {m_clock.local_text(), who, call, status}, keys); });
    }
}

void Service::note(std::string const &route, int status, double seconds)
{
    std::lock_guard const lock(m_mutex);
    auto &c = m_counts[route];
    ++c.by_status[status];
    c.seconds += seconds;
    for (std::size_t i = 0; i < c.at_most.size(); ++i) {
        c.at_most[i] += seconds <= RouteCounts::k_bounds[i] ? 1 : 0;
    }
}

std::map<std::string, RouteCounts> Service::counts() const
{
    std::lock_guard const lock(m_mutex);
    return m_counts;
}

} // namespace atom
