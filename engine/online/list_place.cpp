#include "engine/online/list_place.hpp"

#include "engine/online/report_action.hpp"
#include "engine/online/report_page.hpp"
#include "engine/online/service.hpp"

namespace atom {

namespace {

constexpr std::size_t k_most = 5000; // rows of a list that one goes through one by one

struct List
{
    Report const &report;
    ReportTable const &table; // its rows open the page
    PageQuery query;
};

std::optional<List> list_of(ListSetting const &setting, Report const &report, PageQuery const &query)
{
    auto const *const from = query.value(k_list);
    auto const dot = from == nullptr ? std::string::npos : from->find('.');
    if (dot == std::string::npos) {
        return std::nullopt;
    }
    auto const mark = std::min(from->find('?'), from->size());
    auto const *const list = setting.service.workspace().report(from->substr(0, dot));
    auto const *const table = list == nullptr || mark < dot ? nullptr : list->table(from->substr(dot + 1, mark - dot - 1));
    if (table == nullptr || table->detail != report.name || !may_open(*list, setting.caller)) {
        return std::nullopt;
    }
    return List{*list, *table, PageQuery(*list, pairs_of(mark < from->size() ? from->substr(mark + 1) : ""))};
}

ReportRows rows_of(ListSetting const &setting, List const &list)
{
    auto look = list.query.look(list.table);
    look.first = 0;
    look.counts = 0;
    look.limit = k_most;
    ReportRows rows;
    try {
        auto const parameters = report_parameters(list.report, list.query.given(), setting.moment);
        setting.service.readers().run([&](Database &db) { rows = run_table(db, list.table, parameters, setting.facts, look); });
    } catch (ParameterError const &) {
        rows.rows.clear(); // the address was changed by hand
    }
    return rows;
}

bool opens(HttpPairs const &row, PageQuery const &page)
{
    return std::all_of(row.begin(), row.end(), [&](auto const &p) {
        auto const it = page.given().find(p.first);
        return it != page.given().end() && it->second == p.second;
    });
}

} // namespace

std::optional<ListPlace> find_list_place(ListSetting const &setting, Report const &report, PageQuery const &query)
{
    auto const list = list_of(setting, report, query);
    if (!list) {
        return std::nullopt;
    }
    ListPlace out{list->report.title, page_address(list->report.name, list->query.text()), false, "", ""};
    auto const rows = rows_of(setting, *list);
    for (auto const &row : rows.rows) {
        auto const pairs = detail_of(rows, row, report);
        if (out.is_there) {
            out.after = query_text(pairs);
            return out;
        }
        out.is_there = opens(pairs, query);
        if (!out.is_there) {
            out.before = query_text(pairs);
        }
    }
    if (!out.is_there) {
        out.before.clear();
    }
    return out;
}

std::optional<Place> place_in_list(ListSetting const &setting, Report const &report, PageQuery const &query, HttpPairs const &asked)
{
    auto const at = find_list_place(setting, report, query);
    if (!at) {
        return std::nullopt;
    }
    auto const address = [&](std::string const &own) {
        auto const to = PageQuery(report, pairs_of(own)).with(k_list, *query.value(k_list));
        return to.given().empty() ? std::string() : page_address(report.name, to.text());
    };
    auto const next = std::find_if(asked.begin(), asked.end(), [](auto const &p) { return p.first == k_next; });
    return Place{at->title, at->list, address(at->before), address(at->is_there || next == asked.end() ? at->after : next->second)};
}

} // namespace atom
