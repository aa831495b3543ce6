#include "engine/online/pages.hpp"

#include "engine/base/decimal.hpp"
#include "engine/base/text.hpp"
#include "engine/job/report_text.hpp"
#include "engine/online/html.hpp"
#include "engine/online/list_place.hpp"
#include "engine/online/report_action.hpp"
#include "engine/online/report_page.hpp"
#include "engine/online/service.hpp"
#include "engine/online/visitor.hpp"

#include <fmt/format.h>

namespace atom {

namespace {

constexpr std::size_t k_file_rows = 200000;

WebAnswer html_answer(int status, std::string body)
{
    WebAnswer a;
    a.status = status;
    a.type = "text/html; charset=utf-8";
    a.body = std::move(body);
    a.headers = {
        {"Content-Security-Policy",
         "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"},
        {"X-Frame-Options", "DENY"},
        {"Referrer-Policy", "same-origin"}};
    return a;
}

WebAnswer go_to(std::string const &address)
{
    auto a = html_answer(303, "");
    a.headers.emplace_back("Location", address);
    return a;
}

/// A place of ours to go to after signing in; anything else is the front page.
std::string own_address(std::string const *address)
{
    bool const ours = address != nullptr && (*address == "/relatorios" || address->compare(0, 12, "/relatorios/") == 0);
    bool const plain = ours && address->find_first_of("\\\r\n") == std::string::npos && address->find("//") == std::string::npos;
    return plain ? *address : "/relatorios";
}

/// "queue.csv" = queue, csv; a page has no ending.
std::pair<std::string, std::string> name_and_kind(std::string const &segment)
{
    auto const dot = segment.rfind('.');
    return dot == std::string::npos ? std::pair(segment, std::string()) : std::pair(segment.substr(0, dot), segment.substr(dot + 1));
}

class Pages
{
public:
    explicit Pages(Service &service) : m_service(service), m_visitors(service) {}

    WebAnswer style() const
    {
        WebAnswer a;
        a.type = "text/css; charset=utf-8";
        a.body = style_sheet();
        a.headers = {{"Cache-Control", "max-age=300"}};
        return a;
    }

    /// A form is read of who is signed in, and the one that signs in.
    std::optional<WebAnswer> may_send(WebRequest const &head) const
    {
        constexpr std::int64_t k_most = 8192; // of a token and an address to go to
        if (head.path == "/relatorios/entrar") {
            auto const *const length = head.header("content-length");
            auto const bytes = length == nullptr ? std::nullopt : parse_integer(*length);
            return bytes && *bytes <= k_most ? std::nullopt
                                             : std::optional(fault_answer(413, "CORPO_GRANDE_DEMAIS", "o formulário é grande demais"));
        }
        return m_visitors.who(head) ? std::nullopt : std::optional(ask_to_sign_in(head));
    }

    WebAnswer front(WebRequest const &request) const
    {
        auto const visitor = m_visitors.who(request);
        if (!visitor) {
            return ask_to_sign_in(request);
        }
        auto const links = links_for(*visitor, "");
        return links.empty()
                   ? html_answer(403, fault_page(frame_for(*visitor, "Relatórios", ""), 403, "Não há relatório que esta chave abra."))
                   : go_to(links.front().address);
    }

    /// A browser is led to the pages; a program asks for an endpoint.
    WebAnswer root(WebRequest const &request) const
    {
        if (wants_html(request)) {
            return go_to("/relatorios");
        }
        return m_service.caller_of(request) ? fault_answer(404, "CAMINHO_NAO_ENCONTRADO", "não há nada neste endereço") : unauthorized();
    }

    WebAnswer sign_in_form(WebRequest const &request) const
    {
        return sign_in_answer(request, 200, "", own_address(request.parameter("next")));
    }

    WebAnswer sign_in(WebRequest const &request) const
    {
        auto const form = form_of(request);
        auto const next = own_address(form.parameter("next"));
        auto const *const token = form.parameter("token");
        if (!m_visitors.may_enter(request, form.parameter("atom.chave"))) {
            return sign_in_answer(request, 403, "Esta página ficou velha. Entre de novo.", next);
        }
        auto signed_in = token == nullptr ? std::nullopt : m_visitors.sign_in(request, trim(*token));
        if (!signed_in) {
            return sign_in_answer(request, 401, "Esta chave não vale; confira, ou peça outra à operação.", next);
        }
        auto a = go_to(next);
        a.headers.push_back(*std::move(signed_in));
        return a;
    }

