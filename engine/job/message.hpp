#pragma once
// A rule's message: text in which {column} stands for a value.

#include <functional>
#include <string>
#include <vector>

namespace atom {

/// The columns that a message names, each once.
std::vector<std::string> message_columns(std::string const &message);

/// The message with `value_of(column)` in place of each {column}. What a value says is put in as it is, braces too.
std::string filled_message(std::string const &message, std::function<std::string(std::string const &)> const &value_of);

} // namespace atom
