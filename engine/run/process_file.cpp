#include "engine/run/process_file.hpp"

#include "engine/base/json.hpp"
#include "engine/base/kill_point.hpp"
#include "engine/base/log.hpp"
#include "engine/base/stopwatch.hpp"
#include "engine/base/text.hpp"
#include "engine/export/error_files.hpp"
#include "engine/export/export.hpp"
#include "engine/export/outbox.hpp"
#include "engine/export/watch.hpp"
#include "engine/intake/look.hpp"
#include "engine/job/take.hpp"
#include "engine/layout/check.hpp"
#include "engine/run/leave.hpp"
#include "engine/store/wal_writeback.hpp"

#include <fmt/format.h>

#include <future>
#include <utility>

namespace atom {

namespace {

constexpr std::uint64_t k_large_file = std::uint64_t{16} << 20; // bytes: whose load writes so much that its commit would wait for the disk

class FileWork
{
public:
    /// `unread`: the file's bytes are not here.
    FileWork(Site &site, FileRow &row, bool unread) : m_site(site), m_row(row), m_unread(unread) {}

    void run()
    {
        begin();
        try {
            m_job = m_site.workspace.job(m_row.job);
            open();
            if (is_duplicate()) {
                end_as_duplicate();
                return;
            }
            adopt_failed_row();
            load();
        } catch (FileRefused const &why) {
            fail(is_touched() ? touched() : why);
        } catch (FileHeld const &why) {
            is_touched() ? fail(touched()) : hold(why);
        }
    }

    void fail(FileRefused const &why)
    {
        await_hash();
        Transaction transaction(m_site.db);
        m_site.ledger.clear_rejects(m_row.id);
        RejectTally tally;
        std::int64_t seq = 0;
        Reject whole;
        whole.codigo = why.code();
        whole.mensagem = why.reason();
        add(whole, tally, seq);
        note_line_faults(tally, seq);
        note_replaced();
        m_row.status = "failed";
        m_row.code = why.code();
        m_row.reason = fmt::format("{}: {}", why.code(), why.reason());
        m_row.read = m_row.rejected = m_checked.read;
        m_row.accepted = 0;
        note_end(tally);
        put_error_files(true);
        m_site.ledger.save(m_row);
        kill_point("before-failed-commit");
        transaction.commit();
        kill_point("after-failed");
    }

private:
    /// Nothing of it was written; it counts as not read.
    void hold(FileHeld const &why)
    {
        await_hash();
        Transaction transaction(m_site.db);
        m_site.ledger.clear_rejects(m_row.id);
        note_replaced();
        m_row.status = "held";
        m_row.reason = why.reason();
        m_row.read = m_row.accepted = m_row.rejected = 0;
        note_end({});
        m_site.ledger.save(m_row);
        kill_point("before-held-commit");
        transaction.commit();
        kill_point("after-held");
    }

    void begin()
    {
        m_row.status = "running";
        m_row.reason = m_row.code = "";
        ++m_row.attempts;
        m_site.ledger.save(m_row);
        kill_point("after-running");
    }

    Layout const &layout() const { return m_input->layout(); }

    /// Maps the file and looks at every line. The hash of its bytes is needed at once only where a file of this size was had before, for
    /// the same job and date; else it is taken on another core while the rules run, and only the ledger waits for it.
    void open()
    {
        if (!m_job->take.empty()) {
            return take();
        }
        auto const layout = m_site.workspace.layouts.at(m_row.layout);
        if (m_row.sha256.empty() && m_site.ledger.may_be_known(m_row.job, m_row.data, m_row.size)) {
            m_row.sha256 = sha256_of(m_row.path);
        }
        if (!m_row.sha256.empty() && is_duplicate()) {
            return;
        }
        try {
            m_input = std::make_unique<Input>(m_row.path, layout, scratch_folder());
            m_checked = check(*m_input);
            kill_point("after-check");
            log_debug("{}: checked {} lines in {:.2f} s", m_row.job, m_checked.read, m_watch.seconds());
        } catch (FileRefused const &why) {
            m_row.sha256 = sha256_of(m_row.path);
            if (why.code() == code_of(FileFault::empty) && m_job->empty_ok) {
                m_input.reset();
                return; // a file of no bytes that may be: nothing to do, and done
            }
            throw;
        }
        if (m_row.sha256.empty()) {
            m_hash = std::async(std::launch::async, [path = m_row.path] { return sha256_of(path); });
        }
    }

    /// What came online is a file of one document a row; it has no bytes to know again.
    void take()
    {
        auto taken = take_rows(m_site.db, m_job->take, last_taken(m_site.db, m_job->name));
        m_input = std::move(taken.input);
        m_last_taken = taken.last_id;
        if (m_input) {
            m_checked = check(*m_input);
        }
    }

    /// Where a spreadsheet's rows are put. A dry run makes no folder.
    std::filesystem::path scratch_folder() const
    {
        return std::filesystem::is_directory(m_site.workspace.spool) ? m_site.workspace.spool : std::filesystem::path();
    }

    void await_hash()
    {
        if (m_hash.valid()) {
            m_row.sha256 = m_hash.get();
        }
    }

