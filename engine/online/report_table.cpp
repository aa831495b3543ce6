#include "engine/online/report_table.hpp"

#include "engine/base/text.hpp"
#include "engine/job/report_text.hpp"
#include "engine/online/action_form.hpp"
#include "engine/online/cell.hpp"
#include "engine/online/chart.hpp"
#include "engine/online/html.hpp"

#include <fmt/format.h>

namespace atom {

namespace {

constexpr std::size_t k_few = 8;        // rows: what is no more needs no filter
constexpr std::size_t k_short_key = 10; // characters: a first column that leaves room for a second one in sight

using Row = std::vector<SqlValue>;

/// 12345 -> "12.345"
std::string counted_rows(std::size_t n)
{
    auto const number = shown_cell({"", "", 0}, static_cast<std::int64_t>(n));
    return fmt::format("{} {}", number, n == 1 ? "linha" : "linhas");
}

class Section
{
public:
    Section(PageSetting const &setting, ReportRows const &rows)
        : m_set(setting), m_rows(rows), m_table(*rows.table), m_query(setting.view.query)
    {}

    std::string html() const
    {
        auto const drawing =
            m_table.chart == Chart::none ? std::string() : chart_of(m_rows, [this](Row const &row) { return detail(row); });
        auto const rows = m_rows.rows.empty() ? nothing_fits() : m_table.card ? cards() : table();
        return fmt::format("<section class=\"card\" aria-labelledby=\"t-{0}\"><div class=\"top\"><h2 id=\"t-{0}\">{1}</h2>"
                           "<span class=\"n\">{2}</span><span class=\"files\">{3}</span></div>{4}{5}{6}</section>",
                           escaped(m_table.name), escaped(m_table.title), count(), file_links(m_set, &m_table), finder(),
                           drawing.empty() ? rows : "<div class=\"chart\">" + drawing + "</div>" + folded(rows), pager());
    }

    std::string card(Row const &row) const
    {
        std::string out;
        for (std::size_t i = 0; i < m_rows.columns.size(); ++i) {
            auto const text = cell(row, i);
            out += fmt::format("<div><dt>{}</dt><dd>{}</dd></div>", escaped(m_rows.columns[i].label), text.empty() ? "–" : text);
        }
        return "<dl>" + out + "</dl>";
    }

private:
    // --- how many, which of them ------------------------------------------------------------------------------------------

    std::string count() const
    {
        bool const is_capped = m_rows.more && m_rows.look.counts > 0 && m_rows.found > m_rows.look.counts;
        return m_table.card && m_rows.found <= 1 ? std::string() : (is_capped ? "mais de " : "") + counted_rows(m_rows.found);
    }

    std::string address(PageQuery const &query) const { return page_address(m_set.report.name, query.text()) + "#t-" + m_table.name; }

    std::string page_link(std::size_t page, char const *words) const
    {
        auto const to = m_query.with(page_name(m_table), page > 1 ? std::to_string(page) : "");
        return fmt::format("<a class=\"button\" href=\"{}\">{}</a>", escaped(address(to)), words);
    }

    std::string pager() const
    {
        auto const &look = m_rows.look;
        if (look.first == 0 && !m_rows.more) {
            return {};
        }
        auto const page = look.first / look.limit + 1, last = (m_rows.found + look.limit - 1) / look.limit;
        std::string links;
        links += page > 2 ? page_link(1, "Primeira") : "";
        links += page > 1 ? page_link(std::min(page - 1, std::max<std::size_t>(last, 1)), "← Anterior") : "";
        links += m_rows.more ? page_link(page + 1, "Próxima →") : "";
        links += m_rows.more && page + 1 < last ? page_link(last, "Última") : "";
        auto const range = m_rows.rows.empty() ? std::string("Esta página não existe mais")
                                               : fmt::format("{} a {} de {}", look.first + 1, look.first + m_rows.rows.size(), count());
        return fmt::format("<nav class=\"pager\" aria-label=\"Páginas: {}\"><span>{}</span>{}</nav>", escaped(m_table.title), range, links);
    }

    // --- order and filters ------------------------------------------------------------------------------------------------

    std::string without_filter(std::string const &column, std::string const &text) const
    {
        auto const name = filter_name(m_table, column);
        auto const to = m_query.with(name, "").with(page_name(m_table), "");
        int const i = m_rows.column_index(column);
        auto const label = i < 0 ? column : m_rows.columns[static_cast<std::size_t>(i)].label;
        return fmt::format("<a class=\"chip\" href=\"{}\" title=\"Tirar este filtro\">{}: {} ✕</a>", escaped(address(to)), escaped(label),
                           escaped(text));
    }

