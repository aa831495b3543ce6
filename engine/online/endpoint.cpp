#include "engine/online/endpoint.hpp"

#include "engine/base/log.hpp"
#include "engine/base/text.hpp"
#include "engine/job/rules.hpp"
#include "engine/online/document.hpp"
#include "engine/online/service.hpp"
#include "engine/store/trail.hpp"

#include <fmt/format.h>

namespace atom {

namespace {

constexpr std::size_t k_most_elements_of_a_list = 10000;

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

/// A subject's keys, in the order in which they come.
std::vector<std::string> subjects_of(Database &db, Input const &input, std::string const &select, Parameters const &parameters)
{
    std::vector<std::string> out;
    if (select.empty()) {
        return out;
    }
    InputTables const tables(db, input);
    auto subject = db.prepare_guarded(select, {true, {}, {}});
    subject.bind(parameters);
    while (subject.step()) {
        if (!subject.is_null(0)) {
            out.push_back(subject.text(0));
        }
    }
    return out;
}

Input read_document(std::string const &document, std::shared_ptr<Layout const> const &layout)
{
    try {
        return Input::of_document(document, layout);
    } catch (FileRefused const &e) { // what cannot be read at all
        throw RequestRefused(422, "JSON_INVALIDO", e.reason());
    }
}

/// One request at work.
class EndpointWork
{
public:
    /// Reads and checks the document, before anybody waits for its turn. Throws RequestRefused.
    EndpointWork(Service &service, Job const &job, Caller const &caller, std::string const &document)
        : m_service(service), m_job(job), m_document(document),
          m_parameters(endpoint_parameters(job, iso_day(service.clock().today()), service.clock().local_text(), caller.user)),
          m_input(read_document(document, job.endpoint->layout)), m_checked(check(m_input, 1))
    {
        refuse_faults();
        refuse_long_lists();
    }

    /// In the caller's transaction, which a refusal does not undo: it undoes what the rules did, and take_answer() throws it.
    void run(Database &db)
    {
        if (std::exchange(m_ran, true)) { // what the rules turned down before is good again
            m_checked = check(m_input, 1);
            m_refused.reset();
            m_refused_field.clear();
        }
        m_subjects = subjects_of(db, m_input, m_job.endpoint->subject, m_parameters);
        try {
            std::optional<Transaction> rules;
            if (m_job.endpoint->method != "GET") {
                rules.emplace(db);
            }
            work(db);
            if (rules) {
                rules->commit();
            }
        } catch (RequestRefused const &e) {
            m_refused = e;
            if (e.status() == 404 && m_subjects.empty()) {
                m_subjects = asked_for();
            }
        }
    }

    WebAnswer take_answer()
    {
        if (m_refused) {
            throw RequestRefused(*m_refused);
        }
        return std::move(m_answer);
    }
    bool has_trail() const noexcept { return !m_subjects.empty(); }

    void leave_trail(Database &db) const
    {
        write_trail(db,
                    {std::get<std::string>(m_parameters.at("agora")), std::get<std::string>(m_parameters.at("quem")), m_job.name,
                     m_refused ? m_refused->status() : m_answer.status},
                    m_subjects);
    }

private:
    void work(Database &db)
    {
        {
            ChangeCounter changes(db);
            run_rules(db, changes);
            m_made = std::any_of(changes.tables().begin(), changes.tables().end(), [](auto const &t) { return t.second.inserted > 0; });
        }
        ask(db);
        for (auto &key : subjects_of(db, m_input, m_job.endpoint->subject, m_parameters)) {
            if (std::find(m_subjects.begin(), m_subjects.end(), key) == m_subjects.end()) {
                m_subjects.push_back(std::move(key));
            }
        }
    }

    void refuse_faults() const
    {
        for (auto const &fault : m_checked.faults) {
            if (!fault.warning) {
                auto const r = m_input.describe(fault);
                throw RequestRefused(422, r.codigo, r.mensagem, r.campo.empty() ? "" : client_name(*m_job.endpoint->layout, r.campo));
            }
        }
        if (m_checked.refused) { // no line has the layout's shape: one that is no JSON at all
            JsonText json;
            json.parse(m_document);
            throw RequestRefused(422, "JSON_INVALIDO", json.fault().empty() ? m_checked.refused->reason() : json.fault());
        }
    }

