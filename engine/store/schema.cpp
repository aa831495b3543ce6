#include "engine/store/schema.hpp"

#include "engine/base/file.hpp"
#include "engine/base/kill_point.hpp"
#include "engine/base/secret.hpp"
#include "engine/store/base_file.hpp"
#include "engine/store/database.hpp"

#include <fmt/format.h>

namespace atom {

namespace {

char const *const k_engine_tables = R"sql(
create table if not exists atom_migration(
  name text primary key, sha256 text not null) without rowid;

-- the ledger: one row a file that was seen
create table if not exists atom_file(
  id integer primary key, source text, file text not null, path text, size integer, modified text,
  job text, layout text, data text, hora text, captures text,
  sha256 text, status text not null, code text, reason text,
  read integer not null default 0, accepted integer not null default 0, rejected integer not null default 0,
  warnings integer not null default 0, rejects text not null default '{}', changes text not null default '{}',
  exports text not null default '[]', seconds real not null default 0,
  seen_at text not null, ended_at text, attempts integer not null default 0, forced integer not null default 0,
  released integer not null default 0, approved text, by text);
create index if not exists atom_file_identity on atom_file(sha256, job, data);
create index if not exists atom_file_entry on atom_file(source, file);
create index if not exists atom_file_status on atom_file(status) where status not in ('done', 'duplicate');

create table if not exists atom_reject(
  file_id integer not null, seq integer not null, linha integer, byte integer, coluna integer, campo text, codigo text,
  mensagem text, valor text, registro text, warning integer not null, chave text, primary key(file_id, seq)) without rowid;
create index if not exists atom_reject_chave on atom_reject(chave) where chave is not null;

-- what a source's folder showed last, for files that must stand still before they are taken
create table if not exists atom_look(
  source text, file text, size integer, modified text, first_at integer not null, primary key(source, file)) without rowid;

-- upserts that are a pure function of their line: the hash of each key's line
create table if not exists atom_rule(id integer primary key, job text not null, rule text not null, unique(job, rule));
create table if not exists atom_hash(rule integer, key blob, hash integer not null, primary key(rule, key)) without rowid;
-- the rule that writes at this moment: its triggers let its own rows pass. No transaction leaves a row here
create table if not exists atom_rule_at_work(rule integer primary key);
-- the schema as the engine left it; whoever changes it begins another epoch, in which all lines count as changed
create table if not exists atom_schema(id integer primary key check(id = 1), state text not null, epoch integer not null);

create table if not exists atom_export(
  id integer primary key, name text not null unique, due integer not null default 0,
  started integer not null default 0, compared integer);
-- for exports that watch: keys that were touched since all was compared (atom_export.compared says under which query, layout and schema)
create table if not exists atom_touched(export integer, key text, primary key(export, key)) without rowid;
-- files that an operator let an export go past
create table if not exists atom_release(export text, file_id integer, primary key(export, file_id)) without rowid;
-- what a target holds: the hash of each key's row as it was last written; null: it holds the key no longer
create table if not exists atom_delivered(
  id integer primary key, export integer not null, key text not null, hash integer, unique(export, key));
-- every output that was made, and the line of each key in it (1-based; a key's line is its row's, in a CSV the header counts)
create table if not exists atom_output(
  id integer primary key, export integer not null, kind text not null, name text not null, rows integer not null, at text not null);
create table if not exists atom_delivery(output integer, delivered integer, linha integer, primary key(output, delivered)) without rowid;

-- everything outside the base that is still to be done, in order; each can be done twice without harm
create table if not exists atom_outbox(
  id integer primary key, kind text not null, folder text not null, local text, name text not null, staging text,
  final_name text, size integer, modified text, state text not null default 'new', export text, file_id integer, error text, made_at text not null);

-- each key of a send and what became of it; a key goes out once, ever
create table if not exists atom_sent(
  id integer primary key, send text not null, key text not null, state text not null, row text not null, http integer, answer text, at text,
  unique(send, key));
create index if not exists atom_sent_open on atom_sent(send, state) where state in ('pending', 'sending', 'answered');
-- a send whose server is left alone for a while
create table if not exists atom_send(
  send text primary key, failures integer not null, not_before integer not null, why text) without rowid;
-- the read-only copy: is it due, when was it made, and what the online base looked like then
create table if not exists atom_replica(id integer primary key check(id = 1), due integer not null, made_at integer not null default 0, online text);

create table if not exists atom_taken(name text primary key, last_id integer not null) without rowid;

create view if not exists arquivo as
  select id, file, job, status, data, read, accepted, rejected, warnings, rejects, changes, exports, reason, seconds, source, seen_at, ended_at
  from atom_file;
create view if not exists rejeicao as
  select a.file arquivo, r.linha, r.byte, r.coluna, r.campo, r.codigo, r.mensagem, r.valor, r.registro, r.file_id arquivo_id, r.warning aviso
  from atom_reject r join atom_file a on a.id = r.file_id;
)sql";

char const *const k_online_tables = R"sql(
create table if not exists atom_migration(
  name text primary key, sha256 text not null) without rowid;
create table if not exists atom_request(
  id integer primary key, kind text not null, target text not null, by text not null, at text not null);
-- who may ask over HTTP; of a token only its hash is kept
create table if not exists atom_token(
  id integer primary key, name text not null, user text not null, scopes text not null, hash text not null, made_at text not null,
  revoked_at text);
create index if not exists atom_token_hash on atom_token(hash);
-- who saw or asked for what of whom: the call, the key of each subject that it was about, the answer's status
create table if not exists trilha(
  id integer primary key, em text not null, quem text not null, chamada text not null, chave text not null, status integer);
create index if not exists trilha_chave on trilha(chave);
-- who is signed in on the pages; of what the browser keeps only its hash is kept
create table if not exists atom_session(
  hash text primary key, token integer not null, made_at text not null, ends_at text not null) without rowid;
-- what nobody outside may know: the key of the trail's hashes
create table if not exists atom_secret(name text primary key, value text not null) without rowid;
)sql";

