#include "engine/job/endpoint.hpp"

#include "engine/base/text.hpp"
#include "engine/layout/layout.hpp"

#include <fmt/format.h>

namespace atom {

namespace {

/// The names in braces of "/api/Item/{id}", each a segment of its own; a fault for any other use of braces.
std::vector<std::string> names_in_path(TomlTable &t, std::string const &path)
{
    std::vector<std::string> names;
    for (auto const &part : split(path, '/')) {
        if (part.find_first_of("{}") == std::string::npos) {
            continue;
        }
        if (part.size() < 3 || part.front() != '{' || part.back() != '}' || part.find_first_of("{}", 1) != part.size() - 1) {
            t.fault("path", fmt::format("\"{}\" is no part of a path; a {{name}} stands between two slashes", part));
            continue;
        }
        names.push_back(part.substr(1, part.size() - 2));
    }
    return names;
}

void check_layout(TomlTable &job, HttpEndpoint const &e, std::vector<std::string> const &path_names)
{
    if (!e.layout) {
        return;
    }
    if (e.layout->format != Format::json) {
        job.fault("layout", fmt::format("an endpoint's layout has format = \"json\"; {} has not", e.layout->name));
        return;
    }
    for (auto const &name : path_names) {
        bool const known = std::any_of(e.layout->records.begin(), e.layout->records.end(), [&](Record const &r) {
            return std::any_of(r.fields.begin(), r.fields.end(), [&](Field const &f) { return f.path == std::vector<std::string>{name}; });
        });
        if (!known) {
            job.faults().add(
                e.pos, fmt::format("{{{0}}} in path is no field of layout {1}; it needs one with path = \"/{0}\"", name, e.layout->name));
        }
    }
}

} // namespace

HttpEndpoint read_http_endpoint(TomlTable &job, Layouts const &layouts, std::filesystem::path const &folder)
{
    HttpEndpoint e;
    std::vector<std::string> names;
    if (auto t = job.table("endpoint")) {
        e.pos = t->pos();
        if (!t->has("method")) {
            t->faults().add(t->pos(), "method is missing; allowed: GET, POST");
        }
        e.method = t->choice("method", {"GET", "POST"}).value_or("GET");
        e.path = t->required_text("path");
        if (!e.path.empty() && e.path.front() != '/') {
            t->fault("path", fmt::format("\"{}\" must begin with /", e.path));
        }
        names = names_in_path(*t, e.path);
        e.scope = t->texts("scope");
        if (e.scope.empty()) {
            t->faults().add(t->pos(), "scope is missing; it says which tokens may ask, as [\"portal\"]");
        }
        t->finish("endpoint");
    }
    e.layout = layout_named(job, "layout", job.required_text("layout"), layouts);
    e.answer = embedded(sql_or_file(job, "answer", folder, e.answer_pos));
    if (job.has("subject") || job.has("subject_file")) {
        e.subject = embedded(sql_or_file(job, "subject", folder, e.subject_pos));
    }
    check_layout(job, e, names);
    return e;
}

} // namespace atom
