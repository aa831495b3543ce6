#include "engine/run/poll_sends.hpp"

#include "engine/base/log.hpp"
#include "engine/run/work_files.hpp"

namespace atom {

namespace {

void add(Standing &standing, Outcome &out, SendResult const &result)
{
    for (auto const &error : result.errors) {
        if (std::find(out.errors.begin(), out.errors.end(), error) == out.errors.end()) { // the same at both ends of a poll
            note(standing, out, error);
        }
    }
    auto it = std::find_if(out.sends.begin(), out.sends.end(), [&](SendResult const &s) { return s.name == result.name; });
    if (it == out.sends.end()) {
        it = out.sends.insert(it, SendResult{});
        it->name = result.name;
    }
    it->sent += result.sent;
    it->refused += result.refused;
    it->unknown += result.unknown;
    it->gone += result.gone;
    it->waiting = result.waiting;
}

} // namespace

void prepare_sends(Site &site, Standing &standing, Outcome &out)
{
    for (auto const &result : begin_sends({site.db, site.workspace, site.clock, site.stop})) {
        add(standing, out, result);
    }
}

void work_sends(Site &site, Standing &standing, Outcome &out)
{
    if (site.plan != nullptr) {
        return; // a dry run: no message may go out
    }
    for (auto const &result : run_sends({site.db, site.workspace, site.clock, site.stop})) {
        add(standing, out, result);
    }
    for (auto const &s : out.sends) {
        if (s.any()) {
            log_info("send {}: {} sent, {} refused, {} unknown, {} gone, {} wait", s.name, s.sent, s.refused, s.unknown, s.gone, s.waiting);
        }
    }
}

} // namespace atom
