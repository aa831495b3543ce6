#include "engine/online/report_page.hpp"

#include "engine/base/text.hpp"
#include "engine/job/report_text.hpp"
#include "engine/layout/value.hpp"
#include "engine/online/action_form.hpp"
#include "engine/online/chart.hpp"
#include "engine/online/html.hpp"

#include <fmt/format.h>

namespace atom {

namespace {

struct StatusWord
{
    char const *status, *word, *tone;
};

/// What the ledger's statuses are called on a page.
constexpr StatusWord k_statuses[] = {
    {"seen", "visto", "info"},        {"fetching", "buscando", "info"},
    {"waiting", "esperando", "warn"}, {"held", "retido", "warn"},
    {"running", "rodando", "info"},   {"done", "feito", "good"},
    {"failed", "falhou", "bad"},      {"duplicate", "duplicado", ""},
    {"overdue", "atrasado", "bad"},   {"unmatched", "sem trabalho", "warn"},
    {"removed", "saiu da pasta", ""},
};

std::string pill(std::string const &status)
{
    for (auto const &s : k_statuses) {
        if (status == s.status) {
            return fmt::format("<span class=\"pill {}\" title=\"{}\">{}</span>", s.tone, s.status, s.word);
        }
    }
    return fmt::format("<span class=\"pill info\">{}</span>", escaped(status));
}

class ReportPage
{
public:
    ReportPage(Frame const &frame, Report const &report, std::vector<Report> const &reports, ReportResult const &result,
               ReportView const &view)
        : m_frame(frame), m_report(report), m_reports(reports), m_result(result), m_view(view)
    {}

    std::string html() const
    {
        std::string out = fmt::format("<h1>{}</h1>", escaped(m_report.title));
        if (!m_report.description.empty()) {
            out += fmt::format("<p class=\"lead\">{}</p>", escaped(m_report.description));
        }
        if (!m_view.said.text.empty()) {
            out += fmt::format("<p class=\"say{}\" role=\"{}\">{}</p>", m_view.said.is_fault ? " bad" : "",
                               m_view.said.is_fault ? "alert" : "status", escaped(m_view.said.text));
        }
        out += filters();
        for (auto const &t : m_result.tables) {
            out += section(t);
        }
        if (m_result.tables.size() > 1) {
            out += fmt::format("<p class=\"files\">Tudo desta página: {}</p>", files(m_view.query));
        }
        return page(m_frame, out);
    }

private:
    std::string address(std::string_view ending) const { return fmt::format("/relatorios/{}{}", url_encoded(m_report.name), ending); }

    std::string filters() const
    {
        std::string fields;
        for (auto const &p : m_report.params) {
            auto const it = m_view.given.find(p.name);
            auto const bound = m_result.parameters.find(p.name);
            ReportColumn const column{p.name, p.name, p.type == FieldType::decimal ? p.scale : -1, false};
            auto const value = it != m_view.given.end() && !is_blank(it->second) ? it->second
                               : bound != m_result.parameters.end()              ? plain_cell(column, bound->second)
                                                                                 : std::string();
            fields += input_field(p, value, "p-", false);
        }
        if (fields.empty()) {
            return {};
        }
        return fmt::format("<form class=\"card filters\" method=\"get\" action=\"{}\">{}<button>Mostrar</button></form>", address(""),
                           fields);
    }

    std::string files(std::string const &query) const
    {
        std::string out;
        for (auto const *kind : {"xlsx", "csv", "json"}) {
            auto const ending = "." + std::string(kind) + (query.empty() ? "" : "?" + query);
            out += fmt::format("<a href=\"{}\">{}</a> ", escaped(address(ending)), to_upper(kind));
        }
        return out;
    }

    std::string section(ReportRows const &t) const
    {
        auto const query = m_view.query + (m_view.query.empty() ? "" : "&") + "tabela=" + url_encoded(t.table->name);
        std::string out = fmt::format(
            "<section class=\"card\" aria-labelledby=\"t-{0}\"><div class=\"top\"><h2 id=\"t-{0}\">{1}</h2><span class=\"n\">{2}</span>"
            "<span class=\"files\">{3}</span></div>",
            escaped(t.table->name), escaped(t.table->title), t.table->card ? "" : count_of(t), t.rows.empty() ? "" : files(query));
        if (t.rows.empty()) {
            return out + "<p class=\"note\">Nada aqui.</p></section>";
        }
        if (auto const drawing = t.table->chart == Chart::none ? std::string() : chart_of(t); !drawing.empty()) {
            out += "<div class=\"chart\">" + drawing + "</div>";
        }
        out += t.table->card ? cards(t) : table(t);
        if (t.more) {
            out += fmt::format("<p class=\"note\">São as primeiras {} linhas; o CSV tem todas.</p>", t.rows.size());
        }
        return out + "</section>";
    }

