#pragma once
// The SQL that a rule's verb becomes, all of it in this one file (a second store may come). Pure text: nothing is prepared here.
// Everywhere `t` is the table and `e` the input.
//
// Of a statement that writes a table and reads it in its SELECT, SQLite keeps what that gives in a temporary table first. So such a SELECT
// gives no more rows than must be written (docs/architecture.md, "An upsert's two ways").

#include "engine/store/schema.hpp"

#include <string>
#include <utility>
#include <vector>

namespace atom {

/// What a verb writes.
struct WriteSpec
{
    using Columns = std::vector<std::pair<std::string, std::string>>; // column, SQL expression on e (and t)

    std::string table;
    std::vector<std::string> key;
    Columns values;           // of a new row, key columns among them
    Columns old_values;       // of a row that is there; without key columns
    std::string from = "e";   // what stands in FROM: a relation, or a select in parentheses
    std::string where;        // on t (and e); "" = all
    std::string last;         // "" or the condition that e is the last row of its key
    bool has_arquivo = false; // the table has arquivo_id
    bool has_linha = false;   // the table has linha, and so has the input
};

/// Appends; with `skip_known`, a row whose key is there is passed over.
std::string insert_sql(WriteSpec const &w, bool skip_known);
/// Appends, or writes over where `old_values` differ: a key whose row stays as it is, is sought once. SQLite makes a whole new row of what
/// it then writes over another: not where that row could trip over what the old one never would, a CHECK, a second unique key, a column
/// that must not be null and is not written, a trigger.
std::string merge_sql(WriteSpec const &w);
bool can_merge(WriteSpec const &w, TableInfo const &table);
/// Writes each row, over the one that has its key, unless that is equal. For rows that are pure functions of their line.
std::string overwrite_sql(WriteSpec const &w);
/// Updates the rows that are there, differ and satisfy `where`.
std::string update_sql(WriteSpec const &w);

/// A replacement: the new rows go to a temporary table first, so that from and set see the table as it was.
struct ReplaceSql
{
    std::vector<std::string> prepare; // temporary tables
    std::vector<std::string> writes;  // the first one fills temp.atom_stage
    std::vector<std::string> cleanup;
};
/// `unique` is a unique key of the table that holds all of w.key; without one, whole keys whose rows differ as a multiset are written anew.
/// `keys_from` is the relation whose keys give way ("" = the whole table does).
ReplaceSql replace_sql(WriteSpec const &w, TableInfo const &table, std::vector<std::string> const *unique, std::string const &keys_from);

/// A sweep: the rows (among `where`) whose key temp.atom_named does not hold. That table is made by the first statement and filled by the
/// caller, its columns in the key's order; then it gets an index.
struct SweepSql
{
    std::string make_named;
    std::string name_key; // insert … values (?1, …)
    std::string index_named;
    std::string sweep;
    std::string drop_named;
};
SweepSql sweep_sql(WriteSpec const &w, TableInfo const &table);

/// Rows of the input with an empty key: their lines.
std::string empty_key_sql(WriteSpec const &w, std::vector<std::string> const &expressions);
/// The input without the rows that have an empty key, to stand in its place.
std::string with_whole_keys_sql(WriteSpec const &w, std::vector<std::string> const &expressions);
/// "from temp.atom_stage where …": the rows of a replacement's stage with an empty key, to be selected and deleted.
std::string stage_with_empty_key(WriteSpec const &w);
/// The condition that no later row of the relation has this row's key. The key's columns are the relation's own.
std::string last_of_key_sql(std::string const &relation, std::vector<std::string> const &columns);

} // namespace atom
