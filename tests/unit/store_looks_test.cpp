// What is remembered of folders: entries that an older version wrote with its server's words, and what a server was asked.

#include "engine/store/ledger.hpp"
#include "engine/store/looks.hpp"
#include "engine/store/schema.hpp"

#include <catch2/catch.hpp>

using namespace atom;

namespace {

std::int64_t new_row(Ledger &ledger, std::uint64_t size, std::optional<std::int64_t> modified)
{
    FileRow row;
    row.source = "bank";
    row.file = "a.csv";
    row.size = size;
    row.modified = modified;
    row.status = "done";
    return ledger.save(row);
}

std::int64_t found(Ledger &ledger, std::optional<std::uint64_t> size, std::optional<std::int64_t> modified)
{
    auto const row = ledger.find_entry("bank", "a.csv", size, modified);
    return row ? row->id : 0;
}

} // namespace

TEST_CASE("an entry is known by name, size and time, as far as its folder tells them", "[store][looks]")
{
    Database db({}, OpenMode::memory);
    make_engine_tables(db);
    Ledger ledger(db);
    auto const first = new_row(ledger, 5, 100);
    auto const second = new_row(ledger, 6, std::nullopt);
    CHECK(found(ledger, 5, 100) == first);
    CHECK(found(ledger, 5, 101) == 0);
    CHECK(found(ledger, 6, 100) == 0);
    CHECK(found(ledger, {}, 100) == first);
    CHECK(found(ledger, 6, {}) == second);
    CHECK(found(ledger, {}, {}) == second);
    CHECK(found(ledger, 5, {}) == 0);
}

TEST_CASE("a base of an older version takes times as numbers, each once", "[store][looks]")
{
    Database db({}, OpenMode::memory);
    make_engine_tables(db);
    db.exec("alter table atom_file drop column modified_at; alter table atom_outbox drop column modified_at;"
            "alter table atom_outbox drop column is_marker; alter table atom_outbox add column modified text;"
            "drop table atom_look; create table atom_look(source text, file text, size integer, modified text, first_at integer);"
            "delete from atom_migration where name = 'atom';"
            "insert into atom_file(source, file, size, modified, status, seen_at) values"
            " ('bank', 'a.csv', 5, 'Nov  2 09:00', 'done', ''), ('bank', 'a.csv', 5, 'Nov  3 09:00', 'done', '');"
            "insert into atom_outbox(kind, folder, name, size, modified, made_at) values"
            " ('move', 'source:bank', 'a.csv', 5, 'Nov  3 09:00', ''), ('move', 'source:bank', 'a.csv.ok', 5, null, '')");
    make_engine_tables(db);
    Ledger ledger(db);
    CHECK(found(ledger, 6, 300) == 0);
    CHECK(found(ledger, 5, {}) == 2);
    auto row = ledger.find_entry("bank", "a.csv", 5, 300);
    REQUIRE(row);
    CHECK(row->id == 2); // the newest of the name, and no older one
    CHECK_FALSE(row->modified);
    row->modified = 300;
    ledger.save(*row);
    CHECK(found(ledger, 5, 300) == 2);
    CHECK(found(ledger, 5, 301) == 0);
    CHECK(db.text("select group_concat(name || is_marker || coalesce(modified_at, '-')) from atom_outbox") == "a.csv0-,a.csv.ok1-");
}

TEST_CASE("what a server was asked is kept while the name is there", "[store][looks]")
{
    Database db({}, OpenMode::memory);
    make_engine_tables(db);
    Looks looks(db, "bank");
    auto const asked = [&] {
        std::string out;
        looks.each_asked([&](std::string const &file, Looks::Asked const &a) {
            out += file + "=" + a.line + ":" + (a.size ? std::to_string(*a.size) : "-") + ":" +
                   (a.modified ? std::to_string(*a.modified) : "-") + " ";
        });
        return out;
    };
    looks.note_asked("a", {"line a", 5, 100});
    looks.note_asked("b", {"line b", {}, {}});
    Looks(db, "other").note_asked("a", {"line", 1, 1});
    CHECK(asked() == "a=line a:5:100 b=line b:-:- ");
    looks.note_asked("a", {"line a2", 6, {}});
    CHECK(asked() == "a=line a2:6:- b=line b:-:- ");

    CHECK_FALSE(looks.same_since("a", 5, 100, 1000));
    CHECK(looks.same_since("a", 5, 100, 1010) == 1000);
    CHECK_FALSE(looks.same_since("a", 5, {}, 1020));
    CHECK_FALSE(looks.fetched_since("b"));
    CHECK_FALSE(looks.same_bytes_since("b", "x", 1000));
    CHECK(looks.fetched_since("b") == 1000);
    CHECK(looks.same_bytes_since("b", "x", 1030) == 1000);
    CHECK_FALSE(looks.same_bytes_since("b", "y", 1040));
    looks.keep([](std::string const &file) { return file == "b"; });
    CHECK(asked() == "b=line b:-:- ");
    CHECK_FALSE(looks.same_since("a", 5, {}, 1050));

    CHECK_FALSE(is_unread(db, "bank"));
    CHECK(looks.note_unread("a line"));
    CHECK_FALSE(looks.note_unread("a line"));
    CHECK(is_unread(db, "bank"));
    CHECK_FALSE(is_unread(db, "other"));
    CHECK(looks.note_unread(""));
    CHECK_FALSE(is_unread(db, "bank"));
}
