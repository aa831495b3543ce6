#pragma once
// Jobs and exports as the pack declares them: what is done with a file, and what leaves. Plain data, checked when read.

#include "engine/job/endpoint.hpp"
#include "engine/job/name_pattern.hpp"
#include "engine/job/read_sql.hpp"
#include "engine/job/timing.hpp"
#include "engine/layout/layout.hpp"
#include "engine/store/database.hpp"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace atom {

enum class Verb
{
    reject,
    warn,
    upsert,
    insert,
    replace,
    update,
    sweep,
    hold,
    sql
};

using Assignments = std::vector<std::pair<std::string, std::string>>; // column, SQL expression; in the file's order

/// A rule that would change more rows than this holds its file.
struct Brake
{
    std::int64_t share = 0; // per cent of `of`
    std::string of;         // a select of one number, asked before the rule
    std::int64_t least = 0; // so many rows never hold
};

struct Rule
{
    std::string name;
    SourcePos pos; // of the verb's value: where SQL faults are told
    Verb verb = Verb::sql;
    std::string text;   // a condition, a table, a select, or SQL
    std::string record; // which of several records is `e`
    std::string from;   // "" = e itself; a relation's name, or a select
    std::string code, message, field;
    int status = 422; // of an endpoint's reject: what the request is answered with
    bool has_key = false;
    std::vector<std::string> key;
    Assignments set, set_old;
    std::string where;
    std::string changed; // the rule whose written lines alone are seen
    std::optional<Brake> brake;
};

/// How many lines the layout may refuse.
struct RejectLimit
{
    bool none = false;
    bool percent = true;
    std::int64_t number = 20;

    bool exceeded(std::uint64_t refused, std::uint64_t read) const noexcept
    {
        if (none) {
            return false;
        }
        if (!percent) {
            return refused > static_cast<std::uint64_t>(number);
        }
        return refused >= 10 && refused * 100 > read * static_cast<std::uint64_t>(number);
    }
    std::string text() const;
};

struct JobFile
{
    NamePattern pattern;
    std::shared_ptr<Layout const> layout;
};

struct Job
{
    std::string name;
    SourcePos pos;
    std::vector<JobFile> files;
    std::optional<HttpEndpoint> endpoint; // its input is a request; it works on the online base
    std::string take;                     // its input is what is new in this online table
    Captures only;
    std::string source; // "" = any
    std::int64_t order = 0;
    std::vector<Require> needs;           // `requires`
    std::vector<std::string> stale_after; // jobs
    std::vector<std::string> holds;       // exports
    std::optional<Expected> expected;
    Parameters values;
    RejectLimit reject_limit;
    bool empty_ok = false;
    bool unreadable_holds = false; // a line whose key cannot be read holds the file
    std::vector<Rule> rules;

    /// The first pattern that the name fits, with `only` satisfied.
    struct Match
    {
        JobFile const *file;
        Captures captures;
    };
    std::optional<Match> match(std::string_view file_name) const;
    std::vector<std::shared_ptr<Layout const>> layouts() const; // each once
};

struct Export
{
    std::string name;
    SourcePos pos, query_pos;
    std::string query;
    std::vector<std::string> key;
    std::vector<std::string> ignore, compare;
    std::vector<std::string> watch; // every table that the query reads: only keys touched since are asked again; empty: all are compared
    SourcePos watch_pos;
    std::shared_ptr<Layout const> layout;
    std::string target;
    std::vector<std::string> after;
    std::string full, delta, removed; // names; "" = no such file
    std::shared_ptr<Layout const> removed_layout;
    std::string removed_query;
    SourcePos removed_pos;
};

Job read_job(TomlTable &top, Layouts const &layouts, std::filesystem::path const &folder);
Export read_export(TomlTable &top, Layouts const &layouts, std::filesystem::path const &folder);

} // namespace atom
