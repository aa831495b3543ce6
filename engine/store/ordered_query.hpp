#pragma once
// A query of a user's in another order.

#include <string>

namespace atom {

/// `query` is one select without a semicolon; `column` counts from 0. Texts whatever their capitals (of ASCII), nothing at the end.
std::string ordered_query(std::string const &query, int column, bool falling);

} // namespace atom
