#include "engine/store/ledger.hpp"

#include "engine/base/json.hpp"
#include "engine/base/text.hpp"

#include <fmt/format.h>

namespace atom {

namespace {

// all but the id, in the order of bind_row() and row_of()
constexpr char const *k_values =
    "source, file, path, size, modified, job, layout, data, hora, captures, sha256, status, code, reason, read, accepted, "
    "rejected, warnings, rejects, changes, exports, seconds, seen_at, ended_at, attempts, forced, released, approved, by";
constexpr int k_value_count = 29;
std::string const k_columns = fmt::format("id, {}", k_values);

/// "?1, ?2, …"
std::string places()
{
    std::string out;
    for (int i = 1; i <= k_value_count; ++i) {
        out += fmt::format("{}?{}", i == 1 ? "" : ", ", i);
    }
    return out;
}

SqlValue or_null(std::string const &s) { return s.empty() ? SqlValue{} : SqlValue{s}; }

void bind_row(Statement &s, FileRow const &r)
{
    int i = 0;
    for (auto const *text : {&r.source, &r.file, &r.path}) {
        s.bind(++i, or_null(*text));
    }
    s.bind(++i, r.size);
    for (auto const *text : {&r.modified, &r.job, &r.layout, &r.data, &r.hora, &r.captures, &r.sha256, &r.status, &r.code, &r.reason}) {
        s.bind(++i, or_null(*text));
    }
    for (auto const n : {r.read, r.accepted, r.rejected, r.warnings}) {
        s.bind(++i, n);
    }
    s.bind(i + 1, r.rejects).bind(i + 2, r.changes).bind(i + 3, r.exports).bind(i + 4, SqlValue{r.seconds}).bind(i + 5, r.seen_at);
    s.bind(i + 6, or_null(r.ended_at)).bind(i + 7, r.attempts).bind(i + 8, r.forced ? 1 : 0);
    s.bind(i + 9, r.released ? 1 : 0).bind(i + 10, or_null(r.approved)).bind(i + 11, or_null(r.by));
}

} // namespace

bool FileRow::is_approved(std::string const &why, std::int64_t rows) const
{
    auto const kind = why.substr(0, why.find(':'));
    auto const lines = split(approved, '\n');
    return approved == "*" || std::any_of(lines.begin(), lines.end(), [&](std::string const &line) {
               auto const tab = line.find('\t');
               auto const told = tab == std::string::npos ? 0 : std::stoll(line.substr(tab + 1));
               return line.substr(0, tab) == kind && (told == 0 || rows * 10 <= told * 11);
           });
}

void FileRow::approve(std::int64_t rows)
{
    approved += (approved.empty() ? "" : "\n") + reason.substr(0, reason.find(':')) + (rows > 0 ? fmt::format("\t{}", rows) : "");
}

std::int64_t Ledger::save(FileRow &row)
{
    if (row.id == 0) {
        auto s = m_db.prepare(fmt::format("insert into atom_file({}) values({})", k_values, places()));
        bind_row(s, row);
        s.run();
        row.id = m_db.last_rowid();
        return row.id;
    }
    auto s = m_db.prepare(fmt::format("update atom_file set ({}) = ({}) where id = ?{}", k_values, places(), k_value_count + 1));
    bind_row(s, row);
    s.bind(k_value_count + 1, row.id).run();
    return row.id;
}

void Ledger::remove(std::int64_t id) { m_db.prepare("delete from atom_file where id = ?1").bind(1, id).run(); }

FileRow Ledger::row_of(Statement const &s) const
{
    FileRow r;
    auto const number = [&](int i) { return static_cast<std::uint64_t>(s.integer(i)); };
    r.id = s.integer(0);
    r.source = s.text(1);
    r.file = s.text(2);
    r.path = s.text(3);
    r.size = number(4);
    r.modified = s.text(5);
    r.job = s.text(6);
    r.layout = s.text(7);
    r.data = s.text(8);
    r.hora = s.text(9);
    r.captures = s.text(10);
    r.sha256 = s.text(11);
    r.status = s.text(12);
    r.code = s.text(13);
    r.reason = s.text(14);
    r.read = number(15);
    r.accepted = number(16);
    r.rejected = number(17);
    r.warnings = number(18);
    r.rejects = s.text(19);
    r.changes = s.text(20);
    r.exports = s.text(21);
    r.seconds = s.real(22);
    r.seen_at = s.text(23);
    r.ended_at = s.text(24);
    r.attempts = s.integer(25);
    r.forced = s.integer(26) != 0;
    r.released = s.integer(27) != 0;
    r.approved = s.text(28);
    r.by = s.text(29);
    return r;
}

std::optional<FileRow> Ledger::first(Statement s) { return s.step() ? std::optional(row_of(s)) : std::nullopt; }

std::optional<FileRow> Ledger::find(std::int64_t id)
{
    auto s = m_db.prepare(fmt::format("select {} from atom_file where id = ?1", k_columns));
    s.bind(1, id);
    return first(std::move(s));
}

std::optional<FileRow> Ledger::find_entry(std::string const &source, std::string const &file, std::uint64_t size,
                                          std::string const &modified)
{
    auto s =
        m_db.prepare(fmt::format("select {} from atom_file where source = ?1 and file = ?2 and size = ?3 and coalesce(modified, '') = ?4 "
                                 "order by id desc limit 1",
                                 k_columns));
    s.bind(1, source).bind(2, file).bind(3, size).bind(4, modified);
    return first(std::move(s));
}

std::optional<FileRow> Ledger::find_done(std::string const &sha256, std::string const &job, std::string const &data, std::int64_t besides)
{
    auto s = m_db.prepare(fmt::format("select {} from atom_file where sha256 = ?1 and job = ?2 and coalesce(data, '') = ?3 and id <> ?4 "
                                      "and status = 'done' and read > 0 order by id limit 1",
                                      k_columns));
    s.bind(1, sha256).bind(2, job).bind(3, data).bind(4, besides);
    return first(std::move(s));
}

std::optional<FileRow> Ledger::find_failed(std::string const &sha256, std::string const &job, std::string const &data, std::int64_t besides)
{
    auto s = m_db.prepare(fmt::format("select {} from atom_file where sha256 = ?1 and job = ?2 and coalesce(data, '') = ?3 and id <> ?4 "
                                      "and status = 'failed' order by id desc limit 1",
                                      k_columns));
    s.bind(1, sha256).bind(2, job).bind(3, data).bind(4, besides);
    return first(std::move(s));
}

void Ledger::note_replaced(FileRow const &row)
{
    auto s = m_db.prepare("update atom_file set status = 'removed' where source is ?1 and file = ?2 and coalesce(path, '') = case when ?1 "
                          "is null then ?4 else coalesce(path, '') end and id <> ?3 and status in ('failed', 'held', 'waiting')");
    s.bind(1, or_null(row.source)).bind(2, row.file).bind(3, row.id).bind(4, row.path).run();
}

bool Ledger::may_be_known(std::string const &job, std::string const &data, std::uint64_t size)
{
    auto s = m_db.prepare(
        "select 1 from atom_file where job = ?1 and coalesce(data, '') = ?2 and size = ?3 and status in ('done', 'failed') limit 1");
    s.bind(1, job).bind(2, data).bind(3, size);
    return s.step();
}

std::optional<std::string> Ledger::last_done_date(std::string const &job)
{
    auto s = m_db.prepare("select max(data) from atom_file where job = ?1 and status = 'done'");
    s.bind(1, job);
    return s.step() && !s.is_null(0) ? std::optional(s.text(0)) : std::nullopt;
}

bool Ledger::has_done(std::string const &job, std::string const &first, std::string const &last)
{
    auto s = m_db.prepare("select 1 from atom_file where job = ?1 and status = 'done' and data >= ?2 and (?3 = '' or data <= ?3) limit 1");
    s.bind(1, job).bind(2, first).bind(3, last);
    return s.step();
}

bool Ledger::has_come(std::string const &job, std::string const &date)
{
    auto s = m_db.prepare("select 1 from atom_file where job = ?1 and data = ?2 and status <> 'removed' limit 1");
    s.bind(1, job).bind(2, date);
    return s.step();
}

namespace {

/// The files that hold an export, ?2, of one of the jobs that may, ?1. Later is what comes later in the order of work, whatever the order
/// of arrival: a name without an hour comes first.
constexpr char const *k_holders =
    "from atom_file f where f.job = ?1 and f.status in ('failed', 'held', 'waiting', 'seen', 'fetching') "
    "and not exists (select 1 from atom_file d where d.job = f.job and d.data is f.data and d.status = 'done' "
    "and (coalesce(d.hora, ''), d.id) > (coalesce(f.hora, ''), f.id)) "
    "and not exists (select 1 from atom_release r where r.export = ?2 and r.file_id = f.id)";

} // namespace

std::vector<FileRow> Ledger::find_holders(std::vector<std::string> const &jobs, std::string const &export_name)
{
    std::vector<FileRow> out;
    auto s = m_db.prepare(fmt::format("select {} {} order by f.id", k_columns, k_holders));
    for (auto const &job : jobs) {
        s.bind(1, job).bind(2, export_name);
        while (s.step()) {
            out.push_back(row_of(s));
        }
        s.reset();
    }
    return out;
}

std::uint64_t Ledger::kept_back(std::string const &export_name)
{
    if (m_db.integer("select count(*) from pragma_table_list where name = 'atom_kept'") == 0) {
        return 0; // a base that an older version made, and that is only read
    }
    auto s = m_db.prepare("select rows from atom_kept where export = ?1");
    return s.bind(1, export_name).step() ? static_cast<std::uint64_t>(s.integer(0)) : 0;
}

void Ledger::note_kept_back(std::string const &export_name, std::uint64_t rows)
{
    m_db.prepare("insert into atom_kept(export, rows) values(?1, ?2) on conflict do update set rows = ?2 where rows <> ?2")
        .bind(1, export_name)
        .bind(2, rows)
        .run();
}

void Ledger::release_export(std::vector<std::string> const &jobs, std::string const &export_name)
{
    auto s = m_db.prepare(fmt::format("insert into atom_release(export, file_id) select ?2, f.id {}", k_holders));
    for (auto const &job : jobs) {
        s.bind(1, job).bind(2, export_name).run();
    }
}

std::vector<FileRow> Ledger::with_status(std::vector<std::string> const &statuses)
{
    std::vector<FileRow> out;
    auto s = m_db.prepare(fmt::format("select {} from atom_file where status = ?1 order by id", k_columns));
    for (auto const &status : statuses) {
        s.bind(1, status);
        while (s.step()) {
            out.push_back(row_of(s));
        }
        s.reset();
    }
    return out;
}

std::vector<FileRow> Ledger::all(std::string const &status, std::string const &date)
{
    std::vector<FileRow> out;
    auto s = m_db.prepare(
        fmt::format("select {} from atom_file where (?1 = '' or status = ?1) and (?2 = '' or data = ?2) order by id", k_columns));
    s.bind(1, status).bind(2, date);
    while (s.step()) {
        out.push_back(row_of(s));
    }
    return out;
}

void Ledger::clear_rejects(std::int64_t file_id) { m_db.prepare("delete from atom_reject where file_id = ?1").bind(1, file_id).run(); }

void Ledger::add_reject(std::int64_t file_id, std::int64_t seq, Reject const &r, std::string const &chave)
{
    if (!m_add_reject) {
        m_add_reject.emplace(m_db.prepare(
            "insert into atom_reject(file_id, seq, linha, byte, coluna, campo, codigo, mensagem, valor, registro, warning, chave) "
            "values(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12)"));
    }
    auto &s = *m_add_reject;
    s.bind(1, file_id).bind(2, seq).bind(3, r.linha).bind(4, r.byte).bind(5, r.coluna).bind(6, r.campo).bind(7, r.codigo);
    s.bind(8, r.mensagem).bind(9, r.valor).bind(10, r.registro).bind(11, r.warning ? 1 : 0).bind(12, or_null(chave)).run();
}

void Ledger::each_reject(std::int64_t file_id, std::function<void(Reject const &)> const &call)
{
    auto s =
        m_db.prepare("select linha, byte, coluna, campo, codigo, mensagem, valor, registro, warning from atom_reject where file_id = ?1 "
                     "order by linha, coluna, seq");
    s.bind(1, file_id);
    while (s.step()) {
        Reject r;
        r.linha = static_cast<std::uint64_t>(s.integer(0));
        r.byte = static_cast<std::uint64_t>(s.integer(1));
        r.coluna = static_cast<int>(s.integer(2));
        r.campo = s.text(3);
        r.codigo = s.text(4);
        r.mensagem = s.text(5);
        r.valor = s.text(6);
        r.registro = s.text(7);
        r.warning = s.integer(8) != 0;
        call(r);
    }
}

void RejectTally::note(Reject const &r)
{
    if (r.warning) {
        ++m_warnings;
        return;
    }
    auto &last = m_last[r.codigo];
    if (last != r.linha || r.linha == 0) {
        last = r.linha;
        ++m_lines[r.codigo];
    }
}

std::string RejectTally::json() const
{
    JsonObject o;
    for (auto const &[code, n] : m_lines) {
        o.add(code, n);
    }
    return o.text();
}

std::string json_of(std::map<std::string, TableChanges> const &changes)
{
    JsonObject o;
    for (auto const &[table, c] : changes) {
        if (c.any()) {
            o.add_raw(table, JsonObject().add("inserted", c.inserted).add("updated", c.updated).add("deleted", c.deleted).text());
        }
    }
    return o.text();
}

bool has_done_file(Database &db)
{
    return db.integer("select count(*) from sqlite_schema where name = 'atom_file'") > 0 &&
           db.integer("select exists (select 1 from atom_file where status = 'done')") > 0;
}

} // namespace atom
