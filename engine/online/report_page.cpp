#include "engine/online/report_page.hpp"

#include "engine/base/date.hpp"
#include "engine/base/text.hpp"
#include "engine/job/report_text.hpp"
#include "engine/job/shown.hpp"
#include "engine/online/action_form.hpp"
#include "engine/online/html.hpp"
#include "engine/online/report_table.hpp"

#include <fmt/format.h>

namespace atom {

namespace {

class ReportPage
{
public:
    explicit ReportPage(PageSetting const &setting) : m_set(setting), m_view(setting.view), m_report(setting.report) {}

    std::string html() const
    {
        auto const main = place() + head() + said();
        return page(m_set.frame, m_view.asked ? main + asked(*m_view.asked) : main + filters() + tables());
    }

private:
    std::string head() const
    {
        auto out = fmt::format("<h1>{}</h1>", escaped(m_report.title));
        if (!m_report.description.empty()) {
            out += fmt::format("<p class=\"lead\">{}</p>", escaped(m_report.description));
        }
        return out;
    }

    /// Back to the list from which one came, and on in it.
    std::string place() const
    {
        if (!m_view.place) {
            return {};
        }
        auto const &p = *m_view.place;
        auto const link = [](std::string const &address, char const *text) {
            return address.empty() ? std::string() : fmt::format("<a class=\"button\" href=\"{}\">{}</a>", escaped(address), text);
        };
        return fmt::format("<nav class=\"place\" aria-label=\"Lugar na lista\"><a href=\"{}\">← {}</a>{}{}</nav>", escaped(p.list),
                           escaped(p.title), link(p.before, "Anterior"), link(p.after, "Próximo →"));
    }

    std::string said() const
    {
        auto const &s = m_view.said;
        return s.text.empty() ? std::string()
                              : fmt::format("<p class=\"say{}\" role=\"{}\">{}</p>", s.is_fault ? " bad" : "",
                                            s.is_fault ? "alert" : "status", escaped(s.text));
    }

    std::string filters() const
    {
        std::string fields;
        for (auto const &p : m_report.params) {
            fields += input_field(p, shown_parameter(p), "p-", false);
        }
        if (fields.empty()) {
            return {};
        }
        return fmt::format("<form class=\"card filters\" method=\"get\" action=\"{}\">{}<button>Mostrar</button>{}</form>",
                           escaped(page_address(m_report.name, "")), fields, days());
    }

    std::string shown_parameter(Field const &p) const
    {
        auto const it = m_view.query.given().find(p.name);
        if (it != m_view.query.given().end() && !is_blank(it->second)) {
            return it->second;
        }
        auto const bound = m_set.result.parameters.find(p.name);
        ReportColumn const column{p.name, p.name, p.type == FieldType::decimal ? p.scale : -1};
        return bound == m_set.result.parameters.end() ? std::string() : plain_cell(column, bound->second);
    }

    /// Of a report about one day: the day before, today, the day after.
    std::string days() const
    {
        auto const is_date = [](Field const &p) { return p.type == FieldType::date; };
        auto const it = std::find_if(m_report.params.begin(), m_report.params.end(), is_date);
        if (std::count_if(m_report.params.begin(), m_report.params.end(), is_date) != 1 || m_set.result.tables.empty()) {
            return {};
        }
        auto const &bound = m_set.result.parameters.at(it->name);
        auto const *const text = std::get_if<std::string>(&bound);
        auto const day = text != nullptr ? parse_iso_day(*text) : std::nullopt;
        if (!day) {
            return {};
        }
        auto const link = [&](std::string const &iso, std::string const &words) {
            auto const query = m_view.query.without("pagina.").with(it->name, iso);
            return fmt::format("<a href=\"{}\">{}</a>", escaped(page_address(m_report.name, query.text())), words);
        };
        auto const before = iso_day(*day - 1), after = iso_day(*day + 1);
        return fmt::format("<span class=\"days\">{}{}{}</span>", link(before, "← " + shown_moment(before)), link("", "Hoje"),
                           link(after, shown_moment(after) + " →"));
    }

    /// Tables without a row are one line.
    std::string tables() const
    {
        std::string out;
        std::vector<std::string> empty;
        for (auto const &t : m_set.result.tables) {
            bool const is_there = !t.rows.empty() || t.look.first > 0 || !t.look.holding.empty();
            if (is_there) {
                out += report_section(m_set, t);
            } else {
                empty.push_back(t.table->title);
            }
        }
        if (!out.empty() && m_set.result.tables.size() > 1) {
            out += fmt::format("<p class=\"files\">Tudo desta página: {}</p>", file_links(m_set, nullptr));
        }
        return empty.empty() ? out : nothing(empty, out.empty()) + out;
    }

    std::string nothing(std::vector<std::string> const &empty, bool is_all) const
    {
        std::string given;
        for (auto const &p : m_report.params) {
            auto const text = shown_parameter(p);
            given += text.empty()
                         ? ""
                         : fmt::format("{}{} {}", given.empty() ? "" : ", ", p.label.empty() ? p.name : p.label, shown_moment(text));
        }
        if (is_all && given.empty() && !m_report.params.empty()) {
            return {}; // nothing was asked
        }
        auto const text = is_all && !given.empty() ? "Nada encontrado: " + given + "." : "Nada em: " + join(empty, ", ") + ".";
        return fmt::format("<p class=\"empty\">{}</p>", escaped(text));
    }

    std::string asked(AskedRow const &a) const
    {
        auto const back = page_address(m_report.name, m_view.query.text());
        auto const out = fmt::format("<p><a href=\"{}\">← Voltar sem fazer nada</a></p>", escaped(back));
        if (a.rows.rows.empty()) {
            return out + "<p class=\"empty\">Esta linha não está mais aqui.</p>";
        }
        auto const &row = a.rows.rows.front();
        auto const form = action_form({*a.action, a.rows, row, m_set.result.parameters, page_address(m_report.name, ""),
                                       m_view.query.text(), m_set.frame.form_key, m_set.frame.user});
        return out + "<section class=\"card ask\">" + row_card(m_set, a.rows, row) +
               (form.empty() ? "<p class=\"note\">Isto não se faz mais a esta linha.</p>" : form) + "</section>";
    }

    PageSetting const &m_set;
    ReportView const &m_view;
    Report const &m_report;
};

} // namespace

std::string report_page(PageSetting const &setting) { return ReportPage(setting).html(); }

HttpPairs detail_of(ReportRows const &rows, std::vector<SqlValue> const &row, Report const &target)
{
    HttpPairs out;
    auto const *const same = target.param(rows.columns[0].name);
    auto const &first = same != nullptr ? same->name : target.params.front().name;
    for (auto const &p : target.params) {
        int const i = p.name == first ? 0 : rows.column_index(p.name);
        if (i >= 0) {
            auto const at = static_cast<std::size_t>(i);
            out.emplace_back(p.name, plain_cell(rows.columns[at], row[at]));
        }
    }
    return out;
}

} // namespace atom
