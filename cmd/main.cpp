// Parses, checks, hands over; turns what is thrown into a line on standard error and an exit code:
// 0 done, 1 something of this call failed, 2 usage or configuration, 130 ended by Ctrl-C.

#include "cmd/command.hpp"
#include "cmd/console.hpp"
#include "cmd/standard_output.hpp"

#include "engine/base/language.hpp"
#include "engine/base/log.hpp"
#include "engine/base/text.hpp"
#include "engine/layout/fault.hpp"
#include "engine/layout/writer.hpp"
#include "engine/run/exposed.hpp"
#include "engine/run/site.hpp"

#include <boost/program_options/parsers.hpp>
#include <fmt/format.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <functional>
#include <iostream>

#include <sys/stat.h>

namespace po = boost::program_options;

namespace atom {

std::vector<Command> const &commands()
{
    static std::vector<Command> const all = {
        k_init,  k_check,  k_run,   k_import,  k_export,  k_status, k_files, k_jobs,  k_errors, k_why,
        k_query, k_report, k_retry, k_approve, k_release, k_serve,  k_token, k_trail, k_doctor, k_backup,
    };
    return all;
}

std::string system_user()
{
    for (auto const *variable : {"USER", "LOGNAME"}) {
        if (char const *const name = std::getenv(variable)) {
            return name;
        }
    }
    return "unknown";
}

std::vector<std::string> Call::texts(char const *option) const
{
    return has(option) ? m_values[option].as<std::vector<std::string>>() : std::vector<std::string>();
}

Workspace Call::workspace() const
{
    char const *const home = std::getenv("ATOM_HOME");
    auto workspace = load_workspace(has("workspace") ? text("workspace") : home != nullptr ? home : ".");
    auto const open = writable(workspace, WrittenBy::everybody);
    if (!open.empty() && !ran_before(workspace)) {
        Faults faults;
        for (auto const &f : open) {
            faults.add(f.pos, f.message);
        }
        faults.throw_if_any();
    }
    for (auto const &f : open) { // a night that ran yesterday runs
        log_warning("{}: {}", f.pos.text(), f.message);
    }
    return workspace;
}

std::unique_ptr<Clock> Call::clock(Workspace const &workspace, bool is_service) const
{
    std::unique_ptr<Clock> clock;
    try {
        clock = !has("at") ? system_clock() : is_service ? running_clock(text("at")) : fixed_clock(text("at"));
        clock->set_timezone(workspace.timezone);
    } catch (std::invalid_argument const &e) {
        throw UsageError(fmt::format("--at: {}", e.what()));
    }
    set_log(has("verbose") && flag("verbose") ? LogLevel::debug : is_service ? LogLevel::info : LogLevel::warning, clock.get());
    set_log_format(workspace.log_as_json ? LogFormat::json : LogFormat::text);
    return clock;
}

namespace {

po::options_description common_options()
{
    po::options_description o;
    o.add_options()("help,h", po::bool_switch(), "show this help and end");
    o.add_options()("json", po::bool_switch(), "print JSON: one document, or a line each for lists");
    o.add_options()("at", po::value<std::string>()->value_name("TIME"),
                    "run as of then, \"2026-11-03 02:00\" or \"03/11/2026 02:00\" in the workspace's time zone");
    o.add_options()("workspace,C", po::value<std::string>()->value_name("DIR"), "the workspace (else ATOM_HOME, else the current folder)");
    o.add_options()("verbose", po::bool_switch(), "log what is done, not only what goes wrong");
    return o;
}

void print_overview()
{
    speak(wanted_language());
    std::string out(tr("atom - takes files, works them through rules against a base, hands on what changed"));
    out += fmt::format("\n\n{} atom COMMAND [{}…]\n\n", tr("Usage:"), tr("OPTION"));
    for (auto const &c : commands()) {
        out += fmt::format("  {:<8} {}\n", c.name, tr(c.summary));
    }
    out +=
        fmt::format("\n{}\n", tr("`atom help COMMAND` tells more. Exit: 0 done, 1 a file failed or was held, 2 usage or configuration."));
    std::cout << out;
}

/// "  -h [ --help ]      show this help and end", each with its text in the spoken language.
void print_options(std::string_view caption, po::options_description const &options)
{
    std::size_t width = 0;
    for (auto const &o : options.options()) {
        width = std::max(width, o->format_name().size() + o->format_parameter().size() + 1);
    }
    std::cout << tr(caption) << ":\n";
    for (auto const &o : options.options()) {
        auto const name = o->format_name() + " " + o->format_parameter();
        std::cout << fmt::format("  {:<{}}  {}\n", name, width, tr(o->description()));
    }
}

void print_help(Command const &c, po::options_description const &own)
{
    std::cout << fmt::format("{} atom {}{}{} [{}…]\n\n{}\n\n{}\n", tr("Usage:"), c.name, *c.arguments != 0 ? " " : "", c.arguments,
                             tr("OPTION"), tr(c.summary), tr(c.help));
    if (!own.options().empty()) {
        print_options("Options", own);
        std::cout << "\n";
    }
    print_options("Options of every command", common_options());
}

Command const &command_named(std::string const &name)
{
    std::vector<std::string> names;
    for (auto const &c : commands()) {
        if (name == c.name) {
            return c;
        }
        names.emplace_back(c.name);
    }
    throw UsageError(unknown_word("command", name, names));
}
/// Asks the command for options that depend on its first argument; whatever else is wrong is told by the parsing that follows.
void add_more_options(Command const &c, std::vector<std::string> const &arguments, po::options_description &own)
{
    po::options_description known;
    known.add(own).add(common_options()).add_options()("arguments", po::value<std::vector<std::string>>());
    po::positional_options_description positional;
    positional.add("arguments", -1);
    po::variables_map values;
    po::store(po::command_line_parser(arguments).options(known).positional(positional).allow_unregistered().run(), values);
    Call const call(std::move(values));
    auto const given = call.texts("arguments");
    if (!given.empty()) {
        c.more_options(call, given.front(), own);
    }
}

int run_command(Command const &c, std::vector<std::string> const &arguments)
{
    po::options_description own("Options"), all;
    po::positional_options_description positional;
    c.options(own, positional);
    po::variables_map values;
    try {
        if (c.more_options != nullptr) {
            add_more_options(c, arguments, own);
        }
        all.add(own).add(common_options());
        po::store(po::command_line_parser(arguments).options(all).positional(positional).run(), values);
        bool const is_for_engineers = c.run == k_check.run || c.run == k_doctor.run;
        if (!values["json"].as<bool>() && (!is_for_engineers || values["help"].as<bool>())) {
            speak(wanted_language());
        }
        if (values["help"].as<bool>()) {
            print_help(c, own);
            return 0;
        }
        po::notify(values);
    } catch (po::unknown_option const &e) {
        std::vector<std::string> names;
        for (auto const &o : all.options()) {
            names.push_back("--" + o->long_name());
        }
        throw UsageError(unknown_word("option", e.get_option_name(), names));
    } catch (po::too_many_positional_options_error const &) {
        throw UsageError(fmt::format("too many arguments; usage: atom {} {}", c.name, c.arguments));
    } catch (po::error const &e) {
        throw UsageError(e.what());
    }
    return c.run(Call(std::move(values)));
}

int dispatch(std::vector<std::string> arguments)
{
    // `atom -C DIR COMMAND` is what hands type that know git and make
    bool const has_folder = !arguments.empty() && (arguments[0] == "--workspace" || arguments[0].compare(0, 2, "-C") == 0);
    std::size_t const before = !has_folder ? 0 : arguments[0] == "-C" || arguments[0] == "--workspace" ? 2 : 1;
    if (before > 0 && before >= arguments.size()) {
        throw UsageError("a command is missing; usage: atom -C DIR COMMAND");
    }
    std::rotate(arguments.begin(), arguments.begin() + static_cast<std::ptrdiff_t>(before), arguments.end());
    auto const first = arguments.empty() ? "help" : arguments[0];
    if (first == "help" && arguments.size() > 1 + before) {
        return run_command(command_named(arguments[1]), {"--help"});
    }
    if (first == "help" || first == "--help" || first == "-h") {
        print_overview();
        return arguments.empty() ? 2 : 0;
    }
    if (first == "--version" || first == "-V") {
        std::cout << "atom " << ATOM_VERSION << "\n";
        return 0;
    }
    auto const &command = command_named(first);
    arguments.erase(arguments.begin());
    return run_command(command, arguments);
}

/// Whoever read what is printed has had enough: the end that others see is the usual one of a program that writes on.
void end_by_closed_pipe()
{
    std::signal(SIGPIPE, SIG_DFL);
    std::raise(SIGPIPE);
}

/// Ctrl-C ends a command at once: whoever has something to roll back first listens himself (Session::work, the services).
void set_up_signals()
{
    std::signal(SIGINT, [](int) { std::_Exit(k_interrupted); });
    std::signal(SIGPIPE, SIG_IGN); // a log line that nobody reads any more ends no work
}

/// The exit code of what is done here; what it throws is told.
int told(std::function<int()> const &work)
{
    try {
        return work();
    } catch (ConfigError const &e) {
        std::cerr << e.what() << "\n";
        return 2;
    } catch (UsageError const &e) {
        std::cerr << "atom: " << e.what() << "\n";
        return 2;
    } catch (FileRefused const &e) {
        std::cerr << "atom: " << e.code() << ": " << e.reason() << "\n";
        return 1;
    } catch (FileError const &e) {
        if (e.error_number() == EPIPE) {
            end_by_closed_pipe();
        }
        std::cerr << "atom: " << e.what() << "\n";
        return 1;
    } catch (std::exception const &e) {
        std::cerr << "atom: " << e.what() << "\n";
        return 1;
    }
}

int run_program(std::vector<std::string> const &arguments)
{
    StandardOutput const output;
    int const code = told([&] { return dispatch(arguments); });
    int const printed = told([] {
        std::cout.flush(); // what was printed before a fault, too
        return 0;
    });
    return std::max(code, printed);
}

} // namespace

} // namespace atom

int main(int argc, char **argv)
{
    ::umask(027); // what we write holds personal data
    atom::set_up_signals();
    return atom::run_program({argv + 1, argv + argc});
}
