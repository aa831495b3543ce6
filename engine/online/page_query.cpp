#include "engine/online/page_query.hpp"

#include "engine/base/decimal.hpp"
#include "engine/base/text.hpp"
#include "engine/online/html.hpp"

#include <fmt/format.h>

namespace atom {

namespace {

constexpr std::size_t k_counted = 100000; // rows; what is more is "mais de"
constexpr std::int64_t k_last_page = 1000000;

/// "filtro.T." of "filtro.T.COLUMN"
std::string filters_of(ReportTable const &table) { return filter_name(table, ""); }

bool is_about(Report const &report, std::string const &name)
{
    return std::any_of(report.tables.begin(), report.tables.end(), [&](ReportTable const &t) {
        return name == page_name(t) || name == order_name(t) || name.compare(0, filters_of(t).size(), filters_of(t)) == 0;
    });
}

/// A form without scripts sends the column and the text apart: `coluna.TABLE` and `texto.TABLE` are one filter, `ordenar.TABLE` an order.
HttpPairs put_together(Report const &report, HttpPairs const &query)
{
    auto const last = [&](std::string const &name) {
        auto const it = std::find_if(query.rbegin(), query.rend(), [&](auto const &p) { return p.first == name; });
        return it == query.rend() ? std::string() : it->second;
    };
    auto out = query;
    for (auto const &t : report.tables) {
        auto const column = last("coluna." + t.name), text = last("texto." + t.name), order = last("ordenar." + t.name);
        if (!column.empty() && !is_blank(text)) {
            out.emplace_back(filter_name(t, column), text);
        }
        if (!order.empty()) {
            std::erase_if(out, [&](auto const &p) { return p.first == order_name(t); });
            out.emplace_back(order_name(t), order);
        }
    }
    return out;
}

} // namespace

std::string query_text(HttpPairs const &pairs)
{
    std::string out;
    for (auto const &[name, value] : pairs) {
        out += fmt::format("{}{}={}", out.empty() ? "" : "&", url_encoded(name), url_encoded(value));
    }
    return out;
}

HttpPairs pairs_of(std::string const &query)
{
    HttpPairs out;
    return read_pairs(query, out) ? out : HttpPairs();
}

std::string page_address(std::string const &report, std::string const &query)
{
    return "/relatorios/" + url_encoded(report) + (query.empty() ? "" : "?" + query);
}

std::string page_name(ReportTable const &table) { return "pagina." + table.name; }
std::string order_name(ReportTable const &table) { return "ordem." + table.name; }
std::string filter_name(ReportTable const &table, std::string const &column) { return "filtro." + table.name + "." + column; }

PageQuery::PageQuery(Report const &report, HttpPairs const &query)
{
    for (auto const &[name, value] : put_together(report, query)) {
        bool const is_param = report.param(name) != nullptr;
        if (is_param || is_about(report, name) || name == k_list) {
            m_pairs.emplace_back(name, value);
        }
        if (is_param) {
            m_given[name] = value;
        }
    }
}

std::string const *PageQuery::value(std::string_view name) const noexcept
{
    auto const it = std::find_if(m_pairs.rbegin(), m_pairs.rend(), [&](auto const &p) { return p.first == name; });
    return it == m_pairs.rend() ? nullptr : &it->second;
}

std::size_t PageQuery::page(ReportTable const &table) const
{
    auto const *const text = value(page_name(table));
    auto const n = text != nullptr && is_digits(*text) ? parse_integer(*text).value_or(1) : 1;
    return static_cast<std::size_t>(std::clamp<std::int64_t>(n, 1, k_last_page));
}

TableLook PageQuery::look(ReportTable const &table) const
{
    TableLook out;
    out.limit = table.rows;
    out.first = (page(table) - 1) * table.rows;
    out.counts = k_counted;
    if (auto const *const order = value(order_name(table)); order != nullptr && !order->empty()) {
        out.falling = order->front() == '-';
        out.sort = order->substr(out.falling ? 1 : 0);
    }
    auto const beginning = filters_of(table);
    for (auto const &[name, text] : m_pairs) {
        if (name.compare(0, beginning.size(), beginning) == 0 && !is_blank(text)) {
            out.holding[name.substr(beginning.size())] = text;
        }
    }
    return out;
}

PageQuery PageQuery::with(std::string const &name, std::string const &value) const
{
    auto out = *this;
    std::erase_if(out.m_pairs, [&](auto const &p) { return p.first == name; });
    if (!value.empty()) {
        out.m_pairs.emplace_back(name, value);
    }
    return out;
}

PageQuery PageQuery::without(std::string_view beginning) const
{
    auto out = *this;
    std::erase_if(out.m_pairs, [&](auto const &p) { return p.first.compare(0, beginning.size(), beginning) == 0; });
    return out;
}

} // namespace atom
