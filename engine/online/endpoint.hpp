#pragma once
// A request is a file of one line: an endpoint's job at work on it. Its layout types and checks the document, its rules run on online.db
// with the base beside it, its answer is a query.

#include "engine/online/router.hpp"

#include <string>

namespace atom {

class Service;
struct Job;

/// A route for each job that has an endpoint.
void add_endpoints(Service &service);

/// What the endpoint's job answers to this document. Returns when a write, and the trail, are on the disk. Throws RequestRefused,
/// StoreError.
WebAnswer answer_endpoint(Service &service, Job const &job, std::string const &document, Caller const &caller);

} // namespace atom