    std::string finder() const
    {
        auto const &holding = m_rows.look.holding;
        if (m_rows.found <= k_few && holding.empty()) {
            return {};
        }
        std::string hidden, columns, orders, chips;
        for (auto const &[name, value] : m_query.pairs()) {
            if (name != page_name(m_table)) {
                hidden += fmt::format("<input type=\"hidden\" name=\"{}\" value=\"{}\">", escaped(name), escaped(value));
            }
        }
        for (auto const &c : m_rows.columns) {
            columns += fmt::format("<option value=\"{}\">{}</option>", escaped(c.name), escaped(c.label));
            orders +=
                fmt::format("<option value=\"{0}\">{1} ↑</option><option value=\"-{0}\">{1} ↓</option>", escaped(c.name), escaped(c.label));
        }
        for (auto const &[column, text] : holding) {
            chips += without_filter(column, text);
        }
        return fmt::format(
            "{0}<details class=\"find\"><summary>Filtrar e ordenar</summary><form method=\"get\" action=\"{1}#t-{2}\">{3}"
            "<label>Coluna<select name=\"coluna.{2}\">{4}</select></label><label>Tem o texto<input name=\"texto.{2}\"></label>"
            "<label>Ordem<select name=\"ordenar.{2}\"><option "
            "value=\"\">–</option>{5}</select></label><button>Aplicar</button></form></details>",
            chips.empty() ? "" : "<p class=\"chips\">" + chips + "</p>", escaped(page_address(m_set.report.name, "")),
            escaped(m_table.name), hidden, columns, orders);
    }

    static std::string nothing_fits() { return "<p class=\"note\">Nenhuma linha aqui.</p>"; }

    std::string heading(std::size_t i, bool is_number) const
    {
        auto const &c = m_rows.columns[i];
        bool const is_sorted = m_rows.look.sort == c.name;
        bool const falls = is_sorted && m_rows.look.falling;
        auto const to = m_query.with(page_name(m_table), "").with(order_name(m_table), falls ? "" : is_sorted ? "-" + c.name : c.name);
        return fmt::format("<th scope=\"col\"{}{}><a href=\"{}\">{}{}</a></th>", is_number ? " class=\"num\"" : "",
                           !is_sorted ? ""
                           : falls    ? " aria-sort=\"descending\""
                                      : " aria-sort=\"ascending\"",
                           escaped(address(to)), escaped(c.label),
                           !is_sorted ? ""
                           : falls    ? " ↓"
                                      : " ↑");
    }

    // --- rows -------------------------------------------------------------------------------------------------------------

    /// Some row of the page has something in it.
    bool is_filled(std::size_t i) const
    {
        return i == 0 || std::any_of(m_rows.rows.begin(), m_rows.rows.end(),
                                     [&](auto const &row) { return !std::holds_alternative<std::monostate>(row[i]); });
    }

    bool is_number(std::size_t i) const
    {
        return std::all_of(m_rows.rows.begin(), m_rows.rows.end(),
                           [&](auto const &row) { return !std::holds_alternative<std::string>(row[i]); });
    }

    std::string cell(Row const &row, std::size_t i) const { return cell_html(m_rows.columns[i], row[i], i == 0 ? detail(row) : ""); }

    /// The report that a row opens, if this person may.
    Report const *target() const
    {
        auto const &all = m_set.reports;
        auto const it = std::find_if(all.begin(), all.end(), [&](Report const &r) { return r.name == m_table.detail; });
        auto const &open = m_set.view.open;
        return it == all.end() || std::find(open.begin(), open.end(), it->name) == open.end() ? nullptr : &*it;
    }

    std::string detail(Row const &row) const
    {
        auto const *const to = target();
        if (to == nullptr || std::holds_alternative<std::monostate>(row[0])) {
            return {};
        }
        auto pairs = detail_of(m_rows, row, *to);
        if (!m_table.card && to->name != m_set.report.name) { // a list: the page that opens leads on in it
            auto const query = m_query.without("atom.").text();
            pairs.emplace_back(k_list, m_set.report.name + "." + m_table.name + (query.empty() ? "" : "?" + query));
        }
        return page_address(to->name, query_text(pairs));
    }

    struct Shown
    {
        std::size_t column;
        bool is_number;
    };

    /// Columns without anything in them are left out.
    std::vector<Shown> shown_columns() const
    {
        std::vector<Shown> out;
        for (std::size_t i = 0; i < m_rows.columns.size(); ++i) {
            if (is_filled(i) || m_rows.look.sort == m_rows.columns[i].name) {
                out.push_back({i, is_number(i)});
            }
        }
        return out;
    }

    std::string table() const
    {
        std::string head, body;
        auto const columns = shown_columns();
        for (auto const &c : columns) {
            head += heading(c.column, c.is_number);
        }
        std::vector<std::string> actions;
        for (auto const &row : m_rows.rows) {
            actions.push_back(row_actions(row));
        }
        bool const acts = std::any_of(actions.begin(), actions.end(), [](auto const &a) { return !a.empty(); });
        for (std::size_t r = 0; r < m_rows.rows.size(); ++r) {
            auto const &row = m_rows.rows[r];
            std::string cells;
            for (auto const &c : columns) {
                cells += fmt::format("<td class=\"{}\" data-label=\"{}\">{}</td>", class_of(row[c.column], c.is_number),
                                     escaped(m_rows.columns[c.column].label), cell(row, c.column));
            }
            body += fmt::format("<tr>{}{}</tr>", cells, acts ? "<td class=\"acts\">" + actions[r] + "</td>" : "");
        }
        return fmt::format(
            "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-labelledby=\"t-{}\"><table{}><thead><tr>{}{}</tr></thead>"
            "<tbody>{}</tbody></table></div>",
            escaped(m_table.name), has_short_key() ? " class=\"two\"" : "", head, acts ? "<th scope=\"col\" class=\"acts\">Ações</th>" : "",
            body);
    }

