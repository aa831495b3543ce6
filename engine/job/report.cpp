#include "engine/job/report.hpp"

#include "engine/base/decimal.hpp"
#include "engine/base/text.hpp"
#include "engine/job/read_sql.hpp"
#include "engine/layout/read_field.hpp"

#include <fmt/format.h>

namespace atom {

namespace {

std::vector<std::string> const k_charts = {"bar", "line", "pie", "funnel"}; // in the order of Chart, after none

std::vector<std::string> const k_shows = {"plain", "document", "phone", "postcode", "email", "status"}; // in the order of Show
constexpr std::int64_t k_most_rows = 200;

template <typename T> T const *named(std::vector<T> const &all, std::string_view name) noexcept
{
    auto const it = std::find_if(all.begin(), all.end(), [&](T const &x) { return x.name == name; });
    return it == all.end() ? nullptr : &*it;
}

/// Its keys are those of a layout's field. A date is also taken as people here write it.
Field read_param(TomlTable &t)
{
    bool const has_format = t.has("format");
    auto field = read_field(t, {Format::csv, {}, ',', false, Encoding::utf8});
    for (auto const *own : {"agora", "quem"}) {
        if (field.name == own) {
            t.fault("name", fmt::format("\"{}\" is a value that the engine binds; choose another", own));
        }
    }
    for (auto const *option : {"report", "csv", "xlsx", "reveal", "help", "json", "at", "workspace", "verbose"}) {
        if (field.name == option) {
            t.fault("name", fmt::format("\"{}\" is an option of the command; choose another", option));
        }
    }
    if (!has_format && field.type == FieldType::date) {
        field.formats.emplace_back("DD/MM/YYYY", DateKind::date);
    }
    return field;
}

void read_labels(TomlTable &t, ReportTable &table)
{
    auto labels = t.table("labels");
    for (auto const &e : labels ? labels->entries() : std::vector<TomlValue::Entry>{}) {
        if (e.value.kind != TomlValue::Kind::text) {
            t.faults().add(e.value.pos, fmt::format("label of {} must be a text", e.key));
        }
        table.labels[e.key] = e.value.text;
    }
}

void read_decimals(TomlTable &t, ReportTable &table)
{
    auto decimals = t.table("decimals");
    for (auto const &e : decimals ? decimals->entries() : std::vector<TomlValue::Entry>{}) {
        if (e.value.kind != TomlValue::Kind::integer || e.value.integer < 0 || e.value.integer > k_max_scale) {
            t.faults().add(e.value.pos, fmt::format("decimals of {} must be a number from 0 to {}", e.key, k_max_scale));
            continue;
        }
        table.decimals[e.key] = static_cast<int>(e.value.integer);
    }
}

void read_shows(TomlTable &t, ReportTable &table)
{
    auto shows = t.table("show");
    for (auto const &e : shows ? shows->entries() : std::vector<TomlValue::Entry>{}) {
        auto const it = std::find(k_shows.begin(), k_shows.end(), e.value.text);
        if (e.value.kind != TomlValue::Kind::text || it == k_shows.end()) {
            t.faults().add(e.value.pos, unknown_word("way to show a column", e.value.text, k_shows));
            continue;
        }
        table.shows[e.key] = static_cast<Show>(it - k_shows.begin());
    }
}

ReportTable read_table(TomlTable &t, std::filesystem::path const &folder)
{
    ReportTable table;
    table.pos = t.pos();
    table.name = identifier(t, "name");
    table.title = t.text_or("title", table.name);
    table.query = embedded(sql_or_file(t, "query", folder, table.query_pos));
    table.detail = t.text_or("detail", "");
    table.actions = t.texts("actions");
    if (auto const chart = t.choice("chart", k_charts)) {
        auto const i = std::find(k_charts.begin(), k_charts.end(), *chart) - k_charts.begin();
        table.chart = static_cast<Chart>(i + 1);
    }
    table.card = t.choice("view", {"table", "card"}).value_or("table") == "card";
    read_labels(t, table);
    read_decimals(t, table);
    read_shows(t, table);
    table.rows = static_cast<std::size_t>(t.integer("rows", 1, k_most_rows).value_or(static_cast<std::int64_t>(table.rows)));
    t.finish("[[table]]");
    return table;
}

template <typename T> void check_twice(std::vector<T> const &all, std::string_view kind, Faults &faults)
{
    std::set<std::string> seen;
    for (auto const &x : all) {
        if (!x.name.empty() && !seen.insert(x.name).second) {
            faults.add(x.pos, fmt::format("{} \"{}\" stands twice in this report", kind, x.name));
        }
    }
}

} // namespace

Field const *Report::param(std::string_view wanted) const noexcept { return named(params, wanted); }
ReportTable const *Report::table(std::string_view wanted) const noexcept { return named(tables, wanted); }

std::optional<std::size_t> file_column(std::vector<std::string> const &columns) noexcept
{
    for (auto const *name : {"arquivo_id", "id"}) {
        auto const it = std::find(columns.begin(), columns.end(), name);
        if (it != columns.end()) {
            return static_cast<std::size_t>(it - columns.begin());
        }
    }
    return std::nullopt;
}

std::vector<std::string> const &engine_actions()
{
    static std::vector<std::string> const all = {"atom:approve", "atom:release", "atom:retry"};
    return all;
}

Report read_report(TomlTable &top, std::filesystem::path const &folder)
{
    Report r;
    r.pos = top.pos_of("report");
    r.name = name_of(top, "report");
    for (auto const *own : {"entrar", "sair"}) {
        if (r.name == own) {
            top.fault("report", fmt::format("\"{}\" is a page of the engine's own; choose another name", own));
        }
    }
    if (r.name.find('.') != std::string::npos) {
        top.fault("report", "a report's name has no dot: what follows one says which kind of file is wanted");
    }
    r.title = top.required_text("title");
    r.description = top.text_or("description", "");
    r.order = top.integer("order", 0, 1000000).value_or(r.order);
    r.scope = top.texts("scope");
    if (top.has("action_scope")) {
        r.action_scope = top.texts("action_scope");
        if (r.action_scope.empty()) {
            top.fault("action_scope", "is empty; it says whose token may approve, release and retry, as [\"ops\"]");
        }
    }
    for (auto &t : top.tables("param")) {
        r.params.push_back(read_param(t));
    }
    check_twice(r.params, "param", top.faults());
    if (top.has("subject") || top.has("subject_file")) {
        r.subject = embedded(sql_or_file(top, "subject", folder, r.subject_pos));
    }
    for (auto &t : top.tables("table")) {
        r.tables.push_back(read_table(t, folder));
    }
    if (r.tables.empty()) {
        top.faults().add(r.pos, "a report needs at least one [[table]]");
    }
    check_twice(r.tables, "table", top.faults());
    top.finish("a report");
    return r;
}

} // namespace atom
