#include "engine/store/database.hpp"
#include "engine/store/recording.hpp"
#include "engine/store/schema.hpp"

#include <catch2/catch.hpp>

using namespace atom;

namespace {

struct Base
{
    Base() : db({}, OpenMode::memory)
    {
        make_engine_tables(db);
        db.exec("create table t(id integer primary key, x text); create table w(a text, b text, x text, primary key (a, b)) without rowid;"
                "insert into t values (1, 'one'), (2, 'two'); insert into w values ('a', 'b', 'x')");
    }
    std::string changed_by(std::string const &sql)
    {
        Recording const recording(db);
        db.exec(sql);
        return recording.changes();
    }
    std::string all()
    {
        return *db.text("select (select group_concat(id || x) from t) || '|' || (select coalesce(group_concat(a || b || x), '') from w)");
    }
    Database db;
};

} // namespace

TEST_CASE("what was committed is taken back", "[store][recording]")
{
    Base base;
    auto const before = base.all();
    auto const changes =
        base.changed_by("update t set x = 'ONE' where id = 1; delete from t where id = 2; insert into t values (3, 'three');"
                        "update w set x = 'y'; insert into atom_send values ('s', 1, 2, null)");
    CHECK(base.all() == "1ONE,3three|aby");
    CHECK(take_back(base.db, changes));
    CHECK(base.all() == before);
    CHECK(base.db.integer("select count(*) from atom_send") == 1); // the engine's own is no part of it
    CHECK(take_back(base.db, base.changed_by("select 1")));
}

TEST_CASE("a row that was changed meanwhile keeps all as it is", "[store][recording]")
{
    Base base;
    auto const changes = base.changed_by("update w set x = 'y'; update t set x = 'ONE' where id = 1");
    base.db.exec("update t set x = 'first' where id = 1");
    CHECK_FALSE(take_back(base.db, changes));
    CHECK(base.all() == "1first,2two|aby");
}