    static char const *class_of(SqlValue const &value, bool number)
    {
        constexpr std::size_t k_word = 20; // bytes: what is shorter stays on a line
        auto const *const text = std::get_if<std::string>(&value);
        return number ? "num" : is_folded(value) ? "l" : text != nullptr && text->size() < k_word ? "d" : "t";
    }

    /// The first column is so short that the second one stays in sight beside it.
    bool has_short_key() const
    {
        return m_rows.columns.size() > 2 && std::all_of(m_rows.rows.begin(), m_rows.rows.end(), [&](Row const &row) {
                   return shown_cell(m_rows.columns[0], row[0]).size() <= k_short_key;
               });
    }

    std::string cards() const
    {
        std::string out;
        for (auto const &row : m_rows.rows) {
            out += card(row) + row_actions(row);
        }
        return out;
    }

    static std::string folded(std::string const &rows)
    {
        return "<details class=\"find\"><summary>Ver como tabela</summary>" + rows + "</details>";
    }

    // --- what can be done to a row ----------------------------------------------------------------------------------------

    Action const *action(std::string const &name) const
    {
        auto const &all = m_set.view.actions;
        auto const it = std::find_if(all.begin(), all.end(), [&](Action const &a) { return a.name == name; });
        return it == all.end() ? nullptr : &*it;
    }

    std::string row_actions(Row const &row) const
    {
        std::string out;
        for (auto const &name : m_table.actions) {
            if (auto const *const a = action(name)) {
                out += row_action(*a, row);
            }
        }
        return out;
    }

    /// A card has an endpoint's form; all else is a link to a page that asks once more.
    std::string row_action(Action const &a, Row const &row) const
    {
        ActionFormSetting const form{a,
                                     m_rows,
                                     row,
                                     m_set.result.parameters,
                                     page_address(m_set.report.name, ""),
                                     m_query.text(),
                                     m_set.frame.form_key,
                                     m_set.frame.user};
        if (is_file_action(a)) {
            return file_action(form);
        }
        if (m_table.card) {
            return action_form(form);
        }
        auto const address = does_target_act(a) ? detail(row) : asking_address(a, row);
        return fmt::format("<a class=\"button\" href=\"{}\">{}</a>", escaped(address), escaped(action_title(form)));
    }

    std::string file_action(ActionFormSetting const &form) const
    {
        if (auto const *const request = open_request(form, m_set.view.requests)) {
            return request_note(form, *request);
        }
        return fits_file(form) ? fmt::format("<a class=\"button\" href=\"{}\">{}</a>", escaped(asking_address(form.action, form.row)),
                                             escaped(action_title(form)))
                               : std::string();
    }

    /// The page that the row opens has this action's form.
    bool does_target_act(Action const &a) const
    {
        auto const *const to = target();
        return to != nullptr && std::any_of(to->tables.begin(), to->tables.end(), [&](ReportTable const &t) {
                   return t.card && std::find(t.actions.begin(), t.actions.end(), a.name) != t.actions.end();
               });
    }

    std::string asking_address(Action const &a, Row const &row) const
    {
        auto pairs = m_query.pairs();
        auto const i = key_column(a, m_rows);
        pairs.emplace_back(k_action, a.name);
        pairs.emplace_back(k_asked_table, m_table.name);
        pairs.emplace_back(k_asked_row, m_rows.columns[i].name + "=" + plain_cell(m_rows.columns[i], row[i]));
        return page_address(m_set.report.name, query_text(pairs));
    }

    PageSetting const &m_set;
    ReportRows const &m_rows;
    ReportTable const &m_table;
    PageQuery const &m_query;
};

} // namespace

std::string report_section(PageSetting const &setting, ReportRows const &rows) { return Section(setting, rows).html(); }

std::string row_card(PageSetting const &setting, ReportRows const &rows, std::vector<SqlValue> const &row)
{
    return Section(setting, rows).card(row);
}

std::string file_links(PageSetting const &setting, ReportTable const *table)
{
    auto const query = setting.view.query.without("pagina.").without("atom.").text();
    auto const of_table = table == nullptr ? std::string() : (query.empty() ? "" : "&") + std::string("tabela=") + url_encoded(table->name);
    std::string out;
    for (auto const *kind : {"xlsx", "csv", "json"}) {
        if (table == nullptr && std::string_view(kind) == "csv") {
            continue; // several tables in one CSV can be loaded by nothing
        }
        out += fmt::format("<a href=\"{}\">{}</a> ", escaped(page_address(setting.report.name + "." + kind, query + of_table)),
                           to_upper(kind));
    }
    return out;
}

} // namespace atom
