#include "engine/job/report_text.hpp"

#include "engine/base/decimal.hpp"
#include "engine/base/formula.hpp"
#include "engine/base/json.hpp"
#include "engine/base/text.hpp"
#include "engine/job/shown.hpp"

#include <fmt/format.h>

#include <cmath>

namespace atom {

namespace {

std::string grouped(std::string number)
{
    auto const comma = number.find(',');
    auto const first = number.empty() || number[0] != '-' ? 0U : 1U;
    for (auto at = comma == std::string::npos ? number.size() : comma; at > first + 3; at -= 3) {
        number.insert(at - 3, 1, '.');
    }
    return number;
}

std::string shown_text(Show show, std::string const &text)
{
    switch (show) {
    case Show::document: return shown_document(text);
    case Show::phone: return shown_phone(text);
    case Show::postcode: return shown_postcode(text);
    case Show::status:
        if (auto const *const s = status_word(text)) {
            return s->word;
        }
        break;
    case Show::plain:
    case Show::email: break;
    }
    return shown_moment(text);
}

/// Of several lines each.
std::string shown_lines(Show show, std::string const &text)
{
    auto lines = split(text, '\n');
    for (auto &line : lines) {
        line = shown_text(show, line);
    }
    return join(lines, "\n");
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

std::string csv_table(ReportRows const &rows)
{
    std::vector<std::string> cells;
    for (auto const &c : rows.columns) {
        cells.push_back(csv_quoted(c.name));
    }
    std::string out = join(cells, ";") + "\n";
    for (auto const &row : rows.rows) {
        cells.clear();
        for (std::size_t i = 0; i < row.size(); ++i) {
            cells.push_back(csv_cell(rows.columns[i], row[i]));
        }
        out += join(cells, ";") + "\n";
    }
    return out;
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
        return column.scale >= 0            ? grouped(format_decimal(*n, column.scale, ','))
               : column.show == Show::plain ? std::to_string(*n)
                                            : shown_text(column.show, std::to_string(*n));
    }
    if (auto const *const d = std::get_if<double>(&value)) {
        return grouped(replaced(fmt::format("{:.2f}", *d), ".", ","));
    }
    auto const *const text = std::get_if<std::string>(&value);
    return text != nullptr ? shown_lines(column.show, *text) : std::string();
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

std::string report_csv(ReportResult const &result)
{
    std::string out;
    for (auto const &t : result.tables) {
        if (result.tables.size() > 1) {
            out += (out.empty() ? "" : "\n") + t.table->name + "\n";
        }
        out += csv_table(t);
    }
    return out;
}

} // namespace atom
