#include "engine/job/report_text.hpp"

#include "engine/base/date.hpp"
#include "engine/base/decimal.hpp"
#include "engine/base/formula.hpp"
#include "engine/base/json.hpp"
#include "engine/base/text.hpp"

#include <fmt/format.h>

#include <cmath>

namespace atom {

namespace {

constexpr char const *k_mark = "\xEF\xBB\xBF", *k_line_end = "\r\n";

std::string grouped(std::string number)
{
    auto const comma = number.find(',');
    auto const first = number.empty() || number[0] != '-' ? 0U : 1U;
    for (auto at = comma == std::string::npos ? number.size() : comma; at > first + 3; at -= 3) {
        number.insert(at - 3, 1, '.');
    }
    return number;
}

/// "2026-11-03" -> "03/11/2026", "2026-11-03 02:00:00" -> "03/11/2026 02:00"; anything else as it is.
std::string shown_text(std::string const &text)
{
    bool const with_time = text.size() == 19;
    auto const c = with_time || text.size() == 10 ? parse_iso(text, with_time ? DateKind::datetime : DateKind::date) : std::nullopt;
    if (!c) {
        return text;
    }
    auto const day = fmt::format("{:02}/{:02}/{:04}", c->day, c->month, c->year);
    return with_time ? fmt::format("{} {:02}:{:02}", day, c->hour, c->minute) : day;
}

std::string csv_quoted(std::string text)
{
    text = defused(text);
    return text.find_first_of(";\"\r\n") == std::string::npos ? text : '"' + replaced(std::move(text), "\"", "\"\"") + '"';
}

std::string csv_cell(ReportColumn const &column, SqlValue const &value)
{
    auto text = plain_cell(column, value);
    return std::holds_alternative<std::string>(value) ? csv_quoted(std::move(text)) : text; // a number is no formula
}

std::string csv_names(std::vector<ReportColumn> const &columns)
{
    std::vector<std::string> cells;
    for (auto const &c : columns) {
        cells.push_back(csv_quoted(c.name));
    }
    return join(cells, ";") + k_line_end;
}

std::string json_parameters(ReportResult const &result)
{
    JsonObject out;
    for (auto const &p : result.report->params) {
        auto const it = result.parameters.find(p.name);
        ReportColumn const column{p.name, p.name, p.type == FieldType::decimal ? p.scale : -1, false};
        out.add_raw(p.name, json_cell(column, it == result.parameters.end() ? SqlValue() : it->second));
    }
    return out.text();
}

} // namespace

std::string shown_cell(ReportColumn const &column, SqlValue const &value)
{
    if (auto const *const n = std::get_if<std::int64_t>(&value)) {
        return column.scale >= 0 ? grouped(format_decimal(*n, column.scale, ',')) : std::to_string(*n);
    }
    if (auto const *const d = std::get_if<double>(&value)) {
        return grouped(replaced(fmt::format("{:.2f}", *d), ".", ","));
    }
    auto const *const text = std::get_if<std::string>(&value);
    return text != nullptr ? shown_text(*text) : std::string();
}

std::string plain_cell(ReportColumn const &column, SqlValue const &value)
{
    if (auto const *const n = std::get_if<std::int64_t>(&value)) {
        return column.scale >= 0 ? format_decimal(*n, column.scale, ',') : std::to_string(*n);
    }
    if (auto const *const d = std::get_if<double>(&value)) {
        return replaced(fmt::format("{}", *d), ".", ",");
    }
    auto const *const text = std::get_if<std::string>(&value);
    return text != nullptr ? *text : std::string();
}

std::string json_cell(ReportColumn const &column, SqlValue const &value)
{
    if (auto const *const n = std::get_if<std::int64_t>(&value)) {
        return column.scale >= 0 ? format_decimal(*n, column.scale, '.') : std::to_string(*n);
    }
    if (auto const *const d = std::get_if<double>(&value)) {
        return std::isfinite(*d) ? fmt::format("{}", *d) : "null";
    }
    auto const *const text = std::get_if<std::string>(&value);
    return text != nullptr ? json_quoted(*text) : "null";
}

std::string report_json(ReportResult const &result)
{
    JsonObject tables;
    for (auto const &t : result.tables) {
        std::string rows;
        for (auto const &row : t.rows) {
            JsonObject o;
            for (std::size_t i = 0; i < row.size(); ++i) {
                o.add_raw(t.columns[i].name, json_cell(t.columns[i], row[i]));
            }
            rows += (rows.empty() ? "" : ",") + o.text();
        }
        tables.add_raw(t.table->name, "[" + rows + "]");
    }
    return JsonObject()
        .add("report", result.report->name)
        .add("title", result.report->title)
        .add_raw("params", json_parameters(result))
        .add_raw("tables", tables.text())
        .text();
}

std::string csv_head(std::vector<ReportColumn> const &columns) { return k_mark + csv_names(columns); }

std::string csv_row(std::vector<ReportColumn> const &columns, std::vector<SqlValue> const &row)
{
    std::string out;
    for (std::size_t i = 0; i < row.size(); ++i) {
        out += (i == 0 ? "" : ";") + csv_cell(columns[i], row[i]);
    }
    return out + k_line_end;
}

std::string report_csv(ReportResult const &result)
{
    std::string out = k_mark;
    for (auto const &t : result.tables) {
        if (result.tables.size() > 1) {
            out += (&t == result.tables.data() ? "" : k_line_end) + t.table->name + k_line_end;
        }
        out += csv_names(t.columns);
        for (auto const &row : t.rows) {
            out += csv_row(t.columns, row);
        }
    }
    return out;
}

} // namespace atom
