#include "cmd/output.hpp"
#include "cmd/session.hpp"

#include "engine/base/json.hpp"
#include "engine/base/text.hpp"

#include <boost/program_options/value_semantic.hpp>
#include <fmt/format.h>

#include <iostream>

namespace po = boost::program_options;

namespace atom {

namespace {

void options(po::options_description &o, po::positional_options_description &)
{
    o.add_options()("once", po::bool_switch(), "one look, for cron and systemd timers");
    o.add_options()("settle", po::value<std::string>()->value_name("TIME"), "look twice, this far apart (5s), in place of the 30 s of ready = \"stable\"");
}

/// "5s" or "2m", in seconds.
std::optional<std::int64_t> settle_of(Call const &call)
{
    if (!call.has("settle")) {
        return std::nullopt;
    }
    auto const text = call.text("settle");
    auto const unit = text.empty() ? 's' : text.back();
    auto const digits = std::string_view(text).substr(0, text.size() - (is_digits(text) || text.empty() ? 0 : 1));
    if (!is_digits(digits) || digits.size() > 4 || (!is_digits(text) && unit != 's' && unit != 'm')) {
        throw UsageError(fmt::format("--settle: \"{}\" is no time; write 5s or 1m", text));
    }
    return std::stoll(std::string(digits)) * (unit == 'm' ? 60 : 1);
}

int run(Call const &call)
{
    if (!call.flag("once")) {
        throw UsageError("atom run needs --once: one look, to be called each minute by cron or a systemd timer");
    }
    auto const settle = settle_of(call);
    Session session(call, "run --once", false);
    if (!session.locked()) {
        if (call.json()) {
            std::cout << JsonObject().add("done", false).add("holder", session.holder()).text() << "\n";
        } else {
            std::cout << fmt::format("nothing done: {} is at work\n", session.holder());
        }
        return 0;
    }
    auto site = session.site();
    return print_outcome(poll_once(site, settle), call.json());
}

} // namespace

Command const k_run = {"run", "", "looks at every source, works what is whole and new, delivers what is due",
                       "Files are worked by the date in their names, then by their jobs' order, then by hour. A second one at the same time says\n"
                       "so and ends with 0.",
                       options, run};

} // namespace atom
