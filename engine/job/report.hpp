#pragma once
// A report as the pack declares it: a title, parameters, and tables, each a query. Plain data, checked when read; report_run.hpp runs it.

#include "engine/layout/layout.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace atom {

enum class Chart
{
    none,
    bar,
    line,
    pie,
    funnel
};

/// How a page shows a column's values; files have them as they are.
enum class Show
{
    plain,
    document, // a CPF or CNPJ with its marks
    phone,    // with its marks, as a link that calls
    postcode, // with its mark
    email,    // as a link
    status    // of a file, in words
};

struct ReportTable
{
    std::string name; // of a JSON member
    SourcePos pos, query_pos;
    std::string title;
    std::string query;
    std::string detail;               // the report that a row's first column opens; "" = none
    std::vector<std::string> actions; // endpoints, or atom:approve, atom:release, atom:retry
    Chart chart = Chart::none;
    bool card = false;                         // each row is shown as a list of label and value
    std::map<std::string, std::string> labels; // by column: what a person reads
    std::map<std::string, int> decimals;       // by column: the scale of a number that comes from an expression
    std::map<std::string, Show> shows;         // by column: else what the layouts say of it
    std::size_t rows = 25;                     // that a page of it has
};

struct Report
{
    std::string name;
    SourcePos pos;
    std::string title;
    std::string description;
    std::int64_t order = 1000000;                    // its place in the pages' menu; the first that one may open is the front page
    std::vector<std::string> scope;                  // who may open it over HTTP: a token with one of them; none = nobody
    std::vector<std::string> action_scope = {"ops"}; // who may do its atom: actions
    std::vector<Field> params;                       // typed as a layout's fields are
    std::string subject;                             // a select of keys: whom the trail says that it was about; "" = nobody
    SourcePos subject_pos;
    std::vector<ReportTable> tables;

    Field const *param(std::string_view name) const noexcept;
    ReportTable const *table(std::string_view name) const noexcept;
};

/// The column that names the file an `atom:…` action is about: `arquivo_id`, else `id`.
std::optional<std::size_t> file_column(std::vector<std::string> const &columns) noexcept;

/// The engine's own actions.
std::vector<std::string> const &engine_actions();

Report read_report(TomlTable &top, std::filesystem::path const &folder);

} // namespace atom
