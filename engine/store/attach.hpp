#pragma once
// Two bases in one connection: each under a name of its own, so that SQL can say base.x and online.x; a bare name is looked for in the
// order of attaching.

#include "engine/store/database.hpp"

#include <filesystem>
#include <string>

namespace atom {

/// Attaches the file as `name`. Where `db` was opened read_only, so is this. Throws StoreError, also where there is no such file.
void attach(Database &db, std::filesystem::path const &path, std::string const &name);

/// Attaches a copy in memory of what `of` holds: schema and rows. For bases that are not there yet, and for checking.
void attach_copy(Database &db, Database &of, std::string const &name);

/// A connection that is open on no base of its own and writes none that is attached to it.
std::unique_ptr<Database> open_reader();

} // namespace atom
