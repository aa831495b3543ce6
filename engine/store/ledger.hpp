#pragma once
// The ledger: one row a file that was seen, what became of it, and its rejected lines. Each call is one or few statements in the caller's
// transaction; none begins or commits.

#include "engine/layout/fault.hpp"
#include "engine/store/changes.hpp"
#include "engine/store/database.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace atom {

/// A row of atom_file. Empty text = null.
struct FileRow
{
    std::int64_t id = 0;
    std::string source; // "" = imported by hand
    std::string file;   // its name
    std::string path;   // where its bytes are: in the spool, or the imported file
    std::uint64_t size = 0;
    std::string modified; // as the server said
    std::string job, layout;
    std::string data, hora; // from the name
    std::string captures;   // a JSON object
    std::string sha256;
    std::string status = "seen";
    std::string code, reason;
    std::uint64_t read = 0, accepted = 0, rejected = 0, warnings = 0;
    std::string rejects = "{}", changes = "{}", exports = "[]"; // JSON
    double seconds = 0;
    std::string seen_at, ended_at;
    std::int64_t attempts = 0;
    bool forced = false;   // takes a duplicate
    bool released = false; // past its requires
    std::string approved;  // the kinds of hold that a person passed, a line each, after a tab how many rows were told; "*" = any
    std::string by;        // who let it through

    /// A person passed a hold of this kind: what stands before the ':' of a reason. Who approves a file because it is late has not
    /// looked at what a brake would say: that holds it again; and so does a brake that counts `rows`, over a tenth more than were told.
    bool is_approved(std::string const &why, std::int64_t rows = 0) const;
    /// A person passes what holds it now; `rows` are those that a brake told, 0 = none were.
    void approve(std::int64_t rows);
    /// A person let these bytes through; others under the same name are no business of that person's.
    bool is_let_through() const noexcept { return released || !approved.empty(); }
    /// Other bytes have come in their place, at which nobody has looked.
    void forget_approval() noexcept
    {
        approved.clear();
        released = false;
    }
};

class Ledger
{
public:
    explicit Ledger(Database &db) : m_db(db) {}

    /// Inserts where id is 0, else updates the whole row. Returns the id.
    std::int64_t save(FileRow &row);
    /// As if it had never been seen.
    void remove(std::int64_t id);
    std::optional<FileRow> find(std::int64_t id);
    /// The newest row for a folder's entry of this name, size and time; a null size takes any.
    std::optional<FileRow> find_entry(std::string const &source, std::string const &file, std::uint64_t size, std::string const &modified);
    /// The file that has these bytes for this job and date: done, with a data line; the oldest. Not the row `besides`.
    std::optional<FileRow> find_done(std::string const &sha256, std::string const &job, std::string const &data, std::int64_t besides);
    /// A failed one of these bytes, job and date.
    std::optional<FileRow> find_failed(std::string const &sha256, std::string const &job, std::string const &data, std::int64_t besides);
    /// What stood under this file's name in its folder before it, and was failed, held or waiting, is no longer there.
    void note_replaced(FileRow const &row);
    /// True if some file of this job, date and size is done or failed: its bytes may be these.
    bool may_be_known(std::string const &job, std::string const &data, std::uint64_t size);
    /// The latest date of this job's done files.
    std::optional<std::string> last_done_date(std::string const &job);
    /// A done file of this job with a date from `first` to `last` ("" = no end).
    bool has_done(std::string const &job, std::string const &first, std::string const &last);
    /// A file of this job and date has been seen, whatever became of it.
    bool has_come(std::string const &job, std::string const &date);
    /// Files of these jobs that are failed, held or waiting, or seen and not here yet, where no later one of its job and date is done, and
    /// that were not released for this export; in the order of the jobs.
    std::vector<FileRow> find_holders(std::vector<std::string> const &jobs, std::string const &export_name);
    /// How many rows of an export its holders kept back when it was last to be written.
    std::uint64_t kept_back(std::string const &export_name);
    void note_kept_back(std::string const &export_name, std::uint64_t rows);
    /// The files that hold this export now hold it no longer.
    void release_export(std::vector<std::string> const &jobs, std::string const &export_name);
    std::vector<FileRow> with_status(std::vector<std::string> const &statuses);
    std::vector<FileRow> all(std::string const &status, std::string const &date); // "" = any; by id

    void clear_rejects(std::int64_t file_id);
    /// In the order in which they come. `chave` says what the line is about ("column=value", see job/subject.hpp); "" = nothing known.
    void add_reject(std::int64_t file_id, std::int64_t seq, Reject const &reject, std::string const &chave = {});
    /// Of a file, in order of line; calls back for each.
    void each_reject(std::int64_t file_id, std::function<void(Reject const &)> const &call);

private:
    FileRow row_of(Statement const &s) const;
    std::optional<FileRow> first(Statement s);

    Database &m_db;
    std::optional<Statement> m_add_reject;
};

/// Counts of rejected lines by code, warnings apart, as rejects come.
class RejectTally
{
public:
    void note(Reject const &r);
    std::uint64_t warnings() const noexcept { return m_warnings; }
    std::string json() const; // {"CODE": lines}

private:
    std::map<std::string, std::uint64_t> m_lines;
    std::map<std::string, std::uint64_t> m_last; // by code: the last line counted
    std::uint64_t m_warnings = 0;
};

std::string json_of(std::map<std::string, TableChanges> const &changes);

/// Some file was done in this base.
bool has_done_file(Database &db);

} // namespace atom
