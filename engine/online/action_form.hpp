#pragma once
// Forms: one field as an input, and an action on a row as a form that posts it.

#include "engine/online/report_page.hpp"

#include <string>

namespace atom {

/// Label, input and help of a field, with this value in it. `prefix` keeps ids apart. `buttons`: a list of values as buttons, not as a
/// list.
std::string input_field(Field const &field, std::string const &value, std::string const &prefix, bool buttons);

struct ActionFormSetting
{
    Action const &action;
    ReportRows const &rows;
    std::vector<SqlValue> const &row;
    Parameters const &parameters; // of the report
    std::string address;          // it posts there
    std::string query;            // where the page was: it comes back there
    std::string form_key;         // see page.hpp
    bool open;                    // it stands open; else behind its title
};

/// "" where the row is none for it: the engine's own are for files of one status each.
///
/// A field that the path names is hidden: it is the row's column of that name, else the report's parameter, else the first column. Of the
/// others those are shown that have a label or are required; a column of the field's name is what stands in it. One without a label that
/// the row has is hidden.
std::string action_form(ActionFormSetting const &setting);

} // namespace atom
