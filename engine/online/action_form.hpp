#pragma once
// Forms: one field as an input, and an action on a row as a form that posts it.

#include "engine/online/report_page.hpp"

#include <string>

namespace atom {

/// Label, input and help of a field, with this value in it. `prefix` keeps ids apart. `acts`: in an action's form, values to choose from
/// are buttons, of which none is chosen, not as a list; a text that may be left blank is a box of several lines.
std::string input_field(Field const &field, std::string const &value, std::string const &prefix, bool acts);

struct ActionFormSetting
{
    Action const &action;
    ReportRows const &rows;
    std::vector<SqlValue> const &row;
    Parameters const &parameters; // of the report
    std::string address;          // it posts there
    std::string query;            // where the page was: it comes back there
    std::string form_key;         // see page.hpp
    std::string user;             // who does it
};

/// The whole form. Nothing is chosen in it before a person chooses.
///
/// A field that the path names is hidden: it is the row's column of that name, else the report's parameter, else the first column. Of the
/// others those are shown that have a label or are required; a column of the field's name is what stands in it, but where the field is a
/// choice. One without a label that the row has is hidden. "" for an engine's own action that is none for the row's file.
std::string action_form(ActionFormSetting const &setting);

/// What its button says: the table's label of the action's name, else its own title.
std::string action_title(ActionFormSetting const &setting);

/// One of the engine's own.
bool is_file_action(Action const &action);
/// The row's file has the status for which the engine's own action is.
bool fits_file(ActionFormSetting const &setting);
/// The request for this action and the row's file that the next poll takes up; null: there is none.
Request const *open_request(ActionFormSetting const &setting, std::vector<Request> const &requests);
/// Who asked and when, and a form that takes it back.
std::string request_note(ActionFormSetting const &setting, Request const &request);

/// The column by which an action's row is found again.
std::size_t key_column(Action const &action, ReportRows const &rows);

} // namespace atom
