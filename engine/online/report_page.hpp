#pragma once
// A report as a page for people: HTML without scripts, in Portuguese, for a signed-in person. Pure functions of what they are given.

#include "engine/job/report_run.hpp"
#include "engine/online/page.hpp"

#include <map>
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

struct ReportView
{
    std::map<std::string, std::string> given; // the parameters as they were typed
    std::string query;                        // the same, as in the address
    std::vector<Action> actions;              // those that this person may use
    std::vector<std::string> open;            // reports that this person may open: `detail` links to no other
    Said said;
};

/// `reports` are all of the workspace. A parameter fault shows the form and no tables: then `result` has none.
std::string report_page(Frame const &frame, Report const &report, std::vector<Report> const &reports, ReportResult const &result,
                        ReportView const &view);

} // namespace atom
