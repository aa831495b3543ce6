#include "engine/intake/look.hpp"

#include "engine/base/json.hpp"
#include "engine/base/kill_point.hpp"
#include "engine/base/log.hpp"
#include "engine/base/text.hpp"

#include <fmt/format.h>

namespace atom {

std::string refused_name(std::string_view name)
{
    return is_safe_name(name) ? "" : "the name holds characters that no file of ours may have";
}

JobMatch match_job(Workspace const &workspace, std::string const &source, std::string const &name, std::string const &only_job)
{
    for (auto const &job : workspace.jobs) {
        bool const asked = only_job.empty() || job.name == only_job;
        bool const from_here = source.empty() || job.source.empty() || job.source == source;
        if (!asked || !from_here) {
            continue;
        }
        if (auto m = job.match(name)) {
            return {&job, m->file->layout.get(), std::move(m->captures)};
        }
    }
    return {};
}

namespace {

/// What names of a kind have in common: each run of digits, and what a pattern captures, is one '#'.
std::string shape_of(std::string_view name)
{
    std::string out;
    for (std::size_t i = 0; i < name.size(); ++i) {
        auto const close = name[i] == '{' ? name.find('}', i) : std::string_view::npos;
        bool const is_digit = name[i] >= '0' && name[i] <= '9';
        if (close != std::string_view::npos || is_digit) {
            out += out.empty() || out.back() != '#' ? "#" : "";
            i = close != std::string_view::npos ? close : i;
        } else {
            out += to_lower(name.substr(i, 1));
        }
    }
    return out;
}

/// Which share of a pattern stands at the beginning and at the end of a name.
double in_common(std::string const &name, std::string const &pattern)
{
    auto const front = std::mismatch(pattern.begin(), pattern.end(), name.begin(), name.end()).first - pattern.begin();
    auto const most = std::min(name.size(), pattern.size()) - static_cast<std::size_t>(front);
    auto const behind =
        std::mismatch(pattern.rbegin(), pattern.rbegin() + static_cast<std::ptrdiff_t>(most), name.rbegin()).first - pattern.rbegin();
    return static_cast<double>(front + behind) / static_cast<double>(pattern.size());
}

} // namespace

std::string unmatched_reason(Workspace const &workspace, std::string const &name)
{
    std::string out = "no job takes a file of this name";
    auto const shape = shape_of(name);
    double best = 0.5; // less in common than that is another name
    for (auto const &job : workspace.jobs) {
        for (auto const &file : job.files) {
            if (auto const share = in_common(shape, shape_of(file.pattern.text())); share > best) {
                best = share;
                out = fmt::format("no job takes a file of this name; the nearest pattern is {} (job {})", file.pattern.text(), job.name);
            }
        }
    }
    return out;
}

void note_match(FileRow &row, JobMatch const &match)
{
    row.job = match.job->name;
    row.layout = match.layout->name;
    JsonObject captures;
    for (auto const &[name, value] : match.captures) {
        captures.add(name, value);
    }
    row.captures = captures.text();
    auto const find = [&](char const *name) {
        auto const it = match.captures.find(name);
        return it == match.captures.end() ? std::string() : it->second;
    };
    row.data = find("data");
    row.hora = find("hora");
}

Captures captures_of(FileRow const &row)
{
    Captures out;
    for (auto const &[name, value] : json_texts(row.captures)) {
        out[name] = value;
    }
    return out;
}

namespace {

class Looker
{
public:
    Looker(LookSetting const &setting, Source const &source) : m_set(setting), m_source(source), m_ledger(setting.db) {}

    Looked run(std::vector<RemoteEntry> entries)
    {
        std::sort(entries.begin(), entries.end(), [](RemoteEntry const &a, RemoteEntry const &b) { return a.name < b.name; });
        for (auto const &e : entries) {
            m_names.insert(e.name);
        }
        Transaction transaction(m_set.db);
        for (auto &row : m_ledger.with_status({"seen", "fetching", "waiting", "unmatched"})) {
            if (row.source == m_source.name) {
                m_open.insert_or_assign(row.file, std::move(row));
            }
        }
        Looked out;
        for (auto const &e : entries) {
            if (is_marker(e.name)) {
                continue;
            }
            if (auto row = see(e)) {
                (is_ready(e) ? out.ready : out.unfinished).push_back(*std::move(row));
            }
        }
        note_removed();
        kill_point("before-look-commit");
        transaction.commit();
        kill_point("after-look-commit");
        return out;
    }

private:
    bool is_marker(std::string const &name) const
    {
        auto const &m = m_source.marker;
        return m_source.ready == Ready::marker && name.size() > m.size() && name.compare(name.size() - m.size(), m.size(), m) == 0;
    }

