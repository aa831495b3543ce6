#pragma once
// The document that an endpoint's layout reads: the body of a POST, the query of a GET, and what stands for {name} in the path.

#include "engine/job/endpoint.hpp"
#include "engine/online/http.hpp"

#include <string>

namespace atom {

/// Throws RequestRefused: a body that is not JSON by its Content-Type, or packed, or in a charset that is not read (415); what is no JSON
/// (400).
std::string document_of(HttpEndpoint const &endpoint, WebRequest const &request);

/// The same of texts by name, as a form has them. Numbers are written as such where the layout wants one.
std::string document_of(Layout const &layout, HttpPairs const &values);

} // namespace atom