std::vector<std::string> index_columns(Database &db, std::string const &index)
{
    std::vector<std::string> out;
    auto s = db.prepare(fmt::format("select name from pragma_index_info({}) order by seqno", sql_text(index)));
    while (s.step()) {
        if (s.is_null(0)) {
            return {}; // an expression
        }
        out.push_back(s.text(0));
    }
    return out;
}

std::string sha256_of_text(std::string_view text)
{
    Sha256 sum;
    sum.update(text);
    return sum.hex();
}

/// The text with these line ends, whatever it has.
std::string with_line_ends(std::string_view text, std::string_view end)
{
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n') {
            continue; // the line feed ends the line
        }
        if (text[i] == '\r' || text[i] == '\n') {
            out += end;
        } else {
            out += text[i];
        }
    }
    return out;
}

struct Migration
{
    std::string name, where, sql, sha256; // the hash is of the text with LF ends

    /// Editors and version control change line ends; bases of before hold the hash of the bytes as they were.
    bool has_hash(std::string_view known) const
    {
        return known == sha256 || known == sha256_of_text(sql) || known == sha256_of_text(with_line_ends(sql, "\r\n"));
    }
};

bool is_applied(Database &db, Migration const &m, Faults &faults)
{
    auto s = db.prepare("select sha256 from atom_migration where name = ?1");
    s.bind(1, m.name);
    if (!s.step()) {
        return false;
    }
    if (!m.has_hash(s.view(0))) {
        faults.add({m.where, 0, 0}, "was changed after it was applied to the base; put the change into a new file with the next number");
    }
    return true;
}

} // namespace

int TableInfo::column_index(std::string_view column) const noexcept
{
    auto const it = std::find(columns.begin(), columns.end(), column);
    return it == columns.end() ? -1 : static_cast<int>(it - columns.begin());
}

bool TableInfo::is_unique(std::vector<std::string> const &key) const
{
    std::set<std::string> const wanted(key.begin(), key.end());
    return std::any_of(unique.begin(), unique.end(), [&](auto const &u) { return std::set<std::string>(u.begin(), u.end()) == wanted; });
}

std::vector<std::string> const *TableInfo::unique_with(std::vector<std::string> const &key) const
{
    for (auto const &u : unique) {
        if (std::all_of(key.begin(), key.end(), [&](auto const &k) { return std::find(u.begin(), u.end(), k) != u.end(); })) {
            return &u;
        }
    }
    return nullptr;
}

std::optional<TableInfo> table_info(Database &db, std::string const &table)
{
    if (db.integer(fmt::format("select count(*) from sqlite_schema where type = 'table' and name = {}", sql_text(table))) == 0) {
        return std::nullopt;
    }
    TableInfo info;
    info.name = table;
    info.has_rowid = db.integer(fmt::format("select wr from pragma_table_list where name = {} and schema = (select name from "
                                            "pragma_database_list where seq = 0)",
                                            sql_text(table))) == 0;
    std::vector<std::pair<std::int64_t, std::string>> primary;
    auto s =
        db.prepare(fmt::format("select name, pk, type, \"notnull\", dflt_value is not null from pragma_table_info({})", sql_text(table)));
    while (s.step()) {
        info.columns.push_back(s.text(0));
        info.types.push_back(s.text(2));
        info.not_null.push_back(s.integer(3) != 0);
        info.has_default.push_back(s.integer(4) != 0);
        if (s.integer(1) > 0) {
            primary.emplace_back(s.integer(1), s.text(0));
        }
    }
    if (!primary.empty()) {
        std::sort(primary.begin(), primary.end());
        auto &key = info.unique.emplace_back();
        for (auto const &[seq, name] : primary) {
            key.push_back(name);
        }
    }
    auto indices =
        db.prepare(fmt::format("select name, partial from pragma_index_list({}) where \"unique\" = 1 order by seq desc", sql_text(table)));
    while (indices.step()) {
        auto columns = index_columns(db, indices.text(0));
        if (columns.empty() || indices.integer(1) != 0) {
            info.has_partly_unique = true;
        } else {
            info.unique.push_back(std::move(columns));
        }
    }
    auto const schema = fmt::format("select exists (select 1 from sqlite_schema where tbl_name = {} collate nocase and ", sql_text(table));
    info.has_checks = db.integer(schema + "type = 'table' and sql like '%check%')") == 1;
    info.has_triggers = db.integer(schema + "type = 'trigger' and name not like 'atom\\_hash\\_%' escape '\\')") == 1;
    return info;
}

