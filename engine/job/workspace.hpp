#pragma once
// A workspace as read: atom.toml, layouts/*.toml, jobs/*.toml. Plain data; nothing here opens a base or a connection. Reading gathers all
// faults of all files and throws them as one ConfigError.

#include "engine/job/job.hpp"
#include "engine/job/report.hpp"
#include "engine/job/send.hpp"
#include "engine/job/subject.hpp"

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace atom {

/// How a remote folder is reached. Secrets stay in the environment until a connection is made.
struct Endpoint
{
    std::string name;
    SourcePos pos;
    std::string url;
    std::string password_env;
    std::filesystem::path key;
    std::string key_passphrase_env;
    std::filesystem::path known_hosts;
    std::filesystem::path ca_file;
    bool insecure = false; // that it goes in clear is known
    std::string off;       // why it is switched off; empty = it is on
};

enum class Ready
{
    stable,
    immediate,
    marker
};

/// A folder to look into.
struct Source : Endpoint
{
    std::string done = "keep"; // folder on the server; "keep" leaves files where they are
    std::string errors = "erros";
    Ready ready = Ready::stable;
    std::string marker; // ".ok"
};

/// A folder to deliver to.
struct Target : Endpoint
{
    std::string staging = ".tmp";
};

/// A read-only copy of base and online base together.
struct Replica
{
    std::filesystem::path path;      // absolute
    std::chrono::seconds every{600}; // not renewed more often than this
};

/// Who may name the user of a page in a header, in place of a token. Without a header, nobody.
struct TrustedProxy
{
    std::string user_header;                      // "X-Remote-User"
    std::string secret_header = "X-Proxy-Secret"; // what it proves itself with, but where it comes by a Unix socket
    std::string secret_env;                       // the variable with that secret; "" = it has none
    std::vector<std::string> from;                // addresses that it may come from; "unix" = the Unix socket
    std::vector<std::string> scope;               // what such a user may do

    /// It proves itself, or comes by a Unix socket alone.
    bool is_proven() const noexcept;
};

struct Workspace
{
    std::filesystem::path root;
    std::filesystem::path base, online, spool; // absolute
    std::string timezone;
    std::chrono::seconds every = std::chrono::minutes(1); // between the looks of `atom run`
    bool log_as_json = false;
    std::optional<Replica> replica;
    TrustedProxy proxy;
    SourcePos proxy_pos;
    std::chrono::seconds report_deadline{30}; // for all queries of a report over HTTP
    std::vector<Source> sources;
    std::vector<Target> targets;
    std::map<std::string, std::shared_ptr<Layout const>> layouts;
    std::vector<Job> jobs;         // by order, then name
    std::vector<Export> exports;   // by name
    std::vector<Send> sends;       // by name
    std::vector<Report> reports;   // by name
    std::vector<Subject> subjects; // by file

    Source const *source(std::string_view name) const noexcept;
    Target const *target(std::string_view name) const noexcept;
    Job const *job(std::string_view name) const noexcept;
    Export const *export_named(std::string_view name) const noexcept;
    Report const *report(std::string_view name) const noexcept;
    std::vector<std::string> job_names() const;
    /// Made anew whenever the source could be listed: its time says when that was.
    std::filesystem::path looked_file(std::string const &source_name) const { return spool / "looked" / source_name; }
};

/// Throws ConfigError with every fault. `root` must hold an atom.toml.
Workspace load_workspace(std::filesystem::path const &root);

} // namespace atom
