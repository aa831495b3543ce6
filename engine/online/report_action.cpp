#include "engine/online/report_action.hpp"

#include "engine/base/decimal.hpp"
#include "engine/base/text.hpp"
#include "engine/online/document.hpp"
#include "engine/online/endpoint.hpp"
#include "engine/online/service.hpp"
#include "engine/store/requests.hpp"

#include <fmt/format.h>

namespace atom {

namespace {

std::string const *value_of(HttpPairs const &form, std::string_view name)
{
    auto const it = std::find_if(form.begin(), form.end(), [&](auto const &p) { return p.first == name; });
    return it == form.end() ? nullptr : &it->second;
}

bool is_own(std::string const &action)
{
    return std::find(engine_actions().begin(), engine_actions().end(), action) != engine_actions().end();
}

Record const &record_of(HttpEndpoint const &endpoint) { return endpoint.layout->records.front(); }

/// A field's name for a client: only those directly in the document can stand in a form.
std::string const *member_of(Field const &f) { return f.path.size() == 1 ? &f.path.front() : nullptr; }

Action action_of(Job const &job)
{
    Action a;
    a.name = job.name;
    a.title = job.endpoint->layout->description.empty() ? job.name : job.endpoint->layout->description;
    for (auto const &f : record_of(*job.endpoint).fields) {
        if (member_of(f) != nullptr && f.type != FieldType::json) {
            a.fields.push_back(f);
            if (job.endpoint->path.find("{" + *member_of(f) + "}") != std::string::npos) {
                a.in_path.push_back(f.name);
            }
        }
    }
    return a;
}

bool has_action(Report const &report, std::string const &name)
{
    return std::any_of(report.tables.begin(), report.tables.end(),
                       [&](ReportTable const &t) { return std::find(t.actions.begin(), t.actions.end(), name) != t.actions.end(); });
}

struct Kind
{
    char const *action, *request, *status, *refusal, *done;
};

constexpr Kind k_kinds[] = {
    {"atom:approve", "approve", "held", "este arquivo não está retido", "Aprovado: o arquivo roda na próxima volta."},
    {"atom:release", "release", "waiting", "este arquivo não está esperando", "Liberado: o arquivo roda na próxima volta."},
    {"atom:retry", "retry", "failed", "este arquivo não falhou", "Anotado: o arquivo é lido de novo na próxima volta."},
};

Kind const &kind_of(std::string const &action)
{
    return *std::find_if(std::begin(k_kinds), std::end(k_kinds), [&](Kind const &k) { return action == k.action; });
}

void ask_the_poll(Service &service, Kind const &kind, Caller const &caller, HttpPairs const &form)
{
    auto const *const file = value_of(form, "atom.arquivo");
    if (file == nullptr || !is_digits(*file) || file->size() > 18) {
        throw RequestRefused(422, "VALOR_INVALIDO", "falta o número do arquivo");
    }
    std::optional<std::string> status;
    service.readers().run([&](Database &db) {
        auto s = db.prepare("select status from base.atom_file where id = ?1");
        s.bind(1, static_cast<std::int64_t>(std::stoll(*file)));
        status = s.step() ? std::optional(s.text(0)) : std::nullopt;
    });
    if (!status) {
        throw RequestRefused(404, "ARQUIVO_NAO_ENCONTRADO", "não há arquivo com este número");
    }
    if (*status != kind.status) {
        throw RequestRefused(409, "SITUACAO_MUDOU", kind.refusal);
    }
    bool is_new = false;
    service.writer().run([&](Database &db) {
        is_new = note_request(db, {0, kind.request, *file, caller.user}, service.clock().local_text());
    });
    if (!is_new) {
        throw RequestRefused(409, "SITUACAO_MUDOU", "isto já foi pedido; vale na próxima volta");
    }
}

/// A decimal as people here write it is a JSON number; whatever else it is, the layout judges.
std::string typed_as(Field const &f, std::string const &text)
{
    auto const d = f.type == FieldType::decimal ? parse_decimal(trim(text), f.scale, ',') : std::nullopt;
    return d ? format_decimal(*d, f.scale, '.') : text;
}

void run_endpoint(Service &service, Job const &job, Caller const &caller, HttpPairs const &form)
{
    if (!caller.may(job.endpoint->scope)) {
        throw RequestRefused(403, "SEM_PERMISSAO", "esta chave não permite isto");
    }
    HttpPairs values;
    for (auto const &f : record_of(*job.endpoint).fields) {
        auto const *const text = value_of(form, f.name);
        if (text == nullptr || is_blank(*text) || member_of(f) == nullptr) {
            continue; // what is left blank is not there
        }
        values.emplace_back(*member_of(f), typed_as(f, *text));
    }
    answer_endpoint(service, job, document_of(*job.endpoint->layout, values), caller);
}

} // namespace

std::vector<Action> actions_for(Workspace const &workspace, Report const &report, Caller const &caller)
{
    std::vector<Action> out;
    for (auto const &own : engine_actions()) {
        if (has_action(report, own) && caller.may(report.action_scope)) {
            out.push_back({own, "", {}, {}});
        }
    }
    for (auto const &job : workspace.jobs) {
        if (job.endpoint && has_action(report, job.name) && caller.may(job.endpoint->scope)) {
            out.push_back(action_of(job));
        }
    }
    return out;
}

std::string run_action(Service &service, Report const &report, Caller const &caller, HttpPairs const &form)
{
    auto const *const name = value_of(form, "atom.acao");
    if (name == nullptr || !has_action(report, *name)) {
        throw RequestRefused(422, "VALOR_INVALIDO", "esta página não tem esta ação");
    }
    if (is_own(*name)) {
        if (!caller.may(report.action_scope)) {
            throw RequestRefused(403, "SEM_PERMISSAO", "esta chave não permite isto");
        }
        ask_the_poll(service, kind_of(*name), caller, form);
        return *name;
    }
    run_endpoint(service, *service.workspace().job(*name), caller, form);
    return "gravado";
}

Said done_text(std::string const &done)
{
    for (auto const &k : k_kinds) {
        if (done == k.action) {
            return {k.done, false};
        }
    }
    return done == "gravado" ? Said{"Gravado.", false} : Said{};
}

} // namespace atom
