#pragma once
// One command of the program: what it is called, what it takes, what it does. Each has a file of its own; main.cpp lists them.

#include "engine/base/clock.hpp"
#include "engine/job/workspace.hpp"
#include "engine/store/ledger.hpp"

#include <boost/program_options/options_description.hpp>
#include <boost/program_options/positional_options.hpp>
#include <boost/program_options/variables_map.hpp>

#include <memory>
#include <string>
#include <vector>

namespace atom {

/// The options as given, and what every command needs of them.
class Call
{
public:
    explicit Call(boost::program_options::variables_map values) : m_values(std::move(values)) {}

    bool has(char const *option) const { return m_values.count(option) > 0; }
    bool flag(char const *option) const { return m_values[option].as<bool>(); }
    std::string text(char const *option) const { return has(option) ? m_values[option].as<std::string>() : std::string(); }
    std::vector<std::string> texts(char const *option) const;
    std::size_t number(char const *option) const { return m_values[option].as<std::size_t>(); }
    bool json() const { return flag("json"); }

    /// `-C DIR`, else ATOM_HOME, else the current folder. Throws ConfigError.
    Workspace workspace() const;
    /// The system's, or as `--at` says; in the workspace's zone. The log takes its times from it.
    /// With `is_service`, `--at` is where time begins, and all that is done is logged.
    std::unique_ptr<Clock> clock(Workspace const &workspace, bool is_service = false) const;

private:
    boost::program_options::variables_map m_values;
};

struct Command
{
    char const *name;
    char const *arguments; // "FILE…", for the usage line
    char const *summary;
    char const *help; // a paragraph
    /// Adds the command's own options and names its positional ones.
    void (*options)(boost::program_options::options_description &options,
                    boost::program_options::positional_options_description &positional);
    int (*run)(Call const &call);
    /// Options that only the workspace knows, of what the first argument names. `call` has the common options.
    void (*more_options)(Call const &call, std::string const &first, boost::program_options::options_description &options) = nullptr;
};

std::vector<Command> const &commands();

constexpr int k_interrupted = 130; // the exit code after Ctrl-C, as shells have it

/// Who runs the program, as the system says; "unknown" if it does not.
std::string system_user();

/// Samples, then all SQL against a base of the pack's schema in memory: the real one is not touched. Throws ConfigError. What only a new
/// workspace is refused for comes back as warnings where this one ran before.
std::vector<ConfigFault> check_workspace(Workspace const &workspace);

extern Command const k_init, k_check, k_run, k_import, k_export, k_status, k_files, k_jobs, k_errors, k_why, k_query, k_report, k_retry,
    k_approve, k_release, k_serve, k_token, k_trail, k_doctor, k_backup;

} // namespace atom
