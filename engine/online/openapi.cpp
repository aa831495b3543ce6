#include "engine/online/openapi.hpp"

#include "engine/base/json.hpp"
#include "engine/base/json_text.hpp"
#include "engine/base/text.hpp"
#include "engine/online/service.hpp"

#include <fmt/format.h>

namespace atom {

namespace {

std::string array_of(std::vector<std::string> const &items) { return "[" + join(items, ",") + "]"; }

/// What JSON a client gives for a field; `format` and `pattern` say what the type takes.
JsonObject type_schema(Field const &f)
{
    JsonObject o;
    switch (f.type) {
    case FieldType::integer: o.add("type", "integer"); break;
    case FieldType::decimal: o.add("type", "number"); break;
    case FieldType::boolean: o.add("type", "boolean"); break;
    case FieldType::date: o.add("type", "string").add("format", "date"); break;
    case FieldType::time: o.add("type", "string").add("format", "time"); break;
    case FieldType::json: break; // anything
    case FieldType::datetime: o.add("type", "string").add("description", "YYYY-MM-DD HH:MM:SS"); break;
    case FieldType::document: o.add("type", "string").add("description", "CPF ou CNPJ, com ou sem máscara"); break;
    case FieldType::phone: o.add("type", "string").add("description", "DDD e número, com ou sem máscara"); break;
    case FieldType::text: o.add("type", "string"); break;
    }
    return o;
}

std::string field_schema(Field const &f)
{
    auto o = type_schema(f);
    if (!f.label.empty()) {
        o.add("title", f.label);
    }
    bool const described = f.type == FieldType::datetime || f.type == FieldType::document || f.type == FieldType::phone;
    if (!f.help.empty() && !described) {
        o.add("description", f.help);
    }
    if (!f.values.empty() && f.type == FieldType::text) {
        std::vector<std::string> words;
        for (auto const &[word, stored] : f.values) {
            words.push_back(json_quoted(word));
        }
        if (!f.required) {
            words.push_back("\"\"");
        }
        o.add_raw("enum", array_of(words));
    }
    return o.text();
}

/// What a `when` wants to stand there; a number or a boolean may also be written as text.
std::string wanted_schema(std::string const &value)
{
    JsonText json;
    bool const plain = json.parse(value) && (json.kind(0) == JsonText::Kind::number || json.kind(0) == JsonText::Kind::boolean);
    return plain ? JsonObject().add_raw("enum", array_of({value, json_quoted(value)})).text() : JsonObject().add("const", value).text();
}

/// Members by their pointers, as a tree of objects and lists.
struct Node
{
    std::vector<std::pair<std::string, Node>> members;
    Field const *field = nullptr;
    std::optional<std::string> wanted; // by a `when`
    std::string title;
    bool is_list = false; // of things with these members
    bool required = false;

    Node &member(std::string const &name)
    {
        auto const it = std::find_if(members.begin(), members.end(), [&](auto const &m) { return m.first == name; });
        return it != members.end() ? it->second : members.emplace_back(name, Node()).second;
    }

