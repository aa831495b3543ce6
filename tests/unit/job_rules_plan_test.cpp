// What the rules of the shipped pack become in SQLite: no statement of a load copies its input.

#include "engine/job/rules.hpp"
#include "engine/layout/check.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

namespace {

using namespace atom;

/// A table that SQLite would fill before it writes: the copy of the input that a load must not make.
bool copies_its_input(Database &db, std::string const &sql, Parameters const &parameters)
{
    auto explain = db.prepare("explain " + sql);
    explain.bind(parameters);
    bool copies = false;
    while (explain.step()) {
        copies = copies || explain.view(1) == "OpenEphemeral" || explain.view(1) == "SorterOpen";
    }
    return copies;
}

struct PackBase
{
    PackBase() : workspace(load_workspace(ATOM_PACK_FOLDER "/tests/unit/pack")), db({}, OpenMode::memory)
    {
        make_engine_tables(db);
        Faults faults;
        apply_migrations(db, ATOM_PACK_FOLDER "/jobs/schema/base", "jobs/schema/base", faults);
        faults.throw_if_any();
    }
    Workspace workspace;
    Database db;
};

} // namespace

TEST_CASE("the inserts and overwrites of a remessa stream from the file", "[job][rules]")
{
    PackBase pack;
    auto const *const job = pack.workspace.job("remessa");
    REQUIRE(job != nullptr);
    auto const input = empty_input(job->layouts().front());
    InputTables tables(pack.db, input);
    RulePlanner planner(pack.db, tables, input);
    auto const parameters = rule_parameters(*job, {}, "2026-11-03", "2026-11-03 02:00:00", 1, "x");
    int looked_at = 0;
    for (auto const &rule : job->rules) {
        if (rule.verb != Verb::upsert) {
            continue;
        }
        auto const plan = planner.plan(rule);
        CHECK(plan.prepare.empty());
        CHECK_FALSE(copies_its_input(pack.db, plan.pure ? plan.writes.back() : plan.into_empty_table, parameters));
        ++looked_at;
    }
    CHECK(looked_at == 2); // remessa_assessoria and ficha
}

TEST_CASE("a statement that reads the table it writes is seen to copy", "[job][rules]")
{
    Database db({}, OpenMode::memory);
    db.exec("create table a(x integer primary key, y text); create table b(x integer, y text)");
    CHECK(copies_its_input(db, "insert into a select b.x + 1, a.y from b join a on a.x = b.x where true", {}));
    CHECK_FALSE(copies_its_input(db, "insert into a select x, y from b where true", {}));
}
