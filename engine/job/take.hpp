#pragma once
// What came online as the base's input: rows of an online table become documents, one a line, whose line number is the row's id. So a job
// that takes a table works as one that reads a file.

#include "engine/layout/input.hpp"
#include "engine/store/database.hpp"

#include <memory>
#include <string>

namespace atom {

/// The layout of the table's rows: a field a column, integer or text by its declared type. Throws std::invalid_argument for a table that
/// the online base has not, or that has no column id.
std::shared_ptr<Layout const> take_layout(Database &base, std::string const &table);

/// Is there a row with an id above `last_id`? online.db is beside the base. Throws StoreError for a table that is not there.
bool has_rows_to_take(Database &base, std::string const &table, std::int64_t last_id);

struct Taken
{
    std::unique_ptr<Input> input; // null: there is nothing new
    std::int64_t last_id = 0;
};
/// The rows with an id above `last_id`, by id, at most so many; the rest is for the next time. online.db is beside the base.
Taken take_rows(Database &base, std::string const &table, std::int64_t last_id, std::int64_t most = 50000);

/// Up to which row the job has taken its table; in the caller's transaction.
std::int64_t last_taken(Database &base, std::string const &job);
void note_last_taken(Database &base, std::string const &job, std::int64_t last_id);

/// A file's name in the ledger: "online:TABLE".
std::string take_name(std::string const &table);

} // namespace atom
