#include "cmd/command.hpp"
#include "cmd/reading.hpp"
#include "cmd/table.hpp"

#include "engine/base/json.hpp"
#include "engine/base/text.hpp"
#include "engine/store/ledger.hpp"

#include <fmt/format.h>

#include <iostream>

namespace po = boost::program_options;

namespace atom {

namespace {

void options(po::options_description &, po::positional_options_description &) {}

/// What it takes: names of files, or the rows of an online table.
std::vector<std::string> patterns_of(Job const &job)
{
    std::vector<std::string> out;
    for (auto const &f : job.files) {
        out.push_back(f.pattern.text());
    }
    if (!job.take.empty()) {
        out.push_back("online:" + job.take);
    }
    return out;
}

std::string quoted_list(std::vector<std::string> const &texts)
{
    std::vector<std::string> out;
    for (auto const &t : texts) {
        out.push_back(json_quoted(t));
    }
    return "[" + join(out, ",") + "]";
}

std::vector<std::string> required_by(Job const &job)
{
    std::vector<std::string> out;
    for (auto const &r : job.needs) {
        out.push_back(r.job);
    }
    return out;
}

void print_json(Job const &job, std::optional<FileRow> const &last)
{
    JsonObject o;
    o.add("job", job.name).add_raw("patterns", quoted_list(patterns_of(job))).add_or_null("source", job.source).add("order", job.order);
    o.add_raw("requires", quoted_list(required_by(job))).add_raw("holds", quoted_list(job.holds));
    o.add_or_null("expected", job.expected ? job.expected->text : "");
    if (last) {
        JsonObject file;
        file.add("id", last->id).add("file", printable(last->file)).add("status", last->status).add_or_null("data", last->data);
        o.add_raw("last", file.add("seen_at", last->seen_at).text());
    } else {
        o.add_null("last");
    }
    std::cout << o.text() << "\n";
}

int run(Call const &call)
{
    auto const workspace = call.workspace();
    auto const clock = call.clock(workspace);
    std::map<std::string, FileRow> last;
    if (std::filesystem::exists(workspace.base)) {
        auto const db = open_to_ask(workspace);
        for (auto &row : Ledger(*db).all("", "")) {
            last[row.job] = std::move(row);
        }
    }
    Table table({"job", "order", "source", "expected", "pattern", "last file", "status"});
    table.may_leave_out({"expected", "source", "order"});
    for (auto const &job : workspace.jobs) {
        if (job.endpoint) {
            continue; // it takes requests
        }
        auto const it = last.find(job.name);
        auto const file = it == last.end() ? std::nullopt : std::optional(it->second);
        if (call.json()) {
            print_json(job, file);
            continue;
        }
        table.add({job.name, std::to_string(job.order), job.source, job.expected ? job.expected->text : "", join(patterns_of(job), " | "),
                   file ? printable(file->file) : "", file ? file->status : ""});
    }
    if (!call.json()) {
        table.print();
    }
    return 0;
}

} // namespace

Command const k_jobs = {
    "jobs",
    "",
    "the jobs that take files: their patterns, sources and order, and what came last",
    "In the order in which they work on a day. {name} in a pattern takes letters and digits, {name:format} a date or a time.",
    options,
    run};

} // namespace atom
