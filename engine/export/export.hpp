#pragma once
// One export: its query against what the target was given, and the difference as files in the spool, in one transaction with what is now
// remembered as delivered and the outbox rows that bring it there. Removals come first.

#include "engine/base/clock.hpp"
#include "engine/job/workspace.hpp"
#include "engine/store/ledger.hpp"

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
    std::uint64_t kept_back = 0;   // rows that would have left
    bool is_kept_news = false;     // it was another number the last time
    std::vector<FileRow> by;       // files that keep them back
};

struct ExportSetting
{
    Database &db;
    Workspace const &workspace;
    Clock const &clock;
};

/// In a transaction of its own. Throws StoreError, WriteError and FileError; nothing is then written.
/// While files hold it, nothing new or changed leaves, only removals, and the export stays due.
ExportResult run_export(ExportSetting const &setting, Export const &x, bool full);

/// Marks the exports that a job makes due; in the caller's transaction. Returns their names.
std::vector<std::string> make_due(Database &db, Workspace const &workspace, std::string const &job);
/// Exports that are due and whose target is configured, by name.
std::vector<Export const *> due_exports(Database &db, Workspace const &workspace);

} // namespace atom
