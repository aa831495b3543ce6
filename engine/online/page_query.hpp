#pragma once
// What stands behind the ? of a report's page: its parameters, how each of its tables is looked at (`pagina.TABLE`, `ordem.TABLE`,
// `filtro.TABLE.COLUMN`), and what the engine itself notes there (`atom.…`). Pure.

#include "engine/job/report_run.hpp"
#include "engine/online/http.hpp"

#include <map>
#include <string>

namespace atom {

/// Names that are ours; no parameter and no column is called so.
constexpr char const *k_key = "atom.chave";          // of a form
constexpr char const *k_back = "atom.volta";         // of a form: the query of the page on which it stood
constexpr char const *k_action = "atom.acao";        // which action a form does, or a page asks about
constexpr char const *k_file = "atom.arquivo";       // of a form: the file of an engine's own action
constexpr char const *k_asked_table = "atom.tabela"; // of a page that asks about an action: the table,
constexpr char const *k_asked_row = "atom.linha";    // and its row
constexpr char const *k_withdraw = "atom.retirar";   // of a form: the action's request is taken back
constexpr char const *k_done = "atom.feito";         // what was just done
constexpr char const *k_list = "atom.lista";         // the list from which one came: "REPORT.TABLE?query"
constexpr char const *k_next = "atom.proximo";       // the query of what comes after it in that list

std::string query_text(HttpPairs const &pairs);
HttpPairs pairs_of(std::string const &query);

class PageQuery
{
public:
    PageQuery() = default;
    /// What is neither the report's nor about its tables is left out, but for the list.
    PageQuery(Report const &report, HttpPairs const &query);

    /// The parameters that were given, by name.
    std::map<std::string, std::string> const &given() const noexcept { return m_given; }
    /// How a table is looked at; with its own number of rows on a page.
    TableLook look(ReportTable const &table) const;
    std::size_t page(ReportTable const &table) const;
    bool is_filtered(ReportTable const &table) const { return !look(table).holding.empty(); }

    std::string text() const { return query_text(m_pairs); }
    HttpPairs const &pairs() const noexcept { return m_pairs; }
    std::string const *value(std::string_view name) const noexcept;

    /// The same with other values; "" takes one away.
    PageQuery with(std::string const &name, std::string const &value) const;
    /// Without all names that begin so.
    PageQuery without(std::string_view beginning) const;

private:
    HttpPairs m_pairs;
    std::map<std::string, std::string> m_given;
};

/// "/relatorios/NAME?query"
std::string page_address(std::string const &report, std::string const &query);

std::string page_name(ReportTable const &table);                              // "pagina.TABLE"
std::string order_name(ReportTable const &table);                             // "ordem.TABLE": a column, with - the greatest first
std::string filter_name(ReportTable const &table, std::string const &column); // "filtro.TABLE.COLUMN"

} // namespace atom
