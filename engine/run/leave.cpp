#include "engine/run/leave.hpp"

#include "engine/base/duration.hpp"
#include "engine/base/log.hpp"
#include "engine/base/text.hpp"
#include "engine/export/outbox.hpp"
#include "engine/layout/writer.hpp"
#include "engine/run/work_files.hpp"

#include <fmt/format.h>

namespace atom {

void move_to_done(Site &site, FileRow const &row)
{
    auto const *const source = site.workspace.source(row.source);
    if (source == nullptr || source->done == "keep") {
        return;
    }
    OutboxRow out;
    out.kind = OutboxRow::Kind::move;
    out.folder = "source:" + row.source;
    out.name = row.file;
    out.final_name = source->done + "/" + row.file;
    out.size = row.size;
    out.modified = row.modified;
    out.file_id = row.id;
    add_to_outbox(site.db, site.clock, out);
    if (source->ready == Ready::marker) { // left behind, it would vouch for the next upload of this name
        out.name += source->marker;
        out.final_name += source->marker;
        out.modified.clear();
        add_to_outbox(site.db, site.clock, out);
    }
}

void write_export(Site &site, Standing &standing, Export const &x, bool full, Outcome &out)
{
    try {
        auto const holder = site.ledger.find_holder(jobs_that_hold(site.workspace, x), x.name);
        if (holder) {
            log_info("export {}: only removals leave: {} is {}", x.name, printable(holder->file), holder->status);
        }
        auto result = run_export({site.db, site.workspace, site.clock}, x, full, holder.has_value());
        for (auto const &f : result.files) {
            log_info("export {}: {}: {} rows", x.name, f.name, f.rows);
        }
        out.exports.push_back(std::move(result));
    } catch (WriteError const &e) {
        note(standing, out, fmt::format("export {}: {}", x.name, e.what()));
    } catch (StoreError const &e) {
        if (is_base_fault(e)) {
            throw;
        }
        note(standing, out, fmt::format("export {}: {}", x.name, e.what()));
    }
}

void write_due_exports(Site &site, Standing &standing, Outcome &out)
{
    for (auto const *x : due_exports(site.db, site.workspace)) {
        if (!site.stop.stop_requested()) {
            write_export(site, standing, *x, false, out);
        }
    }
}

void note_lost(Standing &standing, Outcome &out, std::string const &name, std::string const &what)
{
    if (standing.backoff.note_failure(name, std::chrono::steady_clock::now())) {
        auto const pause = duration_text(standing.backoff.pause(name));
        log_error("{}{}", what, standing.is_service ? fmt::format("; it is tried again in {}, then less often", pause) : "");
    }
    out.errors.push_back(what);
}

void note_reached(Standing &standing, std::string const &name, std::string const &shown)
{
    if (auto const lasted = standing.backoff.note_success(name, std::chrono::steady_clock::now())) {
        log_warning("{} answers again, after {}", shown, duration_text(*lasted));
    }
}

void deliver(Site &site, Standing &standing, Outcome &out)
{
    constexpr std::chrono::seconds k_budget = std::chrono::minutes(2);
    auto const may_try = [&](std::string const &folder) { return standing.backoff.may_try(folder, std::chrono::steady_clock::now()); };
    auto const result = work_off_outbox(site.db, site.folders, {may_try, site.stop, k_budget});
    for (auto const &f : result.faults) {
        f.is_lost ? note_lost(standing, out, f.folder, f.text) : note(standing, out, f.text);
    }
    for (auto const &folder : result.reached) {
        note_reached(standing, folder, folder);
        if (folder.compare(0, 7, "source:") == 0) {
            standing.sources.forget_listing(folder.substr(7));
        }
    }
    out.is_cut = result.is_cut;
}

void work_or_put_right(Site &site, std::function<void()> const &work, std::function<void()> const &put_right)
{
    try {
        work();
    } catch (...) {
        site.db.ask_whether_to_go_on({});
        try {
            put_right();
        } catch (StoreError const &) {
        }
        throw;
    }
}

} // namespace atom
