#include "engine/online/document.hpp"

#include "engine/base/json.hpp"
#include "engine/base/json_text.hpp"
#include "engine/base/text.hpp"
#include "engine/layout/layout.hpp"
#include "engine/online/service.hpp"

namespace atom {

namespace {

bool is_json_type(std::string const *type)
{
    auto const bare = type == nullptr ? std::string() : to_lower(trim(std::string_view(*type).substr(0, type->find(';'))));
    return bare == "application/json" ||
           (bare.compare(0, 12, "application/") == 0 && bare.size() > 5 && bare.substr(bare.size() - 5) == "+json");
}

/// A text from an address, as the field that takes it wants it: a number where it is one and one is wanted.
std::string json_value(Layout const &layout, std::string const &name, std::string const &text)
{
    for (auto const &r : layout.records) {
        for (auto const &f : r.fields) {
            bool const number = f.type == FieldType::integer || f.type == FieldType::decimal;
            if (JsonText json;
                number && f.path == std::vector<std::string>{name} && json.parse(text) && json.kind(0) == JsonText::Kind::number) {
                return text;
            }
        }
    }
    return json_quoted(text);
}

/// The document with these members at its end: of a name that stands twice, the last counts.
std::string with_members(std::string document, Layout const &layout, HttpPairs const &members)
{
    JsonText json;
    if (members.empty() || !json.parse(document) || json.kind(0) != JsonText::Kind::object) {
        return document; // it will be refused for what it is
    }
    bool empty = document.find('"') == std::string::npos;
    document.resize(document.rfind('}'));
    for (auto const &[name, text] : members) {
        document += (empty ? "" : ",") + json_quoted(name) + ":" + json_value(layout, name, text);
        empty = false;
    }
    return document + "}";
}

} // namespace

std::string document_of(Layout const &layout, HttpPairs const &values) { return with_members("{}", layout, values); }

std::string document_of(HttpEndpoint const &endpoint, WebRequest const &request)
{
    if (endpoint.method == "GET") {
        return with_members(document_of(*endpoint.layout, request.query), *endpoint.layout, request.captures);
    }
    if (!is_json_type(request.header("content-type"))) {
        throw RequestRefused(415, "TIPO_DE_CONTEUDO", "o corpo deve ser application/json");
    }
    if (is_blank(request.body)) {
        throw RequestRefused(422, "JSON_INVALIDO", "o corpo está vazio");
    }
    return with_members(request.body, *endpoint.layout, request.captures);
}

} // namespace atom
