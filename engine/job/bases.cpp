#include "engine/job/bases.hpp"

#include "engine/base/file.hpp"
#include "engine/base/lock_file.hpp"
#include "engine/store/base_file.hpp"
#include "engine/store/schema.hpp"

namespace atom {

namespace {

constexpr char const *k_online_migrations = "jobs/schema/online";

void migrate_online(Database &db, Workspace const &workspace, Faults &faults)
{
    make_online_tables(db);
    apply_migrations(db, workspace.root / k_online_migrations, k_online_migrations, faults);
}

} // namespace

std::unique_ptr<Database> open_online(Workspace const &workspace, OpenMode mode)
{
    if (mode == OpenMode::read_write) {
        make_folder(workspace.online.parent_path());
    }
    auto db = std::make_unique<Database>(workspace.online, mode);
    refuse_foreign_base(*db, BaseKind::online);
    db->set_name("online");
    if (mode == OpenMode::read_write) {
        Faults faults;
        migrate_online(*db, workspace, faults);
        faults.throw_if_any();
    }
    if (std::filesystem::exists(workspace.base)) {
        db->attach(workspace.base, "base");
    }
    return db;
}

void attach_online(Database &base, Workspace const &workspace)
{
    base.set_name("base");
    if (std::filesystem::exists(workspace.online)) {
        base.attach(workspace.online, "online");
    }
}

bool is_at_work(Workspace const &workspace)
{
    auto const base = workspace.base.string();
    return LockFile::is_held(base + ".lock") || LockFile::is_held(base + ".run.lock");
}

void mark_interrupted(std::vector<FileRow> &files, Workspace const &workspace)
{
    bool const idle = !is_at_work(workspace);
    for (auto &f : files) {
        if (idle && (f.status == "running" || f.status == "fetching")) {
            f.status = "interrupted";
            f.reason = "nothing of it is in the base; the next look begins it again";
        }
    }
}

EmptyBases empty_bases(Workspace const &workspace, Faults &faults)
{
    constexpr char const *k_base = "file:atom-check-base?mode=memory&cache=shared";
    constexpr char const *k_online = "file:atom-check-online?mode=memory&cache=shared";
    EmptyBases out;
    out.base = std::make_unique<Database>(k_base, OpenMode::shared_memory);
    make_engine_tables(*out.base);
    apply_migrations(*out.base, workspace.root / "jobs" / "schema" / "base", "jobs/schema/base", faults);
    out.online = std::make_unique<Database>(k_online, OpenMode::shared_memory);
    migrate_online(*out.online, workspace, faults);
    out.base->set_name("base");
    out.online->set_name("online");
    out.base->attach(k_online, "online");
    out.online->attach(k_base, "base");
    return out;
}

} // namespace atom