    static std::string count_of(ReportRows const &t)
    {
        auto const n = t.rows.size();
        return t.rows.empty() ? "" : fmt::format("{}{} {}", n, t.more ? "+" : "", n == 1 ? "linha" : "linhas");
    }

    static bool is_number(ReportRows const &t, std::size_t i)
    {
        return std::all_of(t.rows.begin(), t.rows.end(), [&](auto const &row) { return !std::holds_alternative<std::string>(row[i]); });
    }

    std::string cell(ReportRows const &t, std::vector<SqlValue> const &row, std::size_t i) const
    {
        auto const &column = t.columns[i];
        auto const text = shown_cell(column, row[i]);
        auto const inner = column.name == "status" && !text.empty() ? pill(text) : escaped(text);
        auto const link = i == 0 ? detail_address(t, row) : std::string();
        return link.empty() || text.empty() ? inner : fmt::format("<a href=\"{}\">{}</a>", escaped(link), inner);
    }

    /// The target's first parameter, or the one that is called as the first column, gets that column; others get the columns of their
    /// names.
    std::string detail_address(ReportRows const &t, std::vector<SqlValue> const &row) const
    {
        auto const target = std::find_if(m_reports.begin(), m_reports.end(), [&](Report const &r) { return r.name == t.table->detail; });
        if (target == m_reports.end() || std::find(m_view.open.begin(), m_view.open.end(), target->name) == m_view.open.end()) {
            return {};
        }
        auto const *const same = target->param(t.columns[0].name);
        auto const &first = same != nullptr ? same->name : target->params.front().name;
        std::string query;
        for (auto const &p : target->params) {
            int const i = p.name == first ? 0 : t.column_index(p.name);
            if (i >= 0) {
                auto const at = static_cast<std::size_t>(i);
                query += fmt::format("{}{}={}", query.empty() ? "?" : "&", p.name, url_encoded(plain_cell(t.columns[at], row[at])));
            }
        }
        return fmt::format("/relatorios/{}{}", url_encoded(target->name), query);
    }

    std::string table(ReportRows const &t) const
    {
        std::string head, body;
        bool const acts =
            std::any_of(t.table->actions.begin(), t.table->actions.end(), [&](auto const &a) { return action(a) != nullptr; });
        std::vector<bool> numbers;
        for (std::size_t i = 0; i < t.columns.size(); ++i) {
            numbers.push_back(is_number(t, i));
            head += fmt::format("<th scope=\"col\"{}>{}</th>", numbers[i] ? " class=\"num\"" : "", escaped(t.columns[i].label));
        }
        head += acts ? "<th scope=\"col\">Ações</th>" : "";
        for (auto const &row : t.rows) {
            body += "<tr>";
            for (std::size_t i = 0; i < t.columns.size(); ++i) {
                auto const *const text = std::get_if<std::string>(&row[i]);
                char const *const css = numbers[i] ? "num" : text != nullptr && text->size() < 20 ? "d" : "t";
                body += fmt::format("<td class=\"{}\" data-label=\"{}\">{}</td>", css, escaped(t.columns[i].label), cell(t, row, i));
            }
            body += acts ? "<td class=\"acts-cell\"><div class=\"acts\">" + row_actions(t, row, false) + "</div></td></tr>" : "</tr>";
        }
        return fmt::format("<div class=\"scroll\"><table><thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>", head, body);
    }

    std::string cards(ReportRows const &t) const
    {
        std::string out;
        for (auto const &row : t.rows) {
            out += "<dl>";
            for (std::size_t i = 0; i < t.columns.size(); ++i) {
                auto const text = cell(t, row, i);
                out += fmt::format("<div><dt>{}</dt><dd>{}</dd></div>", escaped(t.columns[i].label), text.empty() ? "–" : text);
            }
            out += "</dl>" + row_actions(t, row, true);
        }
        return out;
    }

    Action const *action(std::string const &name) const
    {
        auto const it = std::find_if(m_view.actions.begin(), m_view.actions.end(), [&](Action const &a) { return a.name == name; });
        return it == m_view.actions.end() ? nullptr : &*it;
    }

    std::string row_actions(ReportRows const &t, std::vector<SqlValue> const &row, bool open) const
    {
        std::string out;
        for (auto const &name : t.table->actions) {
            if (auto const *const a = action(name)) {
                out += action_form({*a, t, row, m_result.parameters, address(""), m_view.query, m_frame.form_key, open});
            }
        }
        return out;
    }

    Frame const &m_frame;
    Report const &m_report;
    std::vector<Report> const &m_reports;
    ReportResult const &m_result;
    ReportView const &m_view;
};

} // namespace

std::string report_page(Frame const &frame, Report const &report, std::vector<Report> const &reports, ReportResult const &result,
                        ReportView const &view)
{
    return ReportPage(frame, report, reports, result, view).html();
}

} // namespace atom
