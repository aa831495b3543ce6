#pragma once
// What an HTTP endpoint's job has beside its rules, as the pack declares it. Plain data, checked when read.

#include "engine/job/read_sql.hpp"

#include <memory>
#include <string>
#include <vector>

namespace atom {

struct HttpEndpoint
{
    SourcePos pos;
    std::string method;             // GET or POST
    std::string path;               // "/api/Item/{id}"; {name} is a field of the layout
    std::vector<std::string> scope; // a token needs one of them
    std::shared_ptr<Layout const> layout;
    std::string answer, subject; // selects; both see e
    SourcePos answer_pos, subject_pos;

    std::string text() const { return method + " " + path; }
};

/// The keys endpoint, layout, answer and subject of a job.
HttpEndpoint read_http_endpoint(TomlTable &job, Layouts const &layouts, std::filesystem::path const &folder);

} // namespace atom
