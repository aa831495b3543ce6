// What comes over HTTP, whoever sends it: heads, bodies, forms, cookies. What is taken keeps the promises that the server relies on.

#include "engine/base/encoding.hpp"
#include "engine/base/json_text.hpp"
#include "engine/base/text.hpp"
#include "engine/layout/check.hpp"
#include "engine/online/document.hpp"
#include "engine/online/html.hpp"
#include "engine/online/http_head.hpp"
#include "engine/online/service.hpp"
#include "tests/fuzz/targets.hpp"

#include <algorithm>

namespace atom::fuzz {

namespace {

bool is_text(std::string const &s) { return is_valid_utf8(s) && s.find('\0') == std::string::npos; }

/// "TARGET\nName: value\n…" as the server's reader gives it: names in lower case, values without blanks around.
WebRequest request_of(std::string_view bytes, bool &read)
{
    WebRequest request;
    auto const lines = split(bytes, '\n');
    read = read_target(lines.front(), request);
    for (auto it = lines.begin() + 1; it != lines.end(); ++it) {
        if (auto const colon = it->find(':'); colon != std::string::npos) {
            request.headers.emplace_back(to_lower(it->substr(0, colon)), std::string(trim(std::string_view(*it).substr(colon + 1))));
        }
    }
    return request;
}

std::shared_ptr<Layout const> layout_of_calls()
{
    constexpr std::string_view text =
        "layout = \"x\"\nformat = \"json\"\n[[record]]\nname = \"r\"\nfields = [{ name = \"id\", type = \"integer\" },"
        " { name = \"obs\", type = \"text\" }, { name = \"parts\", type = \"json\" }]\n"
        "[[record]]\nname = \"list\"\neach = \"\"\nfields = [{ name = \"id\", type = \"integer\", required = true }]\n";
    Faults none;
    auto const root = parse_toml(text, "x.toml", none);
    auto layout = std::make_shared<Layout const>(read_layout(*root, text, none));
    none.throw_if_any();
    return layout;
}

} // namespace

void http_head(std::string_view bytes)
{
    bool read = false;
    auto const request = request_of(bytes, read);
    if (read) {
        must(!request.path.empty() && request.path[0] == '/' && is_text(request.path), "a path is text from the root");
        must(std::all_of(request.query.begin(), request.query.end(), [](auto const &p) { return is_text(p.first) && is_text(p.second); }),
             "a query is text");
    }
    if (refuse_head(request.headers, {11, {"x-user"}})) {
        return;
    }
    auto const times = [&](std::string_view name) {
        return std::count_if(request.headers.begin(), request.headers.end(), [&](auto const &h) { return h.first == name; });
    };
    must(times("host") == 1, "one host");
    for (auto const *name : {"content-length", "content-type", "authorization", "origin", "x-user", "transfer-encoding"}) {
        must(times(name) <= 1, "what may come once came once");
    }
    must(times("transfer-encoding") == 0 ||
             (equal_ignoring_case(*request.header("transfer-encoding"), "chunked") && times("content-length") == 0),
         "one way to frame a body");
}

void http_body(std::string_view bytes)
{
    static auto const layout = layout_of_calls();
    HttpEndpoint endpoint;
    endpoint.method = "POST";
    endpoint.layout = layout;
    WebRequest request;
    request.headers = {{"content-type", "application/json"}};
    request.captures = {{"id", "7"}};
    request.body = bytes;
    try {
        auto const document = document_of(endpoint, request);
        auto input = Input::of_document(document, layout);
        auto const checked = check(input, 1);
        JsonText json;
        bool const is_json = json.parse(document);
        must(is_json || checked.refused || checked.rejected > 0, "what is no JSON is refused");
        must(!is_json || json.longest_list() <= document.size(), "a list is no longer than its text");
        for (auto const &fault : checked.faults) {
            must(!input.describe(fault).codigo.empty(), "a fault has a code");
        }
    } catch (RequestRefused const &e) {
        must(e.status() >= 400 && e.status() < 500, "a body that is refused is its sender's");
    } catch (FileRefused const &) {
        return; // nothing but blanks
    }
}

void http_form(std::string_view bytes)
{
    HttpPairs pairs;
    if (!read_pairs(bytes, pairs)) {
        return;
    }
    std::string again;
    for (auto const &[name, value] : pairs) {
        must(is_text(name) && is_text(value), "a form's fields are text");
        again += (again.empty() ? "" : "&") + url_encoded(name) + "=" + url_encoded(value);
        must(escaped(value).find_first_of("<>\"'") == std::string::npos, "nothing of it is HTML");
    }
    HttpPairs back;
    must(read_pairs(again, back) && back == pairs, "what is written is read again");
}

void http_cookies(std::string_view bytes)
{
    WebRequest request;
    request.headers = {{"cookie", std::string(bytes)}, {"cookie", "other=1; name=last"}};
    auto const found = cookies_named(request, "name");
    must(found.size() <= 8, "few are tried");
    must(std::all_of(found.begin(), found.end(), [](auto const &c) { return c.find(';') == std::string::npos; }),
         "a cookie ends at its end");
}

} // namespace atom::fuzz
