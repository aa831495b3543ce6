#include "engine/store/backlog.hpp"

namespace atom {

std::vector<StuckDelivery> stuck_deliveries(Database &db)
{
    std::vector<StuckDelivery> out;
    auto s = db.prepare(
        "select folder, count(*), min(made_at), max(error) from atom_outbox where error is not null group by folder order by folder");
    while (s.step()) {
        out.push_back({s.text(0), s.integer(1), s.text(2), s.text(3)});
    }
    return out;
}

std::optional<std::string> oldest_in_outbox(Database &db) { return db.text("select min(made_at) from atom_outbox"); }

std::vector<PausedSend> paused_sends(Database &db)
{
    std::vector<PausedSend> out;
    auto s = db.prepare("select send, failures, not_before, why from atom_send where failures > 0 order by send");
    while (s.step()) {
        out.push_back({s.text(0), s.integer(1), s.integer(2), s.text(3)});
    }
    return out;
}

std::vector<LostMessages> lost_messages(Database &db, std::string const &since)
{
    std::vector<LostMessages> out;
    auto s = db.prepare("select send, sum(state = 'failure'), sum(state = 'unknown') from atom_sent where state in ('failure', 'unknown') "
                        "and at >= ?1 group by send order by send");
    s.bind(1, since);
    while (s.step()) {
        out.push_back({s.text(0), s.integer(1), s.integer(2)});
    }
    return out;
}

std::vector<LastOutput> last_outputs(Database &db, int most)
{
    std::vector<LastOutput> out;
    auto s = db.prepare("select x.name, o.kind, o.name, o.rows, o.at from atom_output o join atom_export x on x.id = o.export "
                        "order by o.id desc limit ?1");
    s.bind(1, most);
    while (s.step()) {
        out.push_back({s.text(0), s.text(1), s.text(2), static_cast<std::uint64_t>(s.integer(3)), s.text(4)});
    }
    return out;
}

std::optional<std::int64_t> replica_made_at(Database &db)
{
    auto s = db.prepare("select made_at from atom_replica where made_at > 0");
    return s.step() ? std::optional(s.integer(0)) : std::nullopt;
}

} // namespace atom
