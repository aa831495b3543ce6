#pragma once
// The environment's variables, as values.

#include <optional>
#include <string>

namespace atom {

/// None if it is not set; a name that is empty is no variable.
std::optional<std::string> environment(std::string const &name);

/// The text with each ${VAR} replaced by the environment's. `unset` gets the name of a variable that is not there.
std::string with_environment(std::string const &text, std::string &unset);

} // namespace atom
