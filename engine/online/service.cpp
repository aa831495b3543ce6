#include "engine/online/service.hpp"

#include "engine/base/log.hpp"
#include "engine/base/stopwatch.hpp"
#include "engine/base/text.hpp"
#include "engine/online/endpoint.hpp"
#include "engine/online/metrics.hpp"
#include "engine/online/openapi.hpp"
#include "engine/online/pages.hpp"
#include "engine/online/tokens.hpp"

#include <fmt/format.h>

namespace atom {

Service::Service(Workspace const &workspace, Clock const &clock)
    : m_workspace(workspace), m_clock(clock), m_rule_writers(workspace), m_readers(workspace), m_writer(workspace)
{
    m_router.add({"GET",
                  "/health",
                  true,
                  {},
                  [](WebRequest const &, Caller const &) {
                      WebAnswer a;
                      a.body = R"({"status":"ok"})";
                      return a;
                  },
                  "health"});
    add_endpoints(*this);
    add_metrics(*this);
    add_openapi(*this);
    add_pages(*this);
}

WebAnswer Service::answer(WebRequest request) noexcept
{
    std::string route = "none";
    Stopwatch const watch;
    WebAnswer answer;
    try {
        answer = answer_route(request, route);
    } catch (RequestRefused const &e) {
        answer = e.answer();
    } catch (BaseUnreachable const &e) {
        log_error("{} {}: {}", request.method, route, e.what());
        answer = fault_answer(503, "BASE_INACESSIVEL", "a base não pode ser alcançada agora");
    } catch (StoreError const &e) {
        log_error("{} {}: {}", request.method, route, e.what());
        answer = is_base_fault(e) ? fault_answer(503, "BASE_INACESSIVEL", "a base não pode ser alcançada agora")
                                  : fault_answer(500, "ERRO_INTERNO", "erro interno");
    } catch (std::exception const &e) {
        log_error("{} {}: {}", request.method, route, e.what());
        answer = fault_answer(500, "ERRO_INTERNO", "erro interno");
    }
    note(route, answer.status, watch.seconds());
    return answer;
}

WebAnswer Service::answer_route(WebRequest &request, std::string &route_name)
{
    auto found = m_router.find(request);
    if (found.route != nullptr && found.route->open) {
        route_name = found.route->name;
        request.captures = std::move(found.captures);
        return found.route->handler(request, {});
    }
    auto const caller = caller_of(request);
    if (!caller) {
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
    route_name = found.route->name;
    if (!caller->may(found.route->scope)) {
        return fault_answer(403, "SEM_PERMISSAO", "o token não permite esta chamada");
    }
    request.captures = std::move(found.captures);
    return found.route->handler(request, *caller);
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
