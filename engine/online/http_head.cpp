#include "engine/online/http_head.hpp"

#include "engine/base/text.hpp"

#include <algorithm>

namespace atom {

namespace {

std::size_t count_of(HttpPairs const &headers, std::string_view name)
{
    return static_cast<std::size_t>(std::count_if(headers.begin(), headers.end(), [&](auto const &h) { return h.first == name; }));
}

std::string const &value_of(HttpPairs const &headers, std::string_view name)
{
    return std::find_if(headers.begin(), headers.end(), [&](auto const &h) { return h.first == name; })->second;
}

/// A name or address with an optional port: no blank, no list, no path, no user.
bool is_host(std::string_view host)
{
    return std::all_of(host.begin(), host.end(), [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
               std::string_view("-._~:[]%!$&'()*+;=").find(c) != std::string_view::npos;
    });
}

char const *what_is_wrong(HttpPairs const &headers, HeadRule const &rule)
{
    auto single = rule.single_besides;
    for (auto const *name : {"host", "content-length", "content-type", "authorization", "origin"}) {
        single.emplace_back(name);
    }
    if (std::any_of(single.begin(), single.end(), [&](auto const &name) { return count_of(headers, name) > 1; })) {
        return "um cabeçalho que só pode vir uma vez veio duas";
    }
    auto const hosts = count_of(headers, "host");
    if ((hosts == 0 && rule.version >= 11) || (hosts == 1 && !is_host(value_of(headers, "host")))) {
        return "o cabeçalho Host deve vir uma vez, com o nome do servidor";
    }
    if (auto const n = count_of(headers, "transfer-encoding"); n > 0) {
        bool const plain = n == 1 && equal_ignoring_case(value_of(headers, "transfer-encoding"), "chunked");
        if (!plain || rule.version < 11 || count_of(headers, "content-length") > 0) {
            return "Transfer-Encoding só pode ser chunked, em HTTP/1.1 e sem Content-Length";
        }
    }
    return nullptr;
}

} // namespace

std::optional<WebAnswer> refuse_head(HttpPairs const &headers, HeadRule const &rule)
{
    if (auto const *const wrong = what_is_wrong(headers, rule)) {
        return fault_answer(400, "PEDIDO_INVALIDO", wrong);
    }
    if (count_of(headers, "expect") > 0 && !equal_ignoring_case(value_of(headers, "expect"), "100-continue")) {
        return fault_answer(417, "EXPECT_DESCONHECIDO", "só Expect: 100-continue é atendido");
    }
    return std::nullopt;
}

} // namespace atom
