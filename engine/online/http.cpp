#include "engine/online/http.hpp"

#include "engine/base/encoding.hpp"
#include "engine/base/json.hpp"
#include "engine/base/text.hpp"

namespace atom {

namespace {

std::string const *last_named(HttpPairs const &pairs, std::string_view name) noexcept
{
    auto const it = std::find_if(pairs.rbegin(), pairs.rend(), [&](auto const &p) { return p.first == name; });
    return it == pairs.rend() ? nullptr : &it->second;
}

int hex_digit(char c) noexcept
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/// False for a broken escape, a NUL, or what is no UTF-8.
bool decode(std::string_view s, bool plus_is_blank, std::string &out)
{
    out.clear();
    for (std::size_t i = 0; i < s.size(); ++i) {
        if (s[i] == '%') {
            int const high = i + 2 < s.size() ? hex_digit(s[i + 1]) : -1;
            int const low = i + 2 < s.size() ? hex_digit(s[i + 2]) : -1;
            if (high < 0 || low < 0) {
                return false;
            }
            out += static_cast<char>(high * 16 + low);
            i += 2;
        } else {
            out += plus_is_blank && s[i] == '+' ? ' ' : s[i];
        }
    }
    return is_valid_utf8(out) && out.find('\0') == std::string::npos;
}

} // namespace

std::string const *WebRequest::header(std::string_view name) const noexcept { return last_named(headers, name); }
std::string const *WebRequest::parameter(std::string_view name) const noexcept { return last_named(query, name); }
std::string const *WebRequest::capture(std::string_view name) const noexcept { return last_named(captures, name); }

WebAnswer fault_answer(int status, std::string_view code, std::string_view message, std::string_view field)
{
    JsonObject error;
    error.add("code", code).add("message", message);
    if (!field.empty()) {
        error.add("field", field);
    }
    WebAnswer a;
    a.status = status;
    a.body = JsonObject().add_raw("error", error.text()).text();
    return a;
}

bool read_pairs(std::string_view text, HttpPairs &out)
{
    std::string name, value;
    for (auto const &part : text.empty() ? std::vector<std::string>() : split(text, '&')) {
        auto const equals = part.find('=');
        if (!decode(std::string_view(part).substr(0, equals), true, name) ||
            !decode(equals == std::string::npos ? "" : std::string_view(part).substr(equals + 1), true, value)) {
            return false;
        }
        if (!part.empty()) {
            out.emplace_back(name, value);
        }
    }
    return true;
}

std::vector<std::string> cookies_named(WebRequest const &request, std::string_view name)
{
    constexpr std::size_t k_most = 8;
    std::vector<std::string> out;
    for (auto const &[header, value] : request.headers) {
        for (auto const &part : header == "cookie" ? split(value, ';') : std::vector<std::string>{}) {
            auto const pair = trim(part);
            auto const equals = pair.find('=');
            if (equals != std::string_view::npos && pair.substr(0, equals) == name && out.size() < k_most) {
                out.emplace_back(pair.substr(equals + 1));
            }
        }
    }
    return out;
}

namespace {

/// What stands behind the server in a target that names it, too ("http://host/path", as to a proxy); "" if it names none.
std::string origin_form(std::string_view target)
{
    for (std::string_view const scheme : {"http://", "https://"}) {
        if (equal_ignoring_case(target.substr(0, scheme.size()), scheme)) {
            auto const path = std::min(target.find_first_of("/?", scheme.size()), target.size());
            auto const rest = target.substr(path);
            return path == scheme.size() ? "" : rest.empty() || rest.front() == '?' ? "/" + std::string(rest) : std::string(rest);
        }
    }
    return std::string(target);
}

} // namespace

bool read_target(std::string_view asked, WebRequest &request)
{
    auto const whole = origin_form(asked);
    std::string_view const target = whole;
    auto const question = target.find('?');
    auto const path = target.substr(0, question);
    if (path.empty() || path.front() != '/' || !decode(path, false, request.path)) {
        return false;
    }
    std::string segment;
    for (auto const &part : split(path.substr(1), '/')) {
        if (!decode(part, false, segment)) {
            return false;
        }
        request.segments.push_back(segment);
    }
    return read_pairs(question == std::string_view::npos ? "" : target.substr(question + 1), request.query);
}

} // namespace atom