std::vector<PlainIndex> plain_indices(Database &db, std::string const &table)
{
    std::vector<PlainIndex> out;
    auto list =
        db.prepare("select s.name, s.sql from pragma_index_list(?1) i join sqlite_schema s on s.type = 'index' and s.name = i.name "
                   "where i.\"unique\" = 0 and s.sql is not null and not exists (select 1 from sqlite_schema u where u.name not like "
                   "'atom\\_hash\\_%' escape '\\' and ((u.type = 'trigger' and u.tbl_name = ?1 collate nocase) or "
                   "(u.type in ('trigger', 'view') and instr(lower(u.sql), lower(s.name)) > 0))) "
                   "order by s.name");
    list.bind_view(1, table);
    while (list.step()) {
        out.push_back({list.text(0), list.text(1)});
    }
    return out;
}

std::vector<std::string> table_names(Database &db)
{
    std::vector<std::string> out;
    auto s = db.prepare("select name from sqlite_schema where type = 'table' and name not like 'atom\\_%' escape '\\' and name not like "
                        "'sqlite\\_%' escape '\\' order by name");
    while (s.step()) {
        out.push_back(s.text(0));
    }
    return out;
}

namespace {

/// What a base of an older version lacks in its tables, and what each base has for itself.
void complete_online(Database &db)
{
    if (db.integer("select count(*) from pragma_table_info('trilha') where name = 'status'") == 0) {
        db.exec("alter table trilha add column status integer");
    }
    db.prepare("insert or ignore into atom_secret(name, value) values('trail', ?1)").bind(1, random_text()).run();
}

/// The engine's tables where they are missing, and the mark; nothing is written where they were made from this text.
void make_tables(Database &db, BaseKind kind, std::string const &sql)
{
    refuse_foreign_base(db, kind);
    auto const made_from = sha256_of_text(sql);
    auto const is_made = [&] {
        return is_marked(db, kind) && db.text("select sha256 from atom_migration where name = 'atom'") == made_from;
    };
    if (is_made()) {
        return;
    }
    Transaction transaction(db);
    db.exec(sql);
    if (kind == BaseKind::online) {
        complete_online(db);
    }
    db.prepare("insert or replace into atom_migration(name, sha256) values('atom', ?1)").bind(1, made_from).run();
    mark_base(db, kind);
    transaction.commit();
}

} // namespace

void make_engine_tables(Database &db) { make_tables(db, BaseKind::base, k_engine_tables); }

void make_online_tables(Database &db) { make_tables(db, BaseKind::online, k_online_tables); }

namespace {

std::vector<Migration> migrations_of(std::filesystem::path const &folder, std::string const &shown)
{
    std::vector<Migration> out;
    for (auto const &path : files_with_extension(folder, ".sql")) {
        Migration m;
        m.name = path.filename().string();
        m.where = shown + "/" + m.name;
        m.sql = read_file(path);
        m.sha256 = sha256_of_text(with_line_ends(m.sql, "\n"));
        out.push_back(std::move(m));
    }
    return out;
}

} // namespace

void apply_migrations(Database &db, std::filesystem::path const &folder, std::string const &shown, Faults &faults)
{
    for (auto const &m : migrations_of(folder, shown)) {
        if (is_applied(db, m, faults)) {
            continue;
        }
        try {
            Transaction transaction(db);
            if (is_applied(db, m, faults)) {
                continue; // by another process, meanwhile
            }
            db.exec(m.sql);
            db.prepare("insert into atom_migration(name, sha256) values(?1, ?2)").bind(1, m.name).bind(2, m.sha256).run();
            kill_point("before-migration-commit");
            transaction.commit();
            kill_point("after-migration");
        } catch (StoreError const &e) {
            if (is_base_fault(e)) {
                throw;
            }
            faults.add({m.where, 0, 0}, e.what());
            return;
        }
    }
}

void check_applied(Database &db, std::filesystem::path const &folder, std::string const &shown, Faults &faults)
{
    if (db.integer("select count(*) from sqlite_schema where name = 'atom_migration'") == 0) {
        return;
    }
    for (auto const &m : migrations_of(folder, shown)) {
        is_applied(db, m, faults);
    }
}

} // namespace atom
