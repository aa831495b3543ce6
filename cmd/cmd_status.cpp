#include "cmd/command.hpp"
#include "cmd/output.hpp"
#include "cmd/reading.hpp"
#include "cmd/table.hpp"

#include "engine/base/duration.hpp"
#include "engine/base/json.hpp"
#include "engine/base/language.hpp"
#include "engine/base/text.hpp"
#include "engine/run/situation.hpp"

#include <fmt/format.h>

#include <iostream>

namespace po = boost::program_options;

namespace atom {

namespace {

void options(po::options_description &, po::positional_options_description &) {}

template <typename List, typename Text> std::string json_list(List const &list, Text const &text)
{
    std::string out;
    for (auto const &x : list) {
        out += (out.empty() ? "" : ",") + std::string(text(x));
    }
    return "[" + out + "]";
}

std::string json_of(Situation const &s)
{
    auto const file = [](FileRow const &f) { return file_json(f); };
    JsonObject o;
    o.add_raw("running", json_list(s.running, file)).add_raw("waiting", json_list(s.waiting, file));
    o.add_raw("held", json_list(s.held, file)).add_raw("failed", json_list(s.failed, file)).add_raw("stuck", json_list(s.stuck, file));
    o.add_raw("overdue",
              json_list(s.overdue, [](Overdue const &x) { return JsonObject().add("job", x.job).add("expected", x.expected).text(); }));
    o.add_raw("kept_back", json_list(s.kept_back, [](KeptBack const &k) {
                  auto const by = json_list(k.by, [](FileRow const &f) { return json_quoted(printable(f.file)); });
                  return JsonObject().add("export", k.export_name).add("rows", k.rows).add_raw("by", by).text();
              }));
    o.add_raw("requests", json_list(s.requests, [](Request const &r) {
                  return JsonObject().add("request", r.kind).add("target", r.target).add("by", r.by).add("at", r.at).text();
              }));
    o.add_or_null("next_look", s.next_look.value_or("")).add("disk_free", s.disk_free);
    s.replica_age ? o.add("replica_age", *s.replica_age) : o.add_null("replica_age");
    o.add_raw("last_outputs", json_list(s.last_outputs, [](LastOutput const &x) {
                  JsonObject out;
                  out.add("export", x.export_name).add("kind", x.kind).add("file", x.file).add("rows", x.rows).add("at", x.at);
                  return out.text();
              }));
    return o
        .add_raw("needs", json_list(s.needs,
                                    [](Need const &n) {
                                        return JsonObject().add("what", n.what).add("text", n.text).add("urgent", n.is_urgent).text();
                                    }))
        .text();
}

std::string size_text(std::uint64_t bytes)
{
    return bytes >= 10ULL << 30U ? fmt::format("{} GB", bytes >> 30U) : fmt::format("{} MB", bytes >> 20U);
}

/// What nobody has to see to, in a line each.
void print_course(Situation const &s)
{
    Table table({"what", "how it is"});
    for (auto const &f : s.running) {
        table.add({std::string(tr(f.status)), fmt::format("{} ({})", printable(f.file), f.job)});
    }
    for (auto const &f : s.waiting) {
        table.add({std::string(tr(f.status)), fmt::format("{} ({}): {}", printable(f.file), f.job, f.reason)});
    }
    for (auto const &r : s.requests) {
        table.add({std::string(tr("asked")), say("{} {} by {} at {}, for the next look", std::string(tr(r.kind)), r.target, r.by, r.at)});
    }
    table.add({std::string(tr("next look")), s.next_look.value_or(std::string(tr("none by itself: atom run is not at work")))});
    table.add({std::string(tr("disk")), say("{} free", size_text(s.disk_free))});
    if (s.replica_age) {
        table.add({std::string(tr("replica")), say("made {} ago", duration_text(std::chrono::seconds(*s.replica_age)))});
    }
    for (auto const &x : s.last_outputs) {
        table.add({std::string(tr("left")), say("{}: {} rows of {} ({})", x.file, x.rows, x.export_name, x.at)});
    }
    table.print();
}

int run(Call const &call)
{
    auto const workspace = call.workspace();
    auto const clock = call.clock(workspace);
    bool const has_base = std::filesystem::exists(workspace.base);
    auto const s = has_base ? situation_of(workspace, *clock, *open_to_ask(workspace)) : situation_without_base(workspace, *clock);
    bool const needed = std::any_of(s.needs.begin(), s.needs.end(), [](Need const &n) { return n.is_urgent; });
    if (call.json()) {
        std::cout << json_of(s) << "\n";
        return needed ? 1 : 0;
    }
    if (s.needs.empty()) {
        std::cout << tr("nobody is needed") << "\n";
    }
    for (auto const &n : s.needs) {
        std::cout << fmt::format("{}: {}\n", n.what, n.text);
    }
    std::cout << "\n";
    print_course(s);
    return needed ? 1 : 0;
}

} // namespace

Command const k_status = {
    "status",
    "",
    "what is at work, what waits, and what somebody has to see to",
    "One screen: first a sentence for each thing that does not go on by itself, with what to do; then what is at work or waits, the\n"
    "next look, the disk, and what left last. Exit 1 if somebody is needed. It writes nothing.",
    options,
    run};

} // namespace atom
