#pragma once
// A page that a row of a list opened: where that row stands in the list, so that one goes on from it.

#include "engine/job/report_run.hpp"
#include "engine/online/page_query.hpp"
#include "engine/online/report_page.hpp"
#include "engine/online/router.hpp"

#include <optional>
#include <string>

namespace atom {

class Service;

struct ListPlace
{
    std::string title, list;   // of the list: its report's title, and its address
    bool is_there = false;     // the row is on the list, as the list is looked at
    std::string before, after; // queries of the pages that the rows beside it open; "" = there is none
};

struct ListSetting
{
    Service &service;
    ColumnFacts const &facts;
    Caller const &caller;
    ReportMoment moment;
};

/// The list is the one that `query` names. None: it names none that this person may open. Reads the bases.
std::optional<ListPlace> find_list_place(ListSetting const &setting, Report const &report, PageQuery const &query);
/// The same as a page shows it. `asked` is what stands in the page's address: also what came after a row that was just taken off the list.
std::optional<Place> place_in_list(ListSetting const &setting, Report const &report, PageQuery const &query, HttpPairs const &asked);

} // namespace atom
