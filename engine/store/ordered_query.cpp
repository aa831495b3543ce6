#include "engine/store/ordered_query.hpp"

#include <fmt/format.h>

namespace atom {

std::string ordered_query(std::string const &query, int column, bool falling)
{
    return fmt::format("select * from ({}) order by {} collate nocase {} nulls last", query, column + 1, falling ? "desc" : "asc");
}

} // namespace atom