    bool is_duplicate()
    {
        return !m_row.forced && !m_row.sha256.empty() && m_site.ledger.find_done(m_row.sha256, m_row.job, m_row.data, m_row.id).has_value();
    }

    void end_as_duplicate()
    {
        auto const first = m_site.ledger.find_done(m_row.sha256, m_row.job, m_row.data, m_row.id);
        Transaction transaction(m_site.db);
        m_site.ledger.note_replaced(m_row);
        m_row.status = "duplicate";
        m_row.reason = same_bytes_as(*first);
        note_end({});
        move_to_done(m_site, m_row);
        m_site.ledger.save(m_row);
        kill_point("before-duplicate-commit");
        transaction.commit();
        kill_point("after-duplicate");
    }

    /// The same bytes as a failed file are a retry of that file: its row goes on, and with its end the own one goes.
    void adopt_failed_row()
    {
        bool const unknown = m_row.forced || m_row.sha256.empty();
        auto const failed = unknown ? std::nullopt : m_site.ledger.find_failed(m_row.sha256, m_row.job, m_row.data, m_row.id);
        bool const stands_elsewhere =
            failed && !failed->source.empty() && !m_row.source.empty() && (failed->source != m_row.source || failed->file != m_row.file);
        if (!failed || stands_elsewhere) { // that one keeps its row: it would be taken for a new file
            return;
        }
        m_own_id = std::exchange(m_row.id, failed->id);
        m_row.attempts = failed->attempts + 1;
        m_row.seen_at = failed->seen_at;
    }

    /// In the transaction that ends it: the rows that it takes the place of.
    void note_replaced()
    {
        m_site.ledger.note_replaced(m_row);
        if (m_own_id != 0) {
            m_site.ledger.remove(m_own_id);
        }
    }

    void load()
    {
        std::optional<WalWriteback> writeback;
        if (m_row.size >= k_large_file) {
            writeback.emplace(m_site.db);
        }
        Transaction transaction(m_site.db);
        kill_point("after-begin");
        m_site.ledger.clear_rejects(m_row.id);
        RejectTally tally;
        std::int64_t seq = 0;
        note_line_faults(tally, seq);
        kill_point("after-line-faults");
        refuse_bad_file();
        ChangeCounter changes(m_site.db);
        if (m_site.plan != nullptr) {
            m_site.plan->drop(); // of a file that was refused
            changes.observe(*m_site.plan);
        }
        Watching watching(m_site.db, m_site.workspace, changes);
        std::uint64_t rejected = m_checked.rejected;
        if (m_input) {
            rejected += run_rules(changes, tally, seq);
        }
        kill_point("after-rules");
        await_hash();
        count_lines(rejected);
        note_changes(changes);
        watching.save();
        if (is_touched()) {
            throw touched();
        }
        note_replaced();
        m_row.status = "done";
        note_end(tally);
        put_error_files(false);
        kill_point("after-error-files");
        move_to_done(m_site, m_row);
        retire_failed_twins();
        if (!m_job->take.empty()) {
            note_last_taken(m_site.db, m_job->name, m_last_taken);
        }
        m_site.ledger.save(m_row);
        kill_point("before-commit");
        transaction.commit();
        kill_point("after-commit");
        if (m_site.plan != nullptr) {
            m_site.plan->keep();
        }
    }

    /// Then whatever was found in it is of no file.
    bool is_touched() const { return m_input && m_input->changed(); }
    static FileRefused touched() { return {FileFault::truncated, "o arquivo mudou enquanto era lido"}; }

    void refuse_bad_file() const
    {
        if (m_checked.refused) {
            throw *m_checked.refused;
        }
        if (m_job->reject_limit.exceeded(m_checked.rejected, m_checked.read)) {
            throw FileRefused(FileFault::reject_limit, fmt::format("o layout recusou {} de {} linhas; o limite é {}", m_checked.rejected,
                                                                   m_checked.read, m_job->reject_limit.text()));
        }
    }

    void note_line_faults(RejectTally &tally, std::int64_t &seq)
    {
        for (auto const &fault : m_checked.faults) {
            add(m_input->describe(fault), tally, seq);
        }
    }

    void add(Reject const &reject, RejectTally &tally, std::int64_t &seq)
    {
        tally.note(reject);
        m_site.ledger.add_reject(m_row.id, ++seq, reject, subject_of(reject));
    }

    /// Whom a line is about, so that `atom why` finds it.
    std::string subject_of(Reject const &reject) const
    {
        if (!m_input || reject.linha == 0) {
            return {};
        }
        for (auto const &subject : m_site.workspace.subjects) {
            if (auto const value = kept_text(*m_input, reject.linha, subject.key); !value.empty()) {
                return subject.mark(value);
            }
        }
        return {};
    }

    std::uint64_t run_rules(ChangeCounter &changes, RejectTally &tally, std::int64_t &seq)
    {
        auto const data = m_row.data.empty() ? iso_day(m_site.clock.today()) : m_row.data;
        auto parameters = rule_parameters(*m_job, captures_of(m_row), data, m_site.clock.local_text(), m_row.id, m_row.file);
        RuleRunner runner({m_site.db, *m_input, *m_job, m_site.writers, std::move(parameters), m_checked.duplicates, changes,
                           [this](std::string const &why) { return m_row.is_approved(why); },
                           [&](Reject const &r) { add(r, tally, seq); }});
        runner.run();
        return runner.rejected();
    }

