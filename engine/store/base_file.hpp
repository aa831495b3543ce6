#pragma once
// Is the file that is to be the base one that this program can take? What is refused says what to do; nothing is begun anew in its place.

#include <cstdint>
#include <filesystem>

struct sqlite3;

namespace atom {

class Database;

enum class BaseKind
{
    base,
    online
};

/// Makes a base without a table, whole or not at all: no other process sees an empty file. One that is there meanwhile stays.
void make_base_file(std::filesystem::path const &path);

/// Of a connection that has read nothing yet: throws StoreError for a file without a byte, and for one that is shorter than its header
/// says. It is looked at through SQLite's own handle: a file that this process closed by itself would lose the locks of its other
/// connections, and who closed it last elsewhere would remove the WAL that they write.
void refuse_cut_file(sqlite3 *db, std::filesystem::path const &path);

/// Once it is open: throws StoreError for the base of another program, for the other one of atom's two, and for one that a newer version of
/// atom has made.
void refuse_foreign_base(Database &db, BaseKind kind);

/// In the transaction that makes the engine's tables: whose base this is, and of which version.
void mark_base(Database &db, BaseKind kind);
bool is_marked(Database &db, BaseKind kind);

} // namespace atom
