#include "engine/online/document.hpp"

#include "engine/base/encoding.hpp"
#include "engine/base/json.hpp"
#include "engine/base/json_text.hpp"
#include "engine/base/text.hpp"
#include "engine/layout/layout.hpp"
#include "engine/online/service.hpp"

#include <fmt/format.h>

namespace atom {

namespace {

bool is_json_type(std::string const *type)
{
    auto const bare = type == nullptr ? std::string() : to_lower(trim(std::string_view(*type).substr(0, type->find(';'))));
    return bare == "application/json" ||
           (bare.compare(0, 12, "application/") == 0 && bare.size() > 5 && bare.substr(bare.size() - 5) == "+json");
}

/// The charset that a Content-Type names, lower case; "" if it names none.
std::string charset_of(std::string const &type)
{
    auto const parameters = split(type, ';');
    for (std::size_t i = 1; i < parameters.size(); ++i) {
        auto const equals = parameters[i].find('=');
        if (equals != std::string::npos && to_lower(trim(parameters[i].substr(0, equals))) == "charset") {
            auto const value = to_lower(trim(parameters[i].substr(equals + 1)));
            bool const quoted = value.size() > 1 && value.front() == '"' && value.back() == '"';
            return quoted ? value.substr(1, value.size() - 2) : value;
        }
    }
    return {};
}

/// The body as UTF-8.
std::string body_of(WebRequest const &request)
{
    auto const *const packed = request.header("content-encoding");
    if (packed != nullptr && !is_blank(*packed) && !equal_ignoring_case(trim(*packed), "identity")) {
        throw RequestRefused(415, "TIPO_DE_CONTEUDO",
                             fmt::format("o corpo vem em {}; envie-o sem Content-Encoding", printable(trim(*packed))));
    }
    auto const charset = charset_of(*request.header("content-type"));
    if (charset.empty() || charset == "utf-8" || charset == "utf8" || charset == "us-ascii") {
        return request.body;
    }
    auto const encoding = charset == "latin1" ? Encoding::iso_8859_1 : encoding_from_name(charset);
    if (!encoding) {
        throw RequestRefused(415, "TIPO_DE_CONTEUDO",
                             fmt::format("charset={} não é lido aqui; envie UTF-8, iso-8859-1 ou windows-1252", printable(charset)));
    }
    return to_utf8(request.body, *encoding);
}

/// How deep brackets stand in brackets, outside of strings.
unsigned depth_of(std::string_view json) noexcept
{
    unsigned depth = 0, deepest = 0;
    bool in_string = false;
    for (std::size_t i = 0; i < json.size(); ++i) {
        char const c = json[i];
        if (in_string) {
            i += c == '\\' ? 1 : 0;
            in_string = c != '"';
        } else if (c == '"') {
            in_string = true;
        } else if (c == '[' || c == '{') {
            deepest = std::max(deepest, ++depth);
        } else if (c == ']' || c == '}') {
            depth -= depth > 0 ? 1 : 0;
        }
    }
    return deepest;
}

/// What is no JSON at all is the request's fault; a document that is one, and is not what the layout wants, is refused by that.
void refuse_malformed(std::string_view body)
{
    if (is_blank(body)) {
        throw RequestRefused(400, "JSON_INVALIDO", "o corpo está vazio");
    }
    if (!is_valid_utf8(body)) {
        throw RequestRefused(400, "JSON_INVALIDO", "o corpo não é UTF-8; se for outro, o Content-Type diz qual: charset=iso-8859-1");
    }
    if (JsonText json; !json.parse(body) && depth_of(body) <= JsonText::k_max_depth) {
        throw RequestRefused(400, "JSON_INVALIDO", json.fault());
    }
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
    auto const body = body_of(request);
    refuse_malformed(body);
    return with_members(body, *endpoint.layout, request.captures);
}

} // namespace atom
