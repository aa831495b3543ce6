#pragma once
// One export: its query against what the target was given, and the difference as files in the spool, in one transaction with what is now
// remembered as delivered and the outbox rows that bring it there. Removals come first.

#include "engine/base/clock.hpp"
#include "engine/job/workspace.hpp"
#include "engine/store/database.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace atom {

struct ExportFile
{
    std::string kind; // "removed", "full" or "delta"
    std::string name;
    std::uint64_t rows = 0;
    std::vector<std::vector<std::string>> examples; // the first keys: values of the export's key columns
};

struct ExportResult
{
    std::string name;
    std::vector<ExportFile> files; // in the order in which they go
};

struct ExportSetting
{
    Database &db;
    Workspace const &workspace;
    Clock const &clock;
};

/// In a transaction of its own. Throws StoreError, WriteError and FileError; nothing is then written.
/// With `only_removals` nothing new or changed leaves, and the export stays due.
ExportResult run_export(ExportSetting const &setting, Export const &x, bool full, bool only_removals);

/// The jobs whose failed, held or waiting files hold this export.
std::vector<std::string> jobs_that_hold(Workspace const &workspace, Export const &x);
/// What holds it now, fit for a log: a file of such a job, or a source of theirs whose folder could not be read; none: it is free.
std::optional<std::string> holder_of(Database &db, Workspace const &workspace, Export const &x);

/// Marks the exports that a job makes due; in the caller's transaction. Returns their names.
std::vector<std::string> make_due(Database &db, Workspace const &workspace, std::string const &job);
/// Exports that are due and whose target is configured, by name.
std::vector<Export const *> due_exports(Database &db, Workspace const &workspace);

} // namespace atom
