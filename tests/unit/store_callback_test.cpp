// What C++ throws while SQLite calls it comes out of the statement that ran.

#include "engine/store/changes.hpp"
#include "engine/store/database.hpp"

#include <catch2/catch.hpp>

#include <new>
#include <stdexcept>

using namespace atom;

namespace {

class Thrower : public RowObserver
{
public:
    explicit Thrower(bool of_memory) : m_of_memory(of_memory) {}
    bool wants(std::string const &) override { return true; }
    void on_row(ChangedRow const &row) override
    {
        if (row.after(0) == SqlValue(std::int64_t{3})) {
            if (m_of_memory) {
                throw std::bad_alloc();
            }
            throw std::runtime_error("three");
        }
    }

private:
    bool m_of_memory;
};

struct Base
{
    Base() : db({}, OpenMode::memory) { db.exec("create table t(n integer)"); }
    Database db;
};

} // namespace

TEST_CASE("an observer of rows may throw", "[store][callback]")
{
    Base base;
    Thrower thrower(false);
    ChangeCounter changes(base.db);
    changes.observe(thrower);
    base.db.exec("insert into t values(1), (2)");
    {
        Transaction const undone(base.db);
        auto insert = base.db.prepare("insert into t values(?1)");
        CHECK_THROWS_WITH(insert.bind(1, 3).run(), "three");
    }
    {
        Transaction const undone(base.db);
        CHECK_THROWS_WITH(base.db.exec("insert into t values(1), (3), (4)"), "three");
    }
    base.db.exec("insert into t values(5)"); // nothing of it is left over
    CHECK(base.db.integer("select sum(n) from t") == 8);
}

TEST_CASE("memory that runs out is a fault of the base", "[store][callback]")
{
    Base base;
    Thrower thrower(true);
    ChangeCounter changes(base.db);
    changes.observe(thrower);
    try {
        base.db.exec("insert into t values(1), (3)");
        FAIL("it was taken");
    } catch (StoreError const &e) {
        CHECK(is_base_fault(e));
    }
}

TEST_CASE("who asks whether to go on, and who is told what is read, may throw", "[store][callback]")
{
    Base base;
    base.db.ask_whether_to_go_on([]() -> bool { throw std::runtime_error("enough"); });
    CHECK_THROWS_WITH(
        base.db.integer("with recursive n(i) as (select 1 union all select i + 1 from n where i < 100000) select count(*) from n"),
        "enough");
    base.db.ask_whether_to_go_on({});
    SqlGuard const guard{true, [](std::string_view, std::string_view) { throw std::runtime_error("secret"); }, {}};
    CHECK_THROWS_WITH(base.db.prepare_guarded("select n from t", guard), "secret");
    CHECK(base.db.integer("select count(*) from t") == 0);
}
