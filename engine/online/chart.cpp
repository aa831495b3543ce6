#include "engine/online/chart.hpp"

#include "engine/job/report_text.hpp"
#include "engine/online/html.hpp"

#include <fmt/format.h>

#include <cmath>

namespace atom {

namespace {

constexpr double k_width = 560;    // of a line
constexpr std::size_t k_most = 40; // bars and slices; lines take all
constexpr std::size_t k_colours = 8;

struct Point
{
    std::string label, shown, address;
    double value = 0;
};

double number_of(ReportColumn const &column, SqlValue const &value)
{
    if (auto const *const n = std::get_if<std::int64_t>(&value)) {
        return static_cast<double>(*n) / std::pow(10.0, std::max(column.scale, 0));
    }
    auto const *const d = std::get_if<double>(&value);
    return d != nullptr && std::isfinite(*d) ? *d : 0;
}

/// The first column after the first that holds a number; 0 = none.
std::size_t number_column(ReportRows const &rows)
{
    for (std::size_t i = 1; i < rows.columns.size(); ++i) {
        auto const is_number = [&](auto const &row) {
            return std::holds_alternative<std::int64_t>(row[i]) || std::holds_alternative<double>(row[i]);
        };
        if (std::any_of(rows.rows.begin(), rows.rows.end(), is_number)) {
            return i;
        }
    }
    return 0;
}

std::vector<Point> points_of(ReportRows const &rows, std::function<std::string(std::vector<SqlValue> const &)> const &address)
{
    std::vector<Point> out;
    auto const i = number_column(rows);
    for (auto const &row : i == 0 ? std::vector<std::vector<SqlValue>>{} : rows.rows) {
        out.push_back({shown_cell(rows.columns[0], row[0]), shown_cell(rows.columns[i], row[i]), address ? address(row) : "",
                       number_of(rows.columns[i], row[i])});
    }
    return out;
}

double greatest(std::vector<Point> const &points)
{
    double most = 0;
    for (auto const &p : points) {
        most = std::max(most, p.value);
    }
    return most > 0 ? most : 1;
}

std::string text_at(double x, double y, std::string_view css, std::string const &text)
{
    return fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" class=\"{}\">{}</text>", x, y, css, escaped(text));
}

std::string svg(double width, double height, std::string const &title, std::string const &content)
{
    return fmt::format("<svg viewBox=\"0 0 {:.0f} {:.0f}\" role=\"img\" aria-label=\"{}\">{}</svg>", width, height, escaped(title),
                       content);
}

/// What a row of a list says, in that order. Texts that stand in the page, not in a drawing, keep their size on a small screen, and break.
std::string row(std::string const &first, std::string const &second, std::string const &shown)
{
    return fmt::format("<li>{}{}<span class=\"strong\">{}</span></li>", first, second, escaped(shown));
}

std::string label(Point const &p)
{
    auto const text = escaped_text(p.label);
    return fmt::format("<span class=\"what\">{}</span>",
                       p.address.empty() ? text : fmt::format("<a href=\"{}\">{}</a>", escaped(p.address), text));
}

std::string list(std::string_view css, std::string const &title, std::string const &rows)
{
    return fmt::format("<ul class=\"{}\" aria-label=\"{}\">{}</ul>", css, escaped(title), rows);
}

/// From the left or, as a funnel, in the middle.
std::string bars(std::vector<Point> const &points, std::string const &title, bool funnel)
{
    double const most = greatest(points);
    std::string out;
    for (auto const &p : points) {
        double const percent = std::max(0.5, std::max(p.value, 0.0) / most * 100);
        auto const bar = fmt::format(R"(<svg aria-hidden="true"><rect x="{:.2f}%" width="{:.2f}%" height="100%" rx="4" class="f1"/></svg>)",
                                     funnel ? (100 - percent) / 2 : 0, percent);
        bool const has_share = funnel && points[0].value > 0;
        out += row(label(p), bar, has_share ? fmt::format("{} ({:.0f}%)", p.shown, p.value / points[0].value * 100) : p.shown);
    }
    return list("bars", title, out);
}

std::string slice(double from, double to, std::size_t colour, std::string const &title)
{
    constexpr double cx = 110, cy = 110, outer = 100, inner = 58, pi = 3.14159265358979323846;
    to = std::min(to, from + 0.9999); // a whole circle has no two ends
    auto const at = [&](double share, double r) {
        return fmt::format("{:.2f} {:.2f}", cx + r * std::sin(2 * pi * share), cy - r * std::cos(2 * pi * share));
    };
    int const large = to - from > 0.5 ? 1 : 0;
    return fmt::format("<path class=\"f{}\" d=\"M{} A{r} {r} 0 {large} 1 {} L{} A{i} {i} 0 {large} 0 {}Z\"><title>{}</title></path>",
                       colour, at(from, outer), at(to, outer), at(to, inner), at(from, inner), escaped(title), fmt::arg("r", outer),
                       fmt::arg("i", inner), fmt::arg("large", large));
}

std::string pie(std::vector<Point> const &points, std::string const &title)
{
    double sum = 0;
    for (auto const &p : points) {
        sum += std::max(p.value, 0.0);
    }
    std::string slices, legend;
    double from = 0;
    for (std::size_t i = 0; i < points.size(); ++i) {
        double const share = sum > 0 ? std::max(points[i].value, 0.0) / sum : 0;
        auto const colour = i % k_colours + 1;
        if (share > 0) {
            slices += slice(from, from + share, colour, fmt::format("{}: {}", points[i].label, points[i].shown));
        }
        from += share;
        auto const key = fmt::format(R"(<svg aria-hidden="true"><rect width="100%" height="100%" rx="3" class="f{}"/></svg>)", colour);
        legend += row(key, label(points[i]), fmt::format("{} · {:.0f}%", points[i].shown, share * 100));
    }
    return "<div class=\"pie\">" + svg(220, 220, title, slices) + list("legend", title, legend) + "</div>";
}

std::string line(std::vector<Point> const &points, std::string const &title)
{
    constexpr double left = 60, right = 20, top = 14, bottom = 190;
    double const most = greatest(points);
    double const step = points.size() > 1 ? (k_width - left - right) / static_cast<double>(points.size() - 1) : 0;
    std::string out, path, dots;
    for (int i = 0; i <= 4; ++i) {
        double const y = bottom - (bottom - top) * i / 4;
        out += fmt::format("<line x1=\"{:.0f}\" x2=\"{:.0f}\" y1=\"{:.1f}\" y2=\"{:.1f}\" class=\"rule\"/>", left, k_width - right, y, y);
        out += text_at(left - 8, y + 4, "axis end", fmt::format("{:.0f}", most * i / 4));
    }
    auto const every = std::max<std::size_t>(1, (points.size() + 6) / 7); // labels that have room
    for (std::size_t i = 0; i < points.size(); ++i) {
        double const x = left + step * static_cast<double>(i), y = bottom - (bottom - top) * std::max(points[i].value, 0.0) / most;
        path += fmt::format("{}{:.1f} {:.1f}", i == 0 ? "M" : " L", x, y);
        dots += fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"3.5\" class=\"dot\"><title>{}: {}</title></circle>", x, y,
                            escaped(points[i].label), escaped(points[i].shown));
        if (i % every == 0) {
            out += text_at(x, bottom + 20, i == 0 ? "axis" : "axis middle", clipped(points[i].label, 10));
        }
    }
    return svg(k_width, 220, title, out + fmt::format("<path class=\"path\" d=\"{}\"/>", path) + (points.size() <= 60 ? dots : ""));
}

} // namespace

std::string chart_of(ReportRows const &rows, std::function<std::string(std::vector<SqlValue> const &)> const &address)
{
    auto points = points_of(rows, address);
    auto const &title = rows.table->title;
    if (points.empty()) {
        return {};
    }
    if (rows.table->chart != Chart::line && points.size() > k_most) {
        points.resize(k_most);
    }
    switch (rows.table->chart) {
    case Chart::bar: return bars(points, title, false);
    case Chart::line: return line(points, title);
    case Chart::pie: return pie(points, title);
    case Chart::funnel: return bars(points, title, true);
    case Chart::none: break;
    }
    return {};
}

} // namespace atom
