#pragma once
// A report as a page for people: HTML without scripts, in Portuguese, for a signed-in person. Pure functions of what they are given.

#include "engine/job/report_run.hpp"
#include "engine/online/page.hpp"
#include "engine/online/page_query.hpp"
#include "engine/store/requests.hpp"

#include <string>
#include <vector>

namespace atom {

/// Something that a person can do to a row: an endpoint's form, or one of the engine's own.
struct Action
{
    std::string name;                 // the endpoint's, or atom:approve, …
    std::string title;                // what its button says
    std::vector<Field> fields;        // of the endpoint's layout
    std::vector<std::string> in_path; // fields that the path names: the row's, never typed
};

/// What became of an action that was just tried; the page says it at the top.
struct Said
{
    std::string text;
    bool is_fault = false;
};

/// Where a page stands in the list from which one came; addresses, "" = there is none.
struct Place
{
    std::string title, list; // of the list
    std::string before, after;
};

/// A row and what a person is about to do to it: the page asks once more, with all that the row says.
struct AskedRow
{
    Action const *action = nullptr;
    ReportRows rows; // one
};

struct ReportView
{
    PageQuery query;
    std::vector<Action> actions;   // those that this person may use
    std::vector<std::string> open; // reports that this person may open: `detail` links to no other
    std::vector<Request> requests; // which the next poll takes up
    Said said;
    std::optional<Place> place;
    std::optional<AskedRow> asked; // then no table stands on the page
};

/// What a page of reports is made of, whole.
struct PageSetting
{
    Frame const &frame;
    Report const &report;
    std::vector<Report> const &reports; // all of the workspace
    ReportResult const &result;         // none of the tables: the parameters have a fault, or are missing
    ReportView const &view;
};

std::string report_page(PageSetting const &setting);

/// The query of the page that a row's first column opens: the target's first parameter, or the one that is called as the first column, gets
/// that column; others get the columns of their names.
HttpPairs detail_of(ReportRows const &rows, std::vector<SqlValue> const &row, Report const &target);

} // namespace atom
