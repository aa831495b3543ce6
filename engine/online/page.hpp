#pragma once
// What stands around every page: head, navigation, who is signed in; and the pages that are no report.

#include <string>
#include <string_view>
#include <vector>

namespace atom {

struct NavLink
{
    std::string address, title;
    bool is_here = false;
};

struct Frame
{
    std::string title;
    std::string user;          // "" = nobody is signed in
    bool may_sign_out = false; // by a cookie: who comes through a proxy signs out there
    std::string form_key;      // what a form must bring back (see forms.hpp)
    std::vector<NavLink> links;
};

/// The whole document. `main` is HTML.
std::string page(Frame const &frame, std::string_view main);

/// Asks for a token; `fault` says why again. `next` is where to go then: a path of ours. `key` is the form's.
std::string sign_in_page(std::string const &fault, std::string const &next, std::string const &key);

/// "404", what is wrong, in a line.
std::string fault_page(Frame const &frame, int status, std::string const &text);

} // namespace atom
