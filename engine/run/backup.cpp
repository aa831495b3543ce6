#include "engine/run/backup.hpp"

#include "engine/base/file.hpp"
#include "engine/store/backup.hpp"
#include "engine/store/database.hpp"

#include <fmt/format.h>

#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace atom {

namespace fs = std::filesystem;

namespace {

fs::path with_ending(fs::path const &path, char const *ending) { return path.string() + ending; }

void remove_all_of(fs::path const &path)
{
    for (auto const *ending : {"", "-wal", "-shm", "-journal"}) {
        std::error_code failed;
        fs::remove_all(with_ending(path, ending), failed);
        if (failed) {
            throw FileError("remove", with_ending(path, ending).string(), failed.value());
        }
    }
}

void sync_file(fs::path const &path)
{
    Fd const fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd || ::fchmod(fd.get(), 0640) != 0 || ::fsync(fd.get()) != 0) {
        throw FileError("sync", path.string(), errno);
    }
}

void put_in_place(fs::path const &part, fs::path const &path)
{
    std::error_code failed;
    fs::remove_all(path, failed); // a folder is not replaced by a rename
    if (::rename(part.c_str(), path.c_str()) != 0) {
        throw FileError("rename " + part.string() + " to", path.string(), errno);
    }
    sync_folder(fs::absolute(path).parent_path());
}

/// What was there is FILE.1, FILE.1.online and FILE.1.spool: as a backup that is not there without its base, which goes last.
void keep_former(fs::path const &file)
{
    std::error_code ignored; // what cannot be seen is not there
    if (!fs::exists(file, ignored)) {
        return;
    }
    auto const kept = with_ending(file, ".1");
    for (auto const *ending : {"", ".online", ".spool"}) {
        remove_all_of(with_ending(kept, ending));
    }
    for (auto const *ending : {".spool", ".online", ""}) {
        auto const from = with_ending(file, ending);
        if (fs::exists(from, ignored)) {
            put_in_place(from, with_ending(kept, ending));
        }
    }
}

/// Copies what the copied base promises. What is gone meanwhile has been delivered since, so the copy need not promise it.
void copy_promised(fs::path const &base, fs::path const &spool)
{
    make_folder(spool);
    Database db(base, OpenMode::existing);
    std::vector<std::string> promised;
    {
        auto s = db.prepare("select distinct local from atom_outbox where local is not null");
        while (s.step()) {
            promised.push_back(s.text(0));
        }
    }
    for (auto const &local : promised) {
        try {
            MappedFile const bytes(local);
            AtomicFile copy(spool / fs::path(local).filename());
            copy.write(bytes.bytes());
            copy.commit();
        } catch (FileError const &e) {
            if (e.error_number() != ENOENT) {
                throw;
            }
            db.prepare("delete from atom_outbox where local = ?1").bind(1, local).run();
        }
    }
}

} // namespace

std::vector<BackupPart> back_up(Workspace const &workspace, fs::path const &file)
{
    auto const base = with_ending(file, ".part"), online = with_ending(file, ".online.part"), spool = with_ending(file, ".spool.part");
    for (auto const &left : {base, online, spool}) {
        remove_all_of(left);
    }
    copy_base(workspace.base, base);
    copy_promised(base, spool);
    sync_file(base);
    std::error_code ignored; // what cannot be seen is not there
    bool const has_online = fs::exists(workspace.online, ignored);
    if (has_online) {
        copy_base(workspace.online, online);
        sync_file(online);
    }
    keep_former(file);
    if (has_online) {
        put_in_place(online, with_ending(file, ".online"));
    }
    put_in_place(spool, with_ending(file, ".spool"));
    put_in_place(base, file); // last: with it the backup is there
    std::vector<BackupPart> out;
    for (auto const *ending : {"", ".online"}) {
        auto const path = with_ending(file, ending);
        if (auto const size = fs::file_size(path, ignored); !ignored) {
            out.push_back({path, size});
        }
    }
    return out;
}

} // namespace atom
