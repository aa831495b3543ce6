#include "engine/online/cell.hpp"

#include "engine/base/phone.hpp"
#include "engine/base/text.hpp"
#include "engine/job/report_text.hpp"
#include "engine/job/shown.hpp"
#include "engine/online/html.hpp"

#include <fmt/format.h>

namespace atom {

namespace {

std::string pill(std::string const &status)
{
    auto const *const s = status_word(status);
    return s != nullptr ? fmt::format("<span class=\"pill {}\" title=\"{}\">{}</span>", s->tone, s->status, s->word)
                        : fmt::format("<span class=\"pill info\">{}</span>", escaped(status));
}

/// A number that can be called from anywhere.
std::string phone_link(std::string const &line)
{
    auto const phone = parse_phone(line);
    auto const shown = escaped(shown_phone(line));
    return phone ? fmt::format("<a class=\"tel\" href=\"tel:+55{}{}\">{}</a>", phone->area, phone->number, shown) : shown;
}

std::string mail_link(std::string const &line)
{
    bool const is_one = line.find('@') != std::string::npos && line.find_first_of(" \t?&\"") == std::string::npos;
    return is_one ? fmt::format("<a href=\"mailto:{0}\">{0}</a>", escaped(line)) : escaped(line);
}

template <typename OneLine> std::string each_line(std::string const &text, OneLine const &html)
{
    auto lines = split(text, '\n');
    for (auto &line : lines) {
        line = html(line);
    }
    return join(lines, "<br>");
}

std::string folded(std::string const &text)
{
    return fmt::format("<details class=\"long\"><summary>{}</summary><div>{}</div></details>", escaped(clipped(text, k_folded)),
                       escaped(text));
}

/// What the cell holds, where its kind makes more of it than a text; "" = it is a text.
std::string special(Show show, std::string const &text)
{
    switch (show) {
    case Show::status: return pill(text);
    case Show::phone: return each_line(text, phone_link);
    case Show::email: return each_line(text, mail_link);
    case Show::plain:
    case Show::document:
    case Show::postcode: break;
    }
    return {};
}

} // namespace

bool is_folded(SqlValue const &value)
{
    auto const *const text = std::get_if<std::string>(&value);
    return text != nullptr && text->size() > k_folded && clipped(*text, k_folded).size() < text->size();
}

std::string cell_html(ReportColumn const &column, SqlValue const &value, std::string const &link)
{
    auto const text = shown_cell(column, value);
    if (text.empty()) {
        return {};
    }
    if (is_folded(value)) {
        return folded(text);
    }
    auto html = special(column.show, plain_cell(column, value));
    html = html.empty() ? escaped_text(text) : html;
    return link.empty() ? html : fmt::format("<a class=\"row\" href=\"{}\">{}</a>", escaped(link), html);
}

} // namespace atom
