#include "engine/export/outbox.hpp"

#include "engine/base/kill_point.hpp"
#include "engine/base/log.hpp"
#include "engine/base/text.hpp"

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
        "select id, kind, folder, local, name, staging, final_name, size, modified_at, state, export, file_id, is_marker from atom_outbox "
        "order by id");
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
        r.modified = s.is_null(8) ? std::nullopt : std::optional(s.integer(8));
        r.state = s.text(9);
        r.export_name = s.text(10);
        r.file_id = s.integer(11);
        r.is_marker = s.integer(12) != 0;
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
        auto const began = std::chrono::steady_clock::now();
        for (auto &row : rows_of(m_db)) {
            if (m_failing.count(row.folder) > 0 || m_failing.count(kind_in_folder(row)) > 0) {
                continue;
            }
            if (m_limits.may_try && !m_limits.may_try(row.folder)) {
                continue;
            }
            auto const now = std::chrono::steady_clock::now();
            bool const is_over = now - began > m_limits.budget;
            if (is_over || m_spent[row.folder] > m_limits.folder_budget) {
                m_out.is_cut = true;
                continue;
            }
            if (m_limits.stop.stop_requested()) {
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
            m_spent[row.folder] += std::chrono::steady_clock::now() - now;
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
        if (asked_before && !folder.find(part)) {
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
        if (row.state != "renaming") {
            row.final_name = free_name(folder, row.final_name);
            kill_point("before-move-row");
            set_renaming(row);
        }
        kill_point("before-done-move");
        auto const now = folder.find(row.name); // just before: an upload may have replaced it since it was listed
        if (!now) {
            return; // moved already, or somebody took it
        }
        if (!row.is_marker && is_another(*now, row)) {
            log_info("{}: {} was replaced by a newer upload and stays", row.folder, printable(row.name));
            return;
        }
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

    /// What either side does not tell is not compared.
    static bool is_another(RemoteEntry const &now, OutboxRow const &taken)
    {
        bool const has_other_time = now.modified && taken.modified && *now.modified != *taken.modified;
        return now.size.value_or(taken.size) != taken.size || has_other_time;
    }

    /// The name, or name.2, .3 …: the first that is free where they are taken in a row. Asks few times however many there are, and ends
    /// whatever the server answers.
    static std::string free_name(RemoteFolder &folder, std::string const &name)
    {
        constexpr int k_most = 1 << 20;
        auto const nth = [&](int n) { return fitted_name(name, n == 1 ? "" : fmt::format(".{}", n)); };
        int taken = 0;
        int free = 1;
        while (folder.find(nth(free))) {
            taken = free;
            free *= 2;
            if (free > k_most) {
                throw RemoteError(RemoteCause::protocol, fmt::format("{}: every name up to {} is taken there", folder.label(), nth(taken)));
            }
        }
        while (free - taken > 1) {
            int const middle = taken + (free - taken) / 2;
            (folder.find(nth(middle)) ? taken : free) = middle;
        }
        return nth(free);
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
    std::map<std::string, std::chrono::steady_clock::duration> m_spent; // time, by folder
};

} // namespace

void add_to_outbox(Database &db, Clock const &clock, OutboxRow const &r)
{
    auto const or_null = [](std::string const &s) { return s.empty() ? SqlValue{} : SqlValue{s}; };
    auto s =
        db.prepare("insert into atom_outbox(kind, folder, local, name, staging, final_name, size, modified_at, export, file_id, made_at, "
                   "is_marker) values(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12)");
    s.bind(1, k_kinds[static_cast<int>(r.kind)]).bind(2, r.folder).bind(3, or_null(r.local)).bind(4, r.name).bind(5, or_null(r.staging));
    s.bind(6, or_null(r.final_name))
        .bind(7, r.size)
        .bind(8, r.modified ? SqlValue{*r.modified} : SqlValue{})
        .bind(9, or_null(r.export_name))
        .bind(10, r.file_id)
        .bind(11, clock.local_text())
        .bind(12, r.is_marker ? 1 : 0);
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