    /// The node at the end of the path. What must be there must be in all that it lies in; a list may be left out or empty.
    Node &at(std::vector<std::string> const &path, bool is_required)
    {
        std::vector<Node *> way = {this};
        for (auto const &token : path) {
            way.push_back(&way.back()->member(token));
        }
        for (auto it = way.rbegin(); is_required && it != way.rend() && !(*it)->is_list; ++it) {
            (*it)->required = true;
        }
        return *way.back();
    }
};

std::string schema_of(Node const &node);

std::string members_schema(Node const &node, JsonObject o)
{
    JsonObject properties;
    std::vector<std::string> required;
    for (auto const &[name, child] : node.members) {
        properties.add_raw(name, schema_of(child));
        if (child.required) {
            required.push_back(json_quoted(name));
        }
    }
    o.add("type", "object").add_raw("properties", properties.text());
    if (!required.empty()) {
        o.add_raw("required", array_of(required));
    }
    return o.text();
}

std::string schema_of(Node const &node)
{
    if (node.wanted) {
        return wanted_schema(*node.wanted);
    }
    JsonObject o;
    if (!node.title.empty()) {
        o.add("title", node.title);
    }
    if (node.is_list) {
        return o.add("type", "array").add_raw("items", members_schema(node, {})).text();
    }
    return node.members.empty() && node.field != nullptr ? field_schema(*node.field) : members_schema(node, std::move(o));
}

/// The body of a record.
std::string record_schema(Record const &record, std::vector<std::string> const &in_path)
{
    Node root;
    root.title = record.name;
    if (record.each) {
        root.at(*record.each, false).is_list = true;
    }
    for (auto const &f : record.fields) {
        bool const in_address = f.path.size() == 1 && std::find(in_path.begin(), in_path.end(), f.path.front()) != in_path.end();
        if (!f.path.empty() && !in_address) { // the document itself is told by what is in it
            root.at(f.path, f.required && f.default_value.none).field = &f;
        }
    }
    for (auto const &w : record.when) { // what tells the records apart
        root.at(w.path, true).wanted = w.value;
    }
    return schema_of(root);
}

std::vector<std::string> path_names(std::string const &path)
{
    std::vector<std::string> out;
    for (auto const &part : path_segments(path)) {
        if (!capture_name(part).empty()) {
            out.emplace_back(capture_name(part));
        }
    }
    return out;
}

Field const *field_of(Layout const &layout, std::string const &member)
{
    for (auto const &r : layout.records) {
        for (auto const &f : r.fields) {
            if (f.path == std::vector<std::string>{member}) {
                return &f;
            }
        }
    }
    return nullptr;
}

std::string parameter(std::string const &name, char const *in, Field const *field, bool required)
{
    return JsonObject()
        .add("name", name)
        .add("in", in)
        .add("required", required)
        .add_raw("schema", field != nullptr ? field_schema(*field) : R"({"type":"string"})")
        .text();
}

std::vector<std::string> parameters_of(HttpEndpoint const &e)
{
    std::vector<std::string> out;
    auto const in_path = path_names(e.path);
    for (auto const &name : in_path) {
        out.push_back(parameter(name, "path", field_of(*e.layout, name), true));
    }
    for (auto const &f : e.method == "GET" ? e.layout->records.front().fields : std::vector<Field>{}) {
        if (f.path.size() == 1 && std::find(in_path.begin(), in_path.end(), f.path.front()) == in_path.end()) {
            out.push_back(parameter(f.path.front(), "query", &f, f.required));
        }
    }
    return out;
}

std::string body_of(HttpEndpoint const &e)
{
    std::vector<std::string> kinds;
    for (auto const &r : e.layout->records) {
        kinds.push_back(record_schema(r, path_names(e.path)));
    }
    auto const schema = kinds.size() == 1 ? kinds.front() : JsonObject().add_raw("anyOf", array_of(kinds)).text();
    auto const content = JsonObject().add_raw("application/json", JsonObject().add_raw("schema", schema).text()).text();
    return JsonObject().add("required", true).add_raw("content", content).text();
}

std::string answers(std::vector<std::string> const &good, std::string const &type, std::vector<std::string> const &bad)
{
    JsonObject out;
    for (auto const &status : good) {
        auto const content = JsonObject().add_raw(type, R"({"schema":{}})").text();
        out.add_raw(status, JsonObject().add("description", status == "201" ? "feito" : "ok").add_raw("content", content).text());
    }
    for (auto const &status : bad) {
        out.add_raw(status, R"({"$ref":"#/components/responses/fault"})");
    }
    return out.text();
}

std::string operation(Job const &job)
{
    auto const &e = *job.endpoint;
    std::vector<std::string> bad = {"401", "403", "404", "422", "429", "503"};
    JsonObject o;
    o.add("operationId", job.name).add("summary", e.layout->description.empty() ? job.name : e.layout->description);
    o.add_raw("tags", R"(["api"])");
    if (auto const parameters = parameters_of(e); !parameters.empty()) {
        o.add_raw("parameters", array_of(parameters));
    }
    if (e.method == "POST") {
        o.add_raw("requestBody", body_of(e));
        bad = {"400", "401", "403", "404", "409", "413", "415", "422", "429", "503"};
    }
    auto const good = e.method == "POST" ? std::vector<std::string>{"200", "201"} : std::vector<std::string>{"200"};
    return o.add_raw("responses", answers(good, "application/json", bad)).text();
}

std::string report_operation(Report const &r)
{
    std::vector<std::string> parameters;
    for (auto const &p : r.params) {
        parameters.push_back(parameter(p.name, "query", &p, p.required && p.default_value.none));
    }
    JsonObject o;
    o.add("operationId", "relatorio-" + r.name).add("summary", r.title).add_raw("tags", R"(["relatorios"])");
    if (!parameters.empty()) {
        o.add_raw("parameters", array_of(parameters));
    }
    return o.add_raw("responses", answers({"200"}, "application/json", {"401", "403", "404", "413", "422", "429", "503"})).text();
}

std::string own_operation(std::string const &name, std::string const &summary, std::string const &type, bool open)
{
    JsonObject o;
    o.add("operationId", name).add("summary", summary).add_raw("tags", R"(["operacao"])");
    if (open) {
        o.add_raw("security", "[]");
    }
    return o
        .add_raw("responses",
                 answers({"200"}, type, open ? std::vector<std::string>{"429"} : std::vector<std::string>{"401", "429", "503"}))
        .text();
}

/// By path, then method, in the order of their names.
std::map<std::string, std::map<std::string, std::string>> operations(Workspace const &workspace)
{
    std::map<std::string, std::map<std::string, std::string>> out;
    for (auto const &job : workspace.jobs) {
        if (job.endpoint && job.endpoint->layout) {
            out[job.endpoint->path][to_lower(job.endpoint->method)] = operation(job);
        }
    }
    for (auto const &r : workspace.reports) {
        if (!r.scope.empty()) {
            out["/relatorios/" + r.name + ".json"]["get"] = report_operation(r);
        }
    }
    out["/health"]["get"] = own_operation("health", "o servidor responde", "application/json", true);
    out["/metrics"]["get"] = own_operation("metrics", "contagens para o Prometheus", "text/plain", false);
    out["/openapi.json"]["get"] = own_operation("openapi", "esta descrição", "application/json", false);
    return out;
}

constexpr char const *k_components =
    R"({"securitySchemes":{"token":{"type":"http","scheme":"bearer"}},"responses":{"fault":{"description":"recusado","content":{"application/json":{"schema":{"$ref":"#/components/schemas/fault"}}}}},)"
    R"("schemas":{"fault":{"type":"object","required":["error"],"properties":{"error":{"type":"object","required":["code","message"],)"
    R"("properties":{"code":{"type":"string"},"message":{"type":"string"},"field":{"type":"string"}}}}}}})";

} // namespace

std::string openapi_json(Workspace const &workspace, std::string const &version)
{
    JsonObject paths;
    for (auto const &[path, methods] : operations(workspace)) {
        JsonObject item;
        for (auto const &[method, text] : methods) {
            item.add_raw(method, text);
        }
        paths.add_raw(path, item.text());
    }
    auto const info = JsonObject()
                          .add("title", "atom")
                          .add("version", version)
                          .add("description", "Feito dos endpoints e relatórios deste workspace.")
                          .text();
    return JsonObject()
        .add("openapi", "3.1.0")
        .add_raw("info", info)
        .add_raw("servers", R"([{"url":"/"}])")
        .add_raw(
            "tags",
            R"([{"name":"api","description":"chamadas de programas"},{"name":"relatorios","description":"os relatórios, em JSON"},{"name":"operacao","description":"do próprio servidor"}])")
        .add_raw("security", R"([{"token":[]}])")
        .add_raw("paths", paths.text())
        .add_raw("components", k_components)
        .text();
}

void add_openapi(Service &service)
{
    auto const text = std::make_shared<std::string const>(openapi_json(service.workspace(), ATOM_VERSION));
    service.router().add({"GET",
                          "/openapi.json",
                          false,
                          {},
                          [text](WebRequest const &, Caller const &) {
                              WebAnswer a;
                              a.body = *text;
                              return a;
                          },
                          "openapi"});
}

} // namespace atom
