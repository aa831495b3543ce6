// Which lines an upsert may pass over, after somebody else wrote.

#include "engine/layout/check.hpp"
#include "engine/store/database.hpp"
#include "engine/store/input_table.hpp"
#include "engine/store/line_hash.hpp"
#include "layout_of.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

using namespace atom;

namespace {

struct Base
{
    explicit Base(std::string const &table, std::vector<std::string> k = {"code"})
        : db({}, OpenMode::memory), key(std::move(k)), input(Input::of_bytes("code;place;name\na;1;x\nb;2;y\nc;3;z\n", layout()))
    {
        make_engine_tables(db);
        db.exec(table);
        check(input);
    }

    static std::shared_ptr<Layout const> layout()
    {
        return layout_of("layout = \"x\"\nformat = \"csv\"\n[[record]]\nfields = [{ name = \"code\" }, "
                         "{ name = \"place\", type = \"integer\" }, { name = \"name\" }]\n");
    }

    bool hashed() { return LineHashes::of(db, "job", "rule", *table_info(db, "t"), key).has_value(); }

    /// The codes of the lines that a load would look at; with it they are written.
    std::string load()
    {
        InputTables tables(db, input);
        auto const epoch = hash_epoch(db);
        auto hashes = LineHashes::of(db, "job", "rule", *table_info(db, "t"), key);
        REQUIRE(hashes);
        auto const changed = hashes->changed_lines(*tables.relation("e"), {0, 1, 2}, epoch);
        tables.restrict(&changed);
        auto const codes = db.text("select group_concat(code, '') from e").value_or("");
        hashes->begin_writing();
        db.exec(
            "insert into t(code, place, name) select code, place, name from e where true on conflict do update set name = excluded.name");
        hashes->end_writing();
        note_own_schema(db);
        CHECK(db.integer("select count(*) from atom_rule_at_work") == 0);
        return codes;
    }

    std::string after(std::string const &sql)
    {
        db.exec(sql);
        return load();
    }

    Database db;
    std::vector<std::string> key;
    Input input;
};

} // namespace

TEST_CASE("only rows that somebody else wrote are looked at again", "[store][line_hash]")
{
    Base base("create table t(code text primary key, place integer, name text)");
    CHECK(base.load() == "abc");
    CHECK(base.load().empty());
    CHECK(base.after("delete from t where code = 'a'") == "a");
    CHECK(base.after("update t set name = 'other' where code > 'a'") == "bc");
    CHECK(base.after("update t set code = 'd' where code = 'b'") == "b");
    CHECK(base.after("replace into t values('c', 0, null)") == "c");
    CHECK(base.after("update t set name = name where code = 'd'").empty());
    CHECK(base.after("delete from t") == "abc");
    CHECK(base.load().empty());
}

TEST_CASE("the engine's own changes of the schema are no reason, others' are", "[store][line_hash]")
{
    Base base("create table t(code text primary key, place integer, name text)");
    base.load();
    hash_epoch(base.db);
    base.db.exec("create table own(x)");
    note_own_schema(base.db);
    CHECK(base.load().empty());
    CHECK(base.after("create table other(x)") == "abc");
    CHECK(base.after("insert into atom_migration(name, sha256) values('002.sql', 'x')") == "abc");
    CHECK(base.after("drop table t; create table t(code text primary key, place integer, name text)") == "abc");
    CHECK(base.load().empty());
}

TEST_CASE("a key of several columns, and one of numbers", "[store][line_hash]")
{
    Base pair("create table t(code text, place integer, name text, primary key(place, code)) without rowid", {"place", "code"});
    CHECK(pair.load() == "abc");
    CHECK(pair.after("update t set name = '' where code = 'b'; delete from t where place = 3") == "bc");
    Base number("create table t(place integer primary key, code text, name text)", {"place"});
    CHECK(number.load() == "abc");
    CHECK(number.after("update t set place = 22 where place = 2") == "b");
}

TEST_CASE("a row that gives way to another by a second key is missed", "[store][line_hash]")
{
    Base base("create table t(code text unique, place integer primary key, name text)");
    CHECK(base.load() == "abc");
    CHECK(base.after("update t set name = 'n' where code = 'a'") == "a");
    CHECK(base.after("insert or replace into t(code, place) values('new', 2); delete from t where code = 'new'") == "abc");
    CHECK(base.after("update or replace t set place = 3 where code = 'a'; update t set place = 1 where code = 'a'") == "abc");
}

TEST_CASE("where a hash could stand for another row there is none", "[store][line_hash]")
{
    CHECK(Base("create table t(code text primary key, place integer, name text)").hashed());
    CHECK_FALSE(Base("create table t(code text primary key collate nocase, place integer, name text)").hashed());
    CHECK_FALSE(Base("create table t(code primary key, place integer, name text)").hashed());
    CHECK_FALSE(Base("create table t(code text primary key, place integer, name text);"
                     "create trigger own after insert on t begin delete from t where name is null; end")
                    .hashed());
    CHECK_FALSE(Base("create table t(code text primary key, place integer, name text);"
                     "create temp trigger own after insert on main.t begin delete from t where name is null; end")
                    .hashed());
}