    /// Lists are worked in the one writer's turn, in which all others wait.
    void refuse_long_lists() const
    {
        JsonText json;
        if (!json.parse(m_document)) {
            return;
        }
        if (json.longest_list() > k_most_elements_of_a_list) {
            throw RequestRefused(422, "LISTA_GRANDE_DEMAIS", fmt::format("uma lista passa de {} elementos", k_most_elements_of_a_list));
        }
        for (auto const &record : m_job.endpoint->layout->records) {
            auto const elements = record.each ? json.elements(json.find(0, *record.each)) : std::vector<int>();
            for (auto const element : elements) {
                if (json.kind(element) != JsonText::Kind::object) {
                    throw RequestRefused(422, "JSON_INVALIDO", "a lista só pode ter objetos");
                }
            }
        }
    }

    void run_rules(Database &db, ChangeCounter &changes)
    {
        auto const refuse = [&](Reject const &r) {
            if (!r.warning) {
                m_refused_field = r.campo;
                throw RequestRefused(status_of(db.rule_name()), r.codigo, r.mensagem,
                                     r.campo.empty() ? "" : client_name(*m_job.endpoint->layout, r.campo));
            }
        };
        try {
            RuleRunner({db, m_input, m_job, m_parameters, m_checked.duplicates, changes, [](std::string const &) { return false; }, refuse})
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
        InputTables const tables(db, m_input);
        db.set_rule_name("answer");
        bool sensitive = false;
        auto answer = db.prepare_guarded(endpoint.answer, {true, answers_sensitive(m_service.facts(), endpoint, sensitive), {}});
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
        if (sensitive && endpoint.subject.empty()) {
            m_subjects = {k_nobody_told};
        }
    }

    /// What a call that found nobody asked for: the value of the field that the rule names, else what path and query gave.
    std::vector<std::string> asked_for() const
    {
        auto const &endpoint = *m_job.endpoint;
        std::vector<std::string> out;
        for (auto const &f : endpoint.layout->records.front().fields) {
            bool const in_path = f.path.size() == 1 && endpoint.path.find("{" + f.path.front() + "}") != std::string::npos;
            bool const in_address = in_path || endpoint.method == "GET";
            if (m_refused_field.empty() ? in_address : f.name == m_refused_field) {
                if (auto text = kept_text(m_input, 1, f.name); !text.empty()) {
                    out.push_back(std::move(text));
                }
            }
        }
        return out;
    }

    Service &m_service;
    Job const &m_job;
    std::string const &m_document;
    Parameters m_parameters;
    Input m_input;
    Checked m_checked;
    WebAnswer m_answer;
    std::optional<RequestRefused> m_refused;
    std::string m_refused_field;
    std::vector<std::string> m_subjects;
    bool m_made = false, m_ran = false;
};

/// The layout with nothing required: to read what an address alone gives.
std::shared_ptr<Layout const> without_required(Layout const &layout)
{
    auto out = std::make_shared<Layout>(layout);
    for (auto &r : out->records) {
        for (auto &f : r.fields) {
            f.required = false;
        }
    }
    return out;
}

std::vector<std::string> named_by_address(Service &service, Job const &job, std::shared_ptr<Layout const> const &layout,
                                          WebRequest const &request, Caller const &caller)
{
    auto values = job.endpoint->method == "GET" ? request.query : HttpPairs();
    values.insert(values.end(), request.captures.begin(), request.captures.end());
    auto const document = document_of(*layout, values);
    std::vector<std::string> out;
    try {
        auto input = read_document(document, layout);
        check(input, 1);
        auto const parameters = endpoint_parameters(job, iso_day(service.clock().today()), service.clock().local_text(), caller.user);
        service.readers().run([&](Database &db) { out = subjects_of(db, input, job.endpoint->subject, parameters); });
    } catch (RequestRefused const &) {
        return {}; // what cannot be read names nobody
    }
    return out.size() > k_most_named ? std::vector<std::string>() : out;
}

} // namespace

WebAnswer answer_endpoint(Service &service, Job const &job, std::string const &document, Caller const &caller)
{
    EndpointWork work(service, job, caller, document);
    if (job.endpoint->method == "GET") {
        service.readers().run([&](Database &db) { work.run(db); });
        if (work.has_trail()) { // nobody sees anything before the trail is on the disk
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
            auto const layout = without_required(*job.endpoint->layout);
            service.router().add({job.endpoint->method, job.endpoint->path, false, job.endpoint->scope,
                                  [&service, &job](WebRequest const &request, Caller const &caller) {
                                      return answer_endpoint(service, job, document_of(*job.endpoint, request), caller);
                                  },
                                  job.name,
                                  [&service, &job, layout](WebRequest const &request, Caller const &caller) {
                                      return named_by_address(service, job, layout, request, caller);
                                  }});
        }
    }
}

} // namespace atom