    WebAnswer sign_out(WebRequest const &request) const
    {
        auto a = go_to("/relatorios/entrar");
        auto const visitor = m_visitors.who(request);
        auto const form = form_of(request);
        auto const *const key = form.parameter("atom.chave");
        if (visitor && key != nullptr && m_visitors.is_ours(request, *visitor, *key)) {
            a.headers.push_back(m_visitors.sign_out(request));
        }
        return a;
    }

    WebAnswer show(WebRequest const &request) const
    {
        auto const [name, kind] = name_and_kind(*request.capture("nome"));
        auto const visitor = m_visitors.who(request);
        if (!visitor) {
            return kind.empty() ? ask_to_sign_in(request) : unauthorized();
        }
        auto const *const report = m_service.workspace().report(name);
        if (auto refusal = refused(report, *visitor, kind, request.query)) {
            return *std::move(refusal);
        }
        return kind.empty() ? page_answer(*report, *visitor, request, request.query, done_text(*visitor, request), 200)
                            : file(*report, *visitor, request, kind);
    }

    WebAnswer act(WebRequest const &request) const
    {
        auto const visitor = m_visitors.who(request);
        if (!visitor) {
            return ask_to_sign_in(request);
        }
        auto const *const report = m_service.workspace().report(*request.capture("nome"));
        if (auto refusal = refused(report, *visitor, "", {})) {
            return *std::move(refusal);
        }
        auto const form = form_of(request);
        auto const *const key = form.parameter(k_key);
        auto const *const back = form.parameter(k_back);
        PageQuery const query(*report, pairs_of(back != nullptr ? *back : ""));
        if (key == nullptr || !m_visitors.is_ours(request, *visitor, *key)) {
            Said const old{"Esta página ficou velha e nada foi gravado. Confira e grave de novo.", true};
            return page_answer(*report, *visitor, request, query.pairs(), old, 403);
        }
        try {
            auto const at = find_list_place(list_setting(*visitor), *report, query); // before what is done takes it off the list
            auto const done = run_action(m_service, *report, visitor->caller, form.query);
            auto const after = query.with(k_done, m_visitors.signed_word(*visitor, done)).with(k_next, at ? at->after : "");
            return go_to(page_address(report->name, after.text()));
        } catch (RequestRefused const &e) {
            return page_answer(*report, *visitor, request, query.pairs(), {e.what(), true}, e.answer().status);
        }
    }

private:
    WebAnswer sign_in_answer(WebRequest const &request, int status, std::string const &fault, std::string const &next) const
    {
        auto const entrance = m_visitors.entrance(request);
        auto a = html_answer(status, sign_in_page(fault, next, entrance.key));
        a.headers.push_back(entrance.header);
        return a;
    }

    static WebAnswer unauthorized()
    {
        auto a = fault_answer(401, "NAO_AUTORIZADO", "falta um token válido");
        a.headers.emplace_back("WWW-Authenticate", "Bearer");
        return a;
    }

    static bool wants_html(WebRequest const &request)
    {
        auto const *const accept = request.header("accept");
        return accept != nullptr && accept->find("text/html") != std::string::npos;
    }

    /// A program gets 401, a browser the form.
    static WebAnswer ask_to_sign_in(WebRequest const &request)
    {
        if (request.header("authorization") != nullptr || !wants_html(request)) {
            return unauthorized();
        }
        auto const here = request.path + (request.query.empty() ? "" : "?" + query_text(request.query));
        return go_to("/relatorios/entrar?next=" + url_encoded(request.method == "GET" ? here : request.path));
    }

    std::optional<WebAnswer> refused(Report const *report, Visitor const &visitor, std::string const &kind, HttpPairs const &query) const
    {
        bool const known_kind = kind.empty() || kind == "json" || kind == "csv" || kind == "xlsx";
        bool const found = report != nullptr && known_kind;
        if (found && may_open(*report, visitor.caller)) {
            return std::nullopt;
        }
        if (found) {
            m_service.leave_trail("relatorio:" + report->name, visitor.caller.user, 403, named_by_address(*report, visitor.caller, query));
        }
        int const status = found ? 403 : 404;
        auto const text = found ? "Esta chave não abre este relatório." : "Não há relatório com este nome.";
        return kind.empty() ? html_answer(status, fault_page(frame_for(visitor, "Relatórios", ""), status, text))
                            : fault_answer(status, found ? "SEM_PERMISSAO" : "RELATORIO_NAO_ENCONTRADO", text);
    }

