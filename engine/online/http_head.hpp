#pragma once
// What the head of a request must be, so that a front and this server see one and the same request (RFC 9112). Plain data, no Beast.

#include "engine/online/http.hpp"

#include <optional>

namespace atom {

struct HeadRule
{
    unsigned version = 11;                        // 10 or 11
    std::vector<std::string> single_besides = {}; // headers, in lower case, that may stand once besides those of HTTP
};

/// What is wrong with these headers, to be answered before the connection is closed: 400, or 417 for an expectation that nobody knows.
std::optional<WebAnswer> refuse_head(HttpPairs const &headers, HeadRule const &rule);

} // namespace atom
