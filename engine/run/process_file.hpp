#pragma once
// The story of one file, from its bytes on this machine to its rows in the base.

#include "engine/run/site.hpp"

namespace atom {

/// Works the file whose bytes are at row.path through its job. One transaction: rows, ledger, rejects, what is due and what is still to be
/// done outside are there together, or nothing is. When it returns, row.status is done, duplicate or failed, and the ledger says so. Throws
/// StoreError, FileError (nothing was done; it begins again by itself).
/// `row` may be another one afterwards: the same bytes as a failed file are a retry of that file.
void process_file(Site &site, FileRow &row);

/// Notes a file as failed without having read it (it came short, say).
void fail_unread(Site &site, FileRow &row, FileRefused const &why);

} // namespace atom