    std::vector<NavLink> links_for(Visitor const &visitor, std::string const &here) const
    {
        std::vector<Report const *> open;
        for (auto const &r : m_service.workspace().reports) {
            bool const needs_more = std::any_of(r.params.begin(), r.params.end(), [](Field const &p) { return p.required; });
            if (may_open(r, visitor.caller) && !needs_more) {
                open.push_back(&r);
            }
        }
        std::stable_sort(open.begin(), open.end(), [](auto const *a, auto const *b) { return a->order < b->order; });
        std::vector<NavLink> out;
        for (auto const *r : open) {
            out.push_back({page_address(r->name, ""), r->title, r->name == here});
        }
        return out;
    }

    Frame frame_for(Visitor const &visitor, std::string const &title, std::string const &here) const
    {
        return {title, visitor.caller.user, visitor.by_cookie, m_visitors.form_key(visitor), links_for(visitor, here)};
    }

    static WebRequest form_of(WebRequest const &request)
    {
        auto const *const type = request.header("content-type");
        WebRequest form;
        if (type == nullptr || type->compare(0, 33, "application/x-www-form-urlencoded") != 0 || !read_pairs(request.body, form.query)) {
            throw RequestRefused(415, "TIPO_DE_CONTEUDO", "o corpo deve ser de um formulário");
        }
        return form;
    }

    Parameters parameters_of(Report const &report, Caller const &caller, std::map<std::string, std::string> const &given) const
    {
        return report_parameters(report, given, moment_of(caller));
    }

    ReportMoment moment_of(Caller const &caller) const
    {
        return {iso_day(m_service.clock().today()), m_service.clock().local_text(), caller.user};
    }

    /// Whom a page that is refused was asked for by its parameters; nobody in particular without one.
    std::vector<std::string> named_by_address(Report const &report, Caller const &caller, HttpPairs const &query) const
    {
        auto const given = PageQuery(report, query).given();
        std::vector<std::string> out;
        try {
            auto const parameters = parameters_of(report, caller, given);
            if (!given.empty()) {
                m_service.readers().run([&](Database &db) { out = report_subjects(db, report, parameters); });
            }
        } catch (ParameterError const &) {
            return {}; // what cannot be read names nobody
        }
        return out.size() > k_most_named ? std::vector<std::string>() : out;
    }

    /// `only`: the one table that is wanted; null = all.
    ReportResult run(Report const &report, Parameters const &parameters, WebRequest const &request, LookAt const &look,
                     ReportTable const *only = nullptr) const
    {
        ReportResult result;
        std::vector<std::string> subjects;
        Patience patience(m_service.workspace().report_deadline, request.nobody_waits);
        try {
            m_service.readers().run(
                [&](Database &db) {
                    result = run_report(db, report, parameters, m_service.facts(), look, only);
                    subjects = shown_subjects(db, result);
                },
                patience);
        } catch (StoreError const &) {
            if (!patience.is_over()) {
                throw;
            }
            throw RequestRefused(503, "RELATORIO_DEMORADO",
                                 fmt::format("o relatório passou de {} s; peça menos, ou atom report {} na linha de comando",
                                             m_service.workspace().report_deadline.count(), report.name));
        }
        m_service.leave_trail("relatorio:" + report.name, std::get<std::string>(parameters.at("quem")), 200, subjects);
        return result; // nobody sees anything before the trail is on the disk
    }

    /// What was just done, as the page to which it led says it.
    Said done_text(Visitor const &visitor, WebRequest const &request) const
    {
        auto const *const done = request.parameter(k_done);
        return done == nullptr ? Said() : atom::done_text(m_visitors.word_of(visitor, *done));
    }

