#include "engine/intake/preconditions.hpp"

#include <fmt/format.h>

namespace atom {

namespace {

Day date_of(FileRow const &row, Day today) { return parse_iso_day(row.data).value_or(today); }

std::string since_text(Require const &r, Day date)
{
    auto const first = iso_day(r.earliest(date));
    return r.since == Require::Since::same_day ? fmt::format("de {}", first) : fmt::format("desde {}", first);
}

} // namespace

Precondition precondition_of(Ledger &ledger, Job const &job, FileRow const &row, Day today)
{
    auto const date = date_of(row, today);
    for (auto const &name : job.stale_after) {
        auto const later = ledger.last_done_date(name);
        auto const why = later ? fmt::format("fora de data: {} de {} já foi processado", name, *later) : std::string();
        if (later && *later > iso_day(date) && !row.is_approved(why)) {
            return {Precondition::Verdict::hold, why};
        }
    }
    std::string missing;
    for (auto const &r : row.released ? std::vector<Require>{} : job.needs) {
        auto const last = r.since == Require::Since::same_day ? iso_day(date) : std::string();
        if (!ledger.has_done(r.job, iso_day(r.earliest(date)), last)) {
            missing += fmt::format("{}{} {}", missing.empty() ? "" : ", ", r.job, since_text(r, date));
        }
    }
    return missing.empty() ? Precondition{} : Precondition{Precondition::Verdict::wait, "espera " + missing};
}

} // namespace atom
