#pragma once
// Bases that are not there yet, beside others in one connection; those that are there: Database::attach().

#include "engine/store/database.hpp"

#include <string>

namespace atom {

/// Attaches a copy in memory of what `of` holds: schema and rows. For bases that are not there yet, and for checking.
void attach_copy(Database &db, Database &of, std::string const &name);

/// A connection that is open on no base of its own and writes none that is attached to it.
std::unique_ptr<Database> open_reader();

} // namespace atom