    /// The row of an entry that is still to be worked.
    std::optional<FileRow> see(RemoteEntry const &e)
    {
        auto row = m_ledger.find_entry(m_source.name, e.name, e.size, e.modified);
        if (row && was_moved_away(*row)) {
            row.reset(); // and sent again
        }
        static std::set<std::string> const open = {"seen", "fetching", "waiting", "unmatched", "removed"};
        if (row && open.count(row->status) == 0) {
            return std::nullopt; // done, failed, duplicate…: this very file was dealt with
        }
        if (!row) {
            row = open_row(e.name);
            if (row && row->is_let_through()) { // those bytes are gone, and nobody has looked at these
                row->status = "removed";
                m_ledger.save(*row);
                row.reset();
            }
        }
        auto const why = refused_name(e.name);
        auto const match = why.empty() ? match_job(m_set.workspace, m_source.name, e.name) : JobMatch{};
        if (match.job == nullptr) {
            note_unmatched(e, why.empty() ? unmatched_reason(m_set.workspace, e.name) : why, std::move(row));
            return std::nullopt;
        }
        FileRow file = row ? *std::move(row) : FileRow{};
        if (file.id == 0 || file.size != e.size || file.modified != e.modified || file.status == "unmatched" || file.status == "removed") {
            file.source = m_source.name;
            file.file = e.name;
            file.size = e.size;
            file.modified = e.modified;
            file.status = "seen";
            file.sha256.clear();
            file.reason.clear();
            file.seen_at = file.id == 0 ? m_set.clock.local_text() : file.seen_at;
            note_match(file, match);
            m_ledger.save(file);
        }
        return file;
    }

    /// Then this entry is another one, even if it has that one's name, size and time.
    bool was_moved_away(FileRow const &row)
    {
        bool const is_over = row.status == "done" || row.status == "duplicate";
        if (!is_over || m_source.done == "keep") {
            return false;
        }
        auto s = m_set.db.prepare("select 1 from atom_outbox where file_id = ?1 and kind = 'move'");
        s.bind(1, row.id);
        return !s.step();
    }

    /// The row of a file of this name whose size and time have changed since: it is still being written.
    std::optional<FileRow> open_row(std::string const &name) const
    {
        auto const it = m_open.find(name);
        return it == m_open.end() ? std::nullopt : std::optional(it->second);
    }

    /// One row a name, however often it is written to.
    void note_unmatched(RemoteEntry const &e, std::string const &why, std::optional<FileRow> known)
    {
        FileRow row = known ? *std::move(known) : FileRow{};
        bool const is_listed = row.status == "unmatched";
        if (is_listed && row.size == e.size && row.modified == e.modified) {
            return;
        }
        row.source = m_source.name;
        row.file = e.name;
        row.size = e.size;
        row.modified = e.modified;
        row.status = "unmatched";
        row.job.clear();
        row.reason = why;
        row.seen_at = row.id == 0 ? m_set.clock.local_text() : row.seen_at;
        m_ledger.save(row);
        if (!is_listed) {
            log_warning("{}: {}: {}", m_source.name, printable(e.name), row.reason);
        }
    }

    bool is_ready(RemoteEntry const &e)
    {
        switch (m_source.ready) {
        case Ready::immediate: return true;
        case Ready::marker: return m_names.count(e.name + m_source.marker) > 0;
        case Ready::stable: break;
        }
        auto s = m_set.db.prepare("select first_at from atom_look where source = ?1 and file = ?2 and size = ?3 and modified = ?4");
        s.bind(1, m_source.name).bind(2, e.name).bind(3, e.size).bind(4, e.modified);
        if (s.step()) {
            return m_set.clock.now() - s.integer(0) >= m_set.stable_seconds;
        }
        m_set.db
            .prepare("insert into atom_look(source, file, size, modified, first_at) values(?1, ?2, ?3, ?4, ?5) on conflict do update set "
                     "size = excluded.size, modified = excluded.modified, first_at = excluded.first_at")
            .bind(1, m_source.name)
            .bind(2, e.name)
            .bind(3, e.size)
            .bind(4, e.modified)
            .bind(5, m_set.clock.now())
            .run();
        return false;
    }

    /// What someone took off the folder holds nothing any more.
    void note_removed()
    {
        for (auto &row : m_ledger.with_status({"seen", "fetching", "waiting", "held", "failed", "unmatched"})) {
            if (row.source == m_source.name && m_names.count(row.file) == 0) {
                row.status = "removed";
                m_ledger.save(row);
            }
        }
        auto looks = m_set.db.prepare("select file from atom_look where source = ?1");
        looks.bind(1, m_source.name);
        std::vector<std::string> gone;
        while (looks.step()) {
            if (m_names.count(looks.text(0)) == 0) {
                gone.push_back(looks.text(0));
            }
        }
        for (auto const &file : gone) {
            m_set.db.prepare("delete from atom_look where source = ?1 and file = ?2").bind(1, m_source.name).bind(2, file).run();
        }
    }

    LookSetting const &m_set;
    Source const &m_source;
    Ledger m_ledger;
    std::set<std::string> m_names;
    std::map<std::string, FileRow> m_open; // by name: those that are not worked yet
};

} // namespace

Looked look(LookSetting const &setting, Source const &source, std::vector<RemoteEntry> entries)
{
    return Looker(setting, source).run(std::move(entries));
}

} // namespace atom