    WebAnswer page_answer(Report const &report, Visitor const &visitor, WebRequest const &request, HttpPairs const &query, Said said,
                          int status) const
    {
        ReportView view;
        view.query = PageQuery(report, query);
        view.said = std::move(said);
        view.actions = actions_for(m_service.workspace(), report, visitor.caller);
        for (auto const &r : m_service.workspace().reports) {
            if (may_open(r, visitor.caller)) {
                view.open.push_back(r.name);
            }
        }
        ReportResult result;
        result.report = &report;
        try {
            auto const parameters = parameters_of(report, visitor.caller, view.query.given());
            auto const asked = asked_action(report, view.actions, query);
            result = run(report, parameters, request,
                         [&](ReportTable const &t) { return asked && asked->table == &t ? asked->look : view.query.look(t); });
            if (asked) {
                auto const i = static_cast<std::size_t>(asked->table - report.tables.data());
                view.asked = AskedRow{asked->action, result.tables[i]};
            }
            m_service.readers().run([&](Database &db) { view.requests = open_requests(db); });
            view.place = place_in_list(list_setting(visitor), report, view.query, query);
        } catch (ParameterError const &e) {
            bool const asked = !view.query.given().empty();
            view.said = asked ? Said{e.what(), true} : Said{};
            status = asked ? 422 : status;
        } catch (RequestRefused const &e) {
            view.said = Said{e.what(), true};
            status = e.status();
        }
        auto const frame = frame_for(visitor, report.title, report.name);
        return html_answer(status, report_page({frame, report, m_service.workspace().reports, result, view}));
    }

    ListSetting list_setting(Visitor const &visitor) const
    {
        return {m_service, m_service.facts(), visitor.caller, moment_of(visitor.caller)};
    }

    WebAnswer file(Report const &report, Visitor const &visitor, WebRequest const &request, std::string const &kind) const
    {
        auto const *const table = request.parameter("tabela");
        auto const *const only = table == nullptr ? nullptr : report.table(*table);
        if (table != nullptr && only == nullptr) {
            return fault_answer(404, "TABELA_NAO_ENCONTRADA", "não há tabela com este nome neste relatório", "tabela");
        }
        ReportResult result;
        try {
            PageQuery const query(report, request.query);
            result = run(
                report, parameters_of(report, visitor.caller, query.given()), request,
                [&](ReportTable const &t) {
                    auto look = query.look(t); // in its order, and what is filtered alone
                    look.first = 0;
                    look.counts = 0;
                    look.limit = k_file_rows;
                    return look;
                },
                only);
        } catch (ParameterError const &e) {
            return fault_answer(422, "VALOR_INVALIDO", e.what(), e.name());
        }
        for (auto const &t : result.tables) {
            if (t.more) {
                return fault_answer(
                    413, "RELATORIO_GRANDE",
                    fmt::format("são mais de {} linhas; atom report {} --csv FILE escreve todas", k_file_rows, report.name));
            }
        }
        WebAnswer a;
        if (kind == "json") {
            a.body = report_json(result);
            return a;
        }
        a.headers.emplace_back("Content-Disposition", fmt::format("attachment; filename=\"{}.{}\"", report.name, kind));
        bool const sheet = kind == "xlsx";
        a.type = sheet ? "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" : "text/csv; charset=utf-8";
        a.body = sheet ? report_xlsx(result) : report_csv(result);
        return a;
    }

    Service &m_service;
    Visitors m_visitors;
};

} // namespace

void add_pages(Service &service)
{
    auto const pages = std::make_shared<Pages const>(service);
    auto const add = [&](char const *method, char const *path, WebAnswer (Pages::*handler)(WebRequest const &) const) {
        service.router().add({method,
                              path,
                              true,
                              {},
                              [pages, handler](WebRequest const &request, Caller const &) { return (*pages.*handler)(request); },
                              path,
                              {},
                              [pages](WebRequest const &head) { return pages->may_send(head); }});
    };
    service.router().add({"GET",
                          "/relatorios/estilo.css",
                          true,
                          {},
                          [pages](WebRequest const &, Caller const &) { return pages->style(); },
                          "/relatorios/estilo.css"});
    add("GET", "/", &Pages::root);
    add("GET", "/relatorios", &Pages::front);
    add("GET", "/relatorios/entrar", &Pages::sign_in_form);
    add("POST", "/relatorios/entrar", &Pages::sign_in);
    add("POST", "/relatorios/sair", &Pages::sign_out);
    add("GET", "/relatorios/{nome}", &Pages::show);
    add("POST", "/relatorios/{nome}", &Pages::act);
}

} // namespace atom
