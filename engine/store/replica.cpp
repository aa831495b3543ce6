#include "engine/store/replica.hpp"

#include "engine/base/file.hpp"
#include "engine/store/sqlite_error.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace atom {

namespace {

/// All pages of a base in one read of it.
void copy_pages(Database &from, Database &to)
{
    sqlite3_backup *const backup = sqlite3_backup_init(to.handle(), "main", from.handle(), "main");
    if (backup == nullptr) {
        throw StoreError(sqlite3_extended_errcode(to.handle()), sqlite3_errmsg(to.handle()));
    }
    int const stepped = sqlite3_backup_step(backup, -1);
    int const finished = sqlite3_backup_finish(backup);
    if (stepped != SQLITE_DONE || finished != SQLITE_OK) {
        int const code = finished != SQLITE_OK ? finished : stepped;
        throw StoreError(code, fmt::format("copying the base: {}", sqlite3_errstr(code)));
    }
}

/// Of one kind, in the order in which they were made; none of the engine's and of SQLite's own.
std::vector<std::pair<std::string, std::string>> made_online(Database &db, char const *kind)
{
    std::vector<std::pair<std::string, std::string>> out;
    auto s = db.prepare(
        "select name, sql from online.sqlite_schema where type = ?1 and sql is not null and tbl_name not like 'atom\\_%' escape '\\' "
        "and name not like 'sqlite\\_%' escape '\\' order by rowid");
    s.bind(1, kind);
    while (s.step()) {
        out.emplace_back(s.text(0), s.text(1));
    }
    return out;
}

void add_online(Database &db, std::filesystem::path const &online)
{
    db.prepare("attach ?1 as online").bind(1, online.string()).run();
    {
        Transaction transaction(db); // and one look at the online base, whatever its writer does meanwhile
        for (auto const &[name, sql] : made_online(db, "table")) {
            db.exec(sql); // unqualified: into main
            db.exec(fmt::format("insert into main.{0} select * from online.{0}", sql_name(name)));
        }
        for (auto const *kind : {"index", "view"}) {
            for (auto const &[name, sql] : made_online(db, kind)) {
                db.exec(sql);
            }
        }
        transaction.commit();
    }
    db.exec("detach online");
}

void sync_file(std::filesystem::path const &path)
{
    Fd const fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd || ::fsync(fd.get()) != 0 || ::fchmod(fd.get(), 0440) != 0) {
        throw FileError("sync", path.string(), errno);
    }
}

void remove_part(std::filesystem::path const &part)
{
    for (auto const *ending : {"", "-journal", "-wal", "-shm"}) {
        std::error_code ignored; // a file that cannot be removed cannot be made either: that tells
        std::filesystem::remove(part.string() + ending, ignored);
    }
}

void build(Database &base, std::filesystem::path const &online, std::filesystem::path const &part)
{
    Database db(part, OpenMode::read_write);
    constexpr char const *k_no_journal =
        "pragma journal_mode = delete; pragma journal_mode = off; pragma synchronous = off"; // thrown away if it fails
    db.exec(k_no_journal);
    copy_pages(base, db);
    db.exec(k_no_journal);   // the pages brought the base's mode
    std::error_code ignored; // what cannot be seen is not there
    if (std::filesystem::exists(online, ignored)) {
        add_online(db, online);
    }
}

} // namespace

void build_replica(Database &base, std::filesystem::path const &online, std::filesystem::path const &replica)
{
    make_folder(replica.parent_path());
    std::filesystem::path const part(replica.string() + ".part");
    remove_part(part);
    try {
        build(base, online, part);
        sync_file(part);
        if (::rename(part.c_str(), replica.c_str()) != 0) {
            throw FileError("rename to", replica.string(), errno);
        }
    } catch (...) {
        remove_part(part);
        throw;
    }
    sync_folder(replica.parent_path());
}

} // namespace atom
