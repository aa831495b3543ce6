#include "engine/online/endpoint.hpp"

#include "engine/base/log.hpp"
#include "engine/base/text.hpp"
#include "engine/job/rules.hpp"
#include "engine/online/document.hpp"
#include "engine/online/service.hpp"

#include <fmt/format.h>

namespace atom {

namespace {

/// What a client calls a field: "idCrm" of path = "/idCrm".
std::string client_name(Layout const &layout, std::string const &field)
{
    for (auto const &r : layout.records) {
        if (int const i = r.field_index(field); i >= 0) {
            return join(r.fields[static_cast<std::size_t>(i)].path, "/");
        }
    }
    return field;
}

/// One request at work.
class EndpointWork
{
public:
    EndpointWork(Service &service, Job const &job, Caller const &caller, std::string const &document)
        : m_job(job), m_writers(service.rule_writers()), m_document(document),
          m_parameters(endpoint_parameters(job, iso_day(service.clock().today()), service.clock().local_text(), caller.user))
    {}

    /// In the caller's transaction.
    void run(Database &db)
    {
        m_subjects.clear();
        auto input = Input::of_document(m_document, m_job.endpoint->layout);
        auto const checked = check(input, 1);
        refuse_faults(input, checked);
        {
            ChangeCounter changes(db);
            run_rules(db, input, checked, changes);
            m_made = std::any_of(changes.tables().begin(), changes.tables().end(), [](auto const &t) { return t.second.inserted > 0; });
        }
        InputTables const tables(db, input);
        ask(db);
    }

    WebAnswer take_answer() { return std::move(m_answer); }
    std::vector<std::string> const &subjects() const noexcept { return m_subjects; }

    void leave_trail(Database &db) const
    {
        auto insert = db.prepare("insert into trilha(em, quem, chamada, chave) values(?1, ?2, ?3, ?4)");
        for (auto const &key : m_subjects) {
            insert.bind(1, m_parameters.at("agora")).bind(2, m_parameters.at("quem")).bind(3, m_job.name).bind(4, key).run();
        }
    }

private:
    void refuse_faults(Input const &input, Checked const &checked) const
    {
        for (auto const &fault : checked.faults) {
            if (!fault.warning) {
                auto const r = input.describe(fault);
                throw RequestRefused(422, r.codigo, r.mensagem, r.campo.empty() ? "" : client_name(*m_job.endpoint->layout, r.campo));
            }
        }
        if (checked.refused) { // no line has the layout's shape: one that is no JSON at all
            JsonText json;
            json.parse(m_document);
            throw RequestRefused(422, "JSON_INVALIDO", json.fault().empty() ? checked.refused->reason() : json.fault());
        }
    }

    void run_rules(Database &db, Input &input, Checked const &checked, ChangeCounter &changes)
    {
        auto const refuse = [&](Reject const &r) {
            if (!r.warning) {
                throw RequestRefused(status_of(db.rule_name()), r.codigo, r.mensagem,
                                     r.campo.empty() ? "" : client_name(*m_job.endpoint->layout, r.campo));
            }
        };
        try {
            RuleRunner(
                {db, input, m_job, m_writers, m_parameters, checked.duplicates, changes, [](std::string const &) { return false; }, refuse})
                .run();
        } catch (FileHeld const &e) {
            throw RequestRefused(409, "RETIDO", e.reason());
        } catch (FileRefused const &e) {
            log_error("{}: {}", m_job.name, e.reason());
            throw RequestRefused(500, "REGRA_FALHOU", "erro interno");
        }
    }

    int status_of(std::string const &rule) const
    {
        auto const it = std::find_if(m_job.rules.begin(), m_job.rules.end(), [&](Rule const &r) { return r.name == rule; });
        return it == m_job.rules.end() ? 422 : it->status;
    }

    void ask(Database &db)
    {
        auto const &endpoint = *m_job.endpoint;
        db.set_rule_name("answer");
        auto answer = db.prepare_guarded(endpoint.answer, {true, {}, {}});
        answer.bind(m_parameters);
        if (!answer.step() || answer.is_null(0)) {
            throw RequestRefused(404, "NAO_ENCONTRADO", "não há nada com este identificador");
        }
        m_answer.body = answer.text(0);
        m_answer.status = m_made ? 201 : 200;
        for (int i = 1; i < answer.columns(); ++i) {
            m_answer.status =
                answer.column_name(i) == "status" && !answer.is_null(i) ? static_cast<int>(answer.integer(i)) : m_answer.status;
        }
        if (endpoint.subject.empty()) {
            return;
        }
        auto subject = db.prepare_guarded(endpoint.subject, {true, {}, {}});
        subject.bind(m_parameters);
        while (subject.step()) {
            if (!subject.is_null(0)) {
                m_subjects.push_back(subject.text(0));
            }
        }
    }

    Job const &m_job;
    Writers const &m_writers;
    std::string const &m_document;
    Parameters m_parameters;
    WebAnswer m_answer;
    std::vector<std::string> m_subjects;
    bool m_made = false;
};

} // namespace

WebAnswer answer_endpoint(Service &service, Job const &job, std::string const &document, Caller const &caller)
{
    EndpointWork work(service, job, caller, document);
    if (job.endpoint->method == "GET") {
        service.readers().run([&](Database &db) { work.run(db); });
        if (!work.subjects().empty()) { // nobody sees anything before the trail is on the disk
            service.writer().run([&](Database &db) { work.leave_trail(db); });
        }
    } else {
        service.writer().run([&](Database &db) {
            work.run(db);
            work.leave_trail(db);
        });
    }
    return work.take_answer();
}

void add_endpoints(Service &service)
{
    for (auto const &job : service.workspace().jobs) {
        if (job.endpoint) {
            service.router().add({job.endpoint->method, job.endpoint->path, false, job.endpoint->scope,
                                  [&service, &job](WebRequest const &request, Caller const &caller) {
                                      return answer_endpoint(service, job, document_of(*job.endpoint, request), caller);
                                  },
                                  job.name});
        }
    }
}

} // namespace atom
