#pragma once
// GET /openapi.json: OpenAPI 3.1, made from the endpoints of the workspace and their layouts, and from its reports.

#include "engine/job/workspace.hpp"

#include <string>

namespace atom {

class Service;

std::string openapi_json(Workspace const &workspace, std::string const &version);

/// Adds the route; any token may ask.
void add_openapi(Service &service);

} // namespace atom
