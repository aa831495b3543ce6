#pragma once
// What a form on a page does: an endpoint's job, or a request to the next poll.

#include "engine/online/http.hpp"
#include "engine/online/report_page.hpp"
#include "engine/online/router.hpp"

#include <string>
#include <vector>

namespace atom {

class Service;

/// Who may open a report over HTTP.
bool may_open(Report const &report, Caller const &caller) noexcept;

/// The actions of a report that this caller may use: an endpoint's if a scope allows the endpoint, the engine's own if one allows the
/// report's.
std::vector<Action> actions_for(Workspace const &workspace, Report const &report, Caller const &caller);

/// What a page is to ask once more, as its address has it: which action, and the row, "COLUMN=VALUE".
struct AskedAction
{
    Action const *action;
    ReportTable const *table;
    TableLook look;
};
std::optional<AskedAction> asked_action(Report const &report, std::vector<Action> const &actions, HttpPairs const &query);

/// Does what the form says: `atom.acao` names the action. Returns what done_text() takes. Throws RequestRefused.
std::string run_action(Service &service, Report const &report, Caller const &caller, HttpPairs const &form);

/// What the page says after it.
Said done_text(std::string const &done);

} // namespace atom
