#include "engine/run/replica.hpp"

#include "engine/base/log.hpp"
#include "engine/base/stopwatch.hpp"
#include "engine/store/replica.hpp"

#include <fmt/format.h>

#include <chrono>

namespace atom {

namespace {

constexpr char const *k_rows_written = "select total_changes()"; // by this connection

/// Changes when the online base does; also without need, which does no harm.
std::string stamp_of(std::filesystem::path const &online)
{
    std::string out;
    for (auto const *ending : {"", "-wal"}) {
        std::error_code missing;
        std::filesystem::path const path(online.string() + ending);
        auto const size = std::filesystem::file_size(path, missing);
        if (!missing && size > 0) {
            out += fmt::format("{}:{} ", size, std::filesystem::last_write_time(path, missing).time_since_epoch().count());
        }
    }
    return out;
}

} // namespace

ReplicaKeeper::ReplicaKeeper(Site &site) : m_site(site), m_changes(is_at_work() ? site.db.integer(k_rows_written) : 0) {}

void ReplicaKeeper::note_changes()
{
    if (is_at_work() && m_site.db.integer(k_rows_written) > m_changes) {
        m_site.db.exec("insert into atom_replica(id, due) values(1, 1) on conflict(id) do update set due = 1 where due = 0");
    }
}

/// A clock that went back does not stop it for long.
bool ReplicaKeeper::is_time(std::int64_t now) const
{
    auto const made_at = m_site.db.integer("select made_at from atom_replica");
    return now < made_at || now - made_at >= m_site.workspace.replica->every.count();
}

std::optional<std::string> ReplicaKeeper::end_poll()
{
    if (!is_at_work()) {
        return std::nullopt;
    }
    note_changes();
    auto const &path = m_site.workspace.replica->path;
    auto const stamp = stamp_of(m_site.workspace.online);
    auto const now = m_site.clock.now();
    std::error_code ignored; // what cannot be seen is built
    bool const is_there = std::filesystem::exists(path, ignored);
    bool const due =
        m_site.db.integer("select due from atom_replica") != 0 || m_site.db.text("select online from atom_replica").value_or("") != stamp;
    if (is_there && (!due || !is_time(now))) {
        return std::nullopt;
    }
    try {
        Stopwatch const watch;
        build_replica(m_site.db, m_site.workspace.online, path);
        m_site.db
            .prepare("insert into atom_replica(id, due, made_at, online) values(1, 0, ?1, ?2) "
                     "on conflict(id) do update set due = 0, made_at = ?1, online = ?2")
            .bind(1, now)
            .bind(2, stamp)
            .run();
        log_info("replica: {} renewed in {:.1f} s", path.string(), watch.seconds());
        return std::nullopt;
    } catch (StoreError const &e) {
        return fmt::format("replica: {}; the old one stays", e.what());
    } catch (FileError const &e) {
        return fmt::format("replica: {}; the old one stays", e.what());
    }
}

} // namespace atom
