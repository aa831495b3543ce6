#include "cmd/output.hpp"
#include "cmd/plan_output.hpp"
#include "cmd/session.hpp"

#include "engine/base/date.hpp"
#include "engine/base/duration.hpp"
#include "engine/base/file.hpp"
#include "engine/base/json.hpp"
#include "engine/base/language.hpp"
#include "engine/base/log.hpp"
#include "engine/run/exposed.hpp"
#include "engine/run/service.hpp"

#include <boost/program_options/value_semantic.hpp>
#include <fmt/format.h>

#include <iostream>

namespace po = boost::program_options;

namespace atom {

namespace {

void options(po::options_description &o, po::positional_options_description &)
{
    o.add_options()("once", po::bool_switch(), "one look, for cron and systemd timers");
    o.add_options()("settle", po::value<std::string>()->value_name("TIME"),
                    "look twice, this far apart (5s), in place of the 30 s of ready = \"stable\"");
    o.add_options()("dry-run", po::bool_switch(), "with --once: do it all on a copy, show what would change, and leave nothing");
}

std::optional<std::int64_t> settle_of(Call const &call)
{
    if (!call.has("settle")) {
        return std::nullopt;
    }
    auto const span = parse_duration(call.text("settle"));
    if (!span || *span > std::chrono::hours(1)) {
        throw UsageError(fmt::format("--settle: \"{}\" is no time; write 5s or 1m", call.text("settle")));
    }
    return span->count();
}

/// What goes in clear: at each start, of `run --once` once a day.
void tell_what_goes_in_clear(Workspace const &workspace, Clock const &clock, bool is_service)
{
    auto const clear = sent_in_clear(workspace);
    auto const told = workspace.spool / "told_in_clear";
    auto const today = iso_day(clock.today());
    if (clear.empty() || (!is_service && std::filesystem::exists(told) && read_file(told) == today)) {
        return;
    }
    for (auto const &f : clear) {
        log_warning("{}: {}", f.pos.text(), f.message);
    }
    if (!is_service) {
        make_folder(workspace.spool);
        AtomicFile out(told);
        out.write(today);
        out.commit();
    }
}

int run_once(Call const &call)
{
    auto const settle = settle_of(call);
    bool const dry_run = call.flag("dry-run");
    Session session(call, "run --once", false, dry_run);
    if (!session.locked()) {
        if (call.json()) {
            std::cout << JsonObject().add("done", false).add("holder", session.holder()).text() << "\n";
        } else {
            std::cout << say("nothing done: {} is at work", session.holder()) << "\n";
        }
        return 0;
    }
    Outcome outcome;
    auto const ended = session.work([&](Site &site) {
        if (!dry_run) {
            tell_what_goes_in_clear(site.workspace, site.clock, false);
        }
        Standing standing(site.folders, site.workspace.spool);
        poll(site, standing, {settle}, outcome);
    });
    int const code = print_outcome(outcome, ended, call.json());
    if (dry_run && ended.signal == 0) {
        print_plan(session.workspace(), session.plan(), outcome, call.json());
    }
    return code;
}

int run_on(Call const &call)
{
    auto workspace = std::make_unique<Workspace>(call.workspace());
    auto const clock = call.clock(*workspace, true);
    auto const who = holder_text("run", *clock);
    RunLock const lock(*workspace, who);
    if (!lock.is_taken()) {
        std::cerr << fmt::format("atom: {} looks at the sources of this base already\n", lock.holder());
        return 1;
    }
    tell_what_goes_in_clear(*workspace, *clock, true);
    auto const reload = [&call] {
        auto next = std::make_unique<Workspace>(call.workspace());
        for (auto const &w : check_workspace(*next)) {
            log_warning("{}: {}", w.pos.text(), w.message);
        }
        return next;
    };
    run_service({std::move(workspace), *clock, who, reload});
    return 0;
}

int run(Call const &call)
{
    if (!call.flag("once") && call.flag("dry-run")) {
        throw UsageError("--dry-run goes with --once");
    }
    if (!call.flag("once") && call.has("settle")) {
        throw UsageError("--settle goes with --once: one that looks again and again sees what stands still");
    }
    return call.flag("once") ? run_once(call) : run_on(call);
}

} // namespace

Command const k_run = {
    "run",
    "",
    "looks at every source, works what is whole and new, delivers what is due",
    "Looks again and again, as often as [schedule] in atom.toml says (each minute), until it is told to stop by SIGTERM or SIGINT: the "
    "file\n"
    "at hand is finished or rolled back, within 10 s. SIGHUP reads the configuration again; one that is not valid is refused and said.\n"
    "Files are worked by the date in their names, then by their jobs' order, then by hour. A second --once at the same time says so\n"
    "and ends with 0; a second service ends with 1.",
    options,
    run};

} // namespace atom