    /// read = accepted + rejected, or the file fails: a line that is in neither has vanished.
    void count_lines(std::uint64_t rejected)
    {
        std::uint64_t accepted = 0;
        if (m_input) {
            for (int const r : layout().detail_records()) {
                accepted += m_input->good(r).count();
            }
        }
        if (accepted + rejected != m_checked.read) {
            throw FileRefused(FileFault::rule, fmt::format("a conta não fecha: {} linhas lidas, {} aceitas, {} rejeitadas", m_checked.read,
                                                           accepted, rejected));
        }
        m_row.read = m_checked.read;
        m_row.accepted = accepted;
        m_row.rejected = rejected;
        if (m_input) {
            m_row.reason = join(m_input->notes(), "; ");
        }
    }

    void note_changes(ChangeCounter const &changes)
    {
        m_row.changes = json_of(changes.tables());
        bool const any = std::any_of(changes.tables().begin(), changes.tables().end(), [](auto const &t) { return t.second.any(); });
        std::string names;
        for (auto const &name : any ? make_due(m_site.db, m_site.workspace, m_row.job) : std::vector<std::string>{}) {
            names += (names.empty() ? "" : ",") + json_quoted(name);
        }
        m_row.exports = "[" + names + "]";
    }

    void note_end(RejectTally const &tally)
    {
        m_row.warnings = tally.warnings();
        m_row.rejects = tally.json();
        m_row.ended_at = m_site.clock.local_text();
        m_row.seconds = m_watch.seconds();
    }

    /// The same bytes that failed under another name are done with, too.
    void retire_failed_twins()
    {
        while (auto twin = m_row.read > 0 ? m_site.ledger.find_failed(m_row.sha256, m_row.job, m_row.data, m_row.id) : std::nullopt) {
            twin->status = "duplicate";
            twin->reason = same_bytes_as(m_row);
            move_to_done(m_site, *twin);
            m_site.ledger.save(*twin);
        }
    }

    static std::string same_bytes_as(FileRow const &row) { return fmt::format("os mesmos bytes do arquivo {} ({})", row.id, row.file); }

    /// Written and synced before the commit that promises them.
    void put_error_files(bool whole)
    {
        bool const clean = m_row.rejected == 0 && m_row.warnings == 0 && !whole;
        if (clean || (m_job != nullptr && !m_job->take.empty())) { // what came online has no folder to answer in
            return;
        }
        auto const folder = m_site.workspace.spool / "out";
        make_folder(folder);
        auto const errors = folder / fmt::format("file-{}-{}.erros.csv", m_row.id, m_row.attempts);
        write_error_csv(errors, m_site.ledger, m_row);
        put(errors, ".erros.csv");
        bool const controlled = m_input && (!layout().controls.empty() || !layout().lots.empty() || sweeps());
        if (controlled || (!whole && m_row.rejected == 0) || (whole && m_unread)) {
            return;
        }
        auto const rejected = folder / fmt::format("file-{}-{}.rejeitados", m_row.id, m_row.attempts);
        if (whole) {
            write_whole_file(rejected, m_row.path);
        } else {
            write_rejected_lines(rejected, m_site.ledger, m_row, *m_input);
        }
        put(rejected, ".rejeitados");
    }

    /// A file that says who is to stay speaks as a whole: a part of it, dropped in again, would sweep all others.
    bool sweeps() const
    {
        return std::any_of(m_job->rules.begin(), m_job->rules.end(), [](Rule const &r) { return r.verb == Verb::sweep; });
    }

    void put(std::filesystem::path const &local, char const *ending)
    {
        OutboxRow out;
        auto const *const source = m_site.workspace.source(m_row.source);
        out.kind = source != nullptr ? OutboxRow::Kind::put : OutboxRow::Kind::write;
        out.folder = source != nullptr ? "source:" + m_row.source : "file://" + std::filesystem::path(m_row.path).parent_path().string();
        out.name = (source != nullptr ? source->errors + "/" : "") + m_row.file + ending;
        out.local = local.string();
        out.file_id = m_row.id;
        add_to_outbox(m_site.db, m_site.clock, out);
    }

    Site &m_site;
    FileRow &m_row;
    bool m_unread;
    Job const *m_job = nullptr;
    std::unique_ptr<Input> m_input;
    std::int64_t m_own_id = 0;     // of the row that was begun, where a failed one goes on in its place
    std::int64_t m_last_taken = 0; // of a job that takes an online table
    Checked m_checked;
    std::future<std::string> m_hash;
    Stopwatch m_watch;
};

} // namespace

void process_file(Site &site, FileRow &row) { FileWork(site, row, false).run(); }

void fail_unread(Site &site, FileRow &row, FileRefused const &why)
{
    ++row.attempts;
    FileWork(site, row, true).fail(why);
}

} // namespace atom
