#pragma once
// Texts that a spreadsheet would take for a formula, made harmless for people who open a CSV file with one.

#include <string>
#include <string_view>

namespace atom {

/// With an apostrophe before each beginning of a formula: a first = + - @ (as wide characters, too), behind blanks, line ends and marks
/// that nobody sees; and the same behind a character that another program splits cells at.
std::string defused(std::string_view utf8);

} // namespace atom
