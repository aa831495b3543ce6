#include "engine/export/outbox.hpp"

#include "engine/base/kill_point.hpp"
#include "engine/base/log.hpp"

#include <fmt/format.h>

#include <filesystem>

namespace atom {

namespace {

constexpr char const *k_kinds[] = {"put", "write", "move", "deliver"};

OutboxRow::Kind kind_of(std::string_view text)
{
    for (std::size_t i = 0; i < std::size(k_kinds); ++i) {
        if (text == k_kinds[i]) {
            return static_cast<OutboxRow::Kind>(i);
        }
    }
    throw StoreError(1, fmt::format("the outbox has a row of unknown kind {}", text));
}

std::vector<OutboxRow> rows_of(Database &db)
{
    std::vector<OutboxRow> out;
    auto s = db.prepare(
        "select id, kind, folder, local, name, staging, final_name, size, modified, state, export, file_id from atom_outbox order by id");
    while (s.step()) {
        OutboxRow r;
        r.id = s.integer(0);
        r.kind = kind_of(s.view(1));
        r.folder = s.text(2);
        r.local = s.text(3);
        r.name = s.text(4);
        r.staging = s.text(5);
        r.final_name = s.text(6);
        r.size = static_cast<std::uint64_t>(s.integer(7));
        r.modified = s.text(8);
        r.state = s.text(9);
        r.export_name = s.text(10);
        r.file_id = s.integer(11);
        out.push_back(std::move(r));
    }
    return out;
}

std::string parent_of(std::string const &path)
{
    auto const slash = path.rfind('/');
    return slash == std::string::npos ? "" : path.substr(0, slash);
}

std::string leaf_of(std::string const &path) { return path.substr(path.rfind('/') + 1); }

std::string joined(std::string const &folder, std::string const &name) { return folder.empty() ? name : folder + "/" + name; }

class OutboxWorker
{
public:
    OutboxWorker(Database &db, Folders &folders, OutboxLimits const &limits) : m_db(db), m_folders(folders), m_limits(limits) {}

    OutboxResult run()
    {
        auto const last = std::chrono::steady_clock::now() + m_limits.budget;
        for (auto &row : rows_of(m_db)) {
            if (m_failing.count(row.folder) > 0 || m_failing.count(kind_in_folder(row)) > 0) {
                continue;
            }
            if (m_limits.may_try && !m_limits.may_try(row.folder)) {
                continue;
            }
            m_out.is_cut = std::chrono::steady_clock::now() > last;
            if (m_out.is_cut || m_limits.stop.stop_requested()) {
                break;
            }
            try {
                work(row, m_folders.get(row.folder));
                finish(row);
                m_out.reached.insert(row.folder);
            } catch (RemoteError const &e) {
                fail(row, e.what(), is_lost(e.cause()));
                leave_alone(row, e.cause());
            } catch (FileError const &e) {
                fail(row, e.what(), false);
                leave_alone(row, RemoteCause::protocol);
            }
        }
        return std::move(m_out);
    }

private:
    void work(OutboxRow &row, RemoteFolder &folder)
    {
        switch (row.kind) {
        case OutboxRow::Kind::write: folder.put(row.local, row.name); break;
        case OutboxRow::Kind::put: upload(row, folder, parent_of(row.name), fitted_name("." + leaf_of(row.name), ".part"), true); break;
        case OutboxRow::Kind::deliver: upload(row, folder, row.staging, leaf_of(row.name), false); break;
        case OutboxRow::Kind::move: move(row, folder); break;
        }
    }

    /// Uploads under a name that nobody takes, then renames. Once a rename was asked for, an upload that is no longer there was renamed,
    /// whatever became of the reply.
    void upload(OutboxRow &row, RemoteFolder &folder, std::string const &staging, std::string const &unfinished, bool may_choose)
    {
        auto const part = joined(staging, unfinished);
        bool const asked_before = row.state == "renaming";
        if (asked_before && !folder.size(part)) {
            return;
        }
        if (!asked_before) {
            kill_point("before-upload");
            folder.put(row.local, part);
            kill_point("after-upload");
            row.final_name = may_choose ? free_name(folder, row.name) : row.name;
            set_renaming(row);
            kill_point("before-rename");
        }
        rename(row, folder, part, may_choose);
        kill_point(may_choose ? "after-error-file" : "after-rename");
    }

    void rename(OutboxRow &row, RemoteFolder &folder, std::string const &from, bool may_choose)
    {
        try {
            folder.rename(from, row.final_name);
        } catch (RemoteError const &e) {
            if (e.cause() != RemoteCause::exists || !may_choose) {
                throw;
            }
            row.final_name = free_name(folder, row.name);
            set_renaming(row);
            folder.rename(from, row.final_name);
        }
    }

    /// Moves a finished file, if it is still the one that was taken.
    void move(OutboxRow &row, RemoteFolder &folder)
    {
        auto const *const entry = listed(row, folder);
        if (entry == nullptr) {
            return; // moved already, or somebody took it
        }
        bool const is_marker = row.modified.empty(); // nobody looked at its size
        if (!is_marker && (entry->size != row.size || entry->modified != row.modified)) {
            log_info("{}: {} was replaced by a newer upload and stays", row.folder, row.name);
            return;
        }
        if (row.state != "renaming") {
            row.final_name = free_name(folder, row.final_name);
            kill_point("before-move-row");
            set_renaming(row);
        }
        kill_point("before-done-move");
        rename_done(row, folder);
        kill_point("after-done-move");
    }

