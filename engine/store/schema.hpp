#pragma once
// The base's shape: the engine's own tables, the pack's migrations, and what a table looks like.

#include "engine/base/toml.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace atom {

class Database;

struct TableInfo
{
    std::string name;
    std::vector<std::string> columns;
    std::vector<std::string> types; // as declared, of each column
    std::vector<bool> not_null;     // declared so
    std::vector<bool> has_default;
    bool has_rowid = true;
    bool has_checks = false;                      // the word stands somewhere in its definition
    bool has_triggers = false;                    // besides the engine's own (store/line_hash.hpp)
    bool has_partly_unique = false;               // a unique index with a WHERE, or on an expression
    std::vector<std::vector<std::string>> unique; // primary key and unique indices (whole ones: no WHERE, no expression)

    int column_index(std::string_view column) const noexcept; // -1 = none
    bool has(std::string_view column) const noexcept { return column_index(column) >= 0; }
    /// The primary key or a unique index on exactly these columns, in any order.
    bool is_unique(std::vector<std::string> const &key) const;
    /// A unique set of columns that holds all of `key`; none if there is none.
    std::vector<std::string> const *unique_with(std::vector<std::string> const &key) const;
};

/// None if there is no such table (a view is none).
std::optional<TableInfo> table_info(Database &db, std::string const &table);
/// The indices that only help to find rows, and may be made anew at the end of a load: of no constraint, not unique, named by no view or
/// trigger; none of a table with triggers of the pack, which may ask the table for its rows meanwhile.
struct PlainIndex
{
    std::string name, sql; // the statement that makes it
};
std::vector<PlainIndex> plain_indices(Database &db, std::string const &table);
std::vector<std::string> table_names(Database &db); // the pack's: no views, no atom_*, no sqlite_*

/// Makes the engine's own tables where they are missing: those of the base, those of the online base.
void make_engine_tables(Database &db);
void make_online_tables(Database &db);

/// Applies the *.sql of a folder that were not applied yet, in the order of their names, each in a transaction of its own. A fault (SQL
/// that SQLite refuses, a file that was changed after it was applied) is added at the file's place and ends it. `shown` is the folder's
/// name.
void apply_migrations(Database &db, std::filesystem::path const &folder, std::string const &shown, Faults &faults);

/// Adds a fault for each migration that was changed after it was applied. Writes nothing.
void check_applied(Database &db, std::filesystem::path const &folder, std::string const &shown, Faults &faults);

} // namespace atom
