#include "engine/store/backup.hpp"

#include "engine/base/file.hpp"
#include "engine/store/database.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

namespace atom {

namespace {

struct EndBackup
{
    void operator()(sqlite3_backup *b) const noexcept { sqlite3_backup_finish(b); }
};

void copy_pages(Database &from, Database &to)
{
    std::unique_ptr<sqlite3_backup, EndBackup> const backup(sqlite3_backup_init(to.handle(), "main", from.handle(), "main"));
    // All pages in one step: one read transaction, so one state of the base, whatever is committed meanwhile.
    int const rc = backup ? sqlite3_backup_step(backup.get(), -1) : sqlite3_errcode(to.handle());
    if (rc != SQLITE_DONE) {
        throw StoreError(rc, fmt::format("cannot copy {} to {}: {}", from.path().string(), to.path().string(), sqlite3_errstr(rc)));
    }
}

} // namespace

void copy_base(std::filesystem::path const &from, std::filesystem::path const &to)
{
    Database source(from, OpenMode::read_only);
    Database target(to, OpenMode::read_write); // closing it leaves all in the one file
    copy_pages(source, target);
    if (auto const found = target.text("pragma integrity_check(3)").value_or("nothing was said"); found != "ok") {
        throw StoreError(SQLITE_CORRUPT, fmt::format("the copy {} is damaged, and so may be {}: {}", to.string(), from.string(), found));
    }
}

} // namespace atom