    void rename_done(OutboxRow &row, RemoteFolder &folder)
    {
        try {
            folder.rename(row.name, row.final_name);
        } catch (RemoteError const &e) {
            if (e.cause() != RemoteCause::exists) {
                throw;
            }
            row.final_name = free_name(folder, joined(parent_of(row.final_name), row.name));
            set_renaming(row);
            folder.rename(row.name, row.final_name);
        }
    }

    /// One listing of a folder serves a whole pass.
    RemoteEntry const *listed(OutboxRow const &row, RemoteFolder &folder)
    {
        auto [it, fresh] = m_listings.try_emplace(row.folder);
        if (fresh) {
            for (auto &e : folder.list()) {
                auto const name = e.name;
                it->second.emplace(name, std::move(e));
            }
        }
        auto const e = it->second.find(row.name);
        return e == it->second.end() ? nullptr : &e->second;
    }

    static std::string free_name(RemoteFolder &folder, std::string const &name)
    {
        auto free = fitted_name(name, "");
        for (int n = 2; folder.size(free); ++n) {
            free = fitted_name(name, fmt::format(".{}", n));
        }
        return free;
    }

    void set_renaming(OutboxRow &row)
    {
        row.state = "renaming";
        m_db.prepare("update atom_outbox set state = 'renaming', final_name = ?2 where id = ?1")
            .bind(1, row.id)
            .bind(2, row.final_name)
            .run();
    }

    void finish(OutboxRow const &row)
    {
        kill_point("before-outbox-row");
        m_db.prepare("delete from atom_outbox where id = ?1").bind(1, row.id).run();
        kill_point("after-outbox");
        if (!row.local.empty()) {
            std::error_code ignored; // a leftover in the spool does no harm
            std::filesystem::remove(row.local, ignored);
        }
    }

    void fail(OutboxRow const &row, std::string const &why, bool lost)
    {
        m_out.faults.push_back({row.folder, fmt::format("{}: {}: {}", row.folder, row.name, why), lost});
        m_db.prepare("update atom_outbox set error = ?2 where id = ?1").bind(1, row.id).bind(2, why).run();
    }

    static std::string kind_in_folder(OutboxRow const &row)
    {
        return fmt::format("{} {}", k_kinds[static_cast<int>(row.kind)], row.folder);
    }

    static bool is_lost(RemoteCause cause) noexcept
    {
        return cause == RemoteCause::unreachable || cause == RemoteCause::timeout || cause == RemoteCause::host_key;
    }

    /// What shall not be tried any more this time, after a failure: the folder, where it cannot be reached or its files have an order; what
    /// is alike, where a person must act; nothing, where the fault may be this row's alone.
    void leave_alone(OutboxRow const &row, RemoteCause cause)
    {
        if (is_lost(cause) || row.kind == OutboxRow::Kind::deliver) {
            m_failing.insert(row.folder);
        } else if (cause != RemoteCause::protocol && cause != RemoteCause::exists) {
            m_failing.insert(kind_in_folder(row));
        }
    }

    Database &m_db;
    Folders &m_folders;
    std::set<std::string> m_failing; // folders, and kinds in folders
    OutboxLimits const &m_limits;
    OutboxResult m_out;
    std::map<std::string, std::map<std::string, RemoteEntry>> m_listings;
};

} // namespace

void add_to_outbox(Database &db, Clock const &clock, OutboxRow const &r)
{
    auto const or_null = [](std::string const &s) { return s.empty() ? SqlValue{} : SqlValue{s}; };
    auto s = db.prepare("insert into atom_outbox(kind, folder, local, name, staging, final_name, size, modified, export, file_id, made_at) "
                        "values(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11)");
    s.bind(1, k_kinds[static_cast<int>(r.kind)]).bind(2, r.folder).bind(3, or_null(r.local)).bind(4, r.name).bind(5, or_null(r.staging));
    s.bind(6, or_null(r.final_name))
        .bind(7, r.size)
        .bind(8, r.modified)
        .bind(9, or_null(r.export_name))
        .bind(10, r.file_id)
        .bind(11, clock.local_text());
    s.run();
}

std::string fitted_name(std::string_view path, std::string_view ending)
{
    constexpr std::size_t k_longest = 255; // bytes; of a name on all that we meet
    constexpr std::size_t k_tail = 16;     // ".csv.rejeitados" tells what it is
    auto const at = path.rfind('/') + 1;
    auto const leaf = path.substr(at);
    if (leaf.size() + ending.size() <= k_longest) {
        return fmt::format("{}{}", path, ending);
    }
    auto const is_inside = [&](std::size_t i) { return (static_cast<unsigned char>(leaf[i]) & 0xc0U) == 0x80U; };
    auto tail = leaf.size() - k_tail;
    while (is_inside(tail)) {
        ++tail;
    }
    auto head = k_longest - ending.size() - (leaf.size() - tail) - 1;
    while (is_inside(head)) {
        --head;
    }
    return fmt::format("{}{}~{}{}", path.substr(0, at), leaf.substr(0, head), leaf.substr(tail), ending);
}

OutboxResult work_off_outbox(Database &db, Folders &folders, OutboxLimits const &limits) { return OutboxWorker(db, folders, limits).run(); }

} // namespace atom
