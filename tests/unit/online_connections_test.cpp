#include "engine/online/connections.hpp"

#include <catch2/catch.hpp>

#include <future>
#include <thread>

using namespace atom;

namespace {

struct Bases
{
    Bases()
    {
        workspace.root = std::filesystem::temp_directory_path() / "atom-online-connections-test";
        std::filesystem::remove_all(workspace.root);
        workspace.base = workspace.root / "base.db";
        workspace.online = workspace.root / "online.db";
        std::filesystem::create_directories(workspace.root);
        Database(workspace.base, OpenMode::read_write).exec("create table b(x)");
        open_online(workspace, OpenMode::read_write)->exec("create table t(x)");
    }
    ~Bases() { std::filesystem::remove_all(workspace.root); }
    Bases(Bases const &) = delete;
    Bases &operator=(Bases const &) = delete;

    std::string rows() const
    {
        return Database(workspace.online, OpenMode::read_only)
            .text("select group_concat(x, ',') from (select x from t order by x)")
            .value_or("");
    }

    Workspace workspace;
};

} // namespace

TEST_CASE("a write beside one that undid the whole transaction is made once")
{
    Bases const bases;
    Writer writer(bases.workspace);
    std::promise<void> begun, go;
    auto const first = std::async(std::launch::async, [&] {
        writer.run([&, told = false](Database &) mutable {
            if (!std::exchange(told, true)) { // it holds the turn until all others wait
                begun.set_value();
                go.get_future().wait();
            }
        });
    });
    begun.get_future().wait();
    std::vector<std::future<void>> others;
    auto const queue = [&](std::function<void(Database &)> work) {
        auto const before = writer.waiting();
        others.push_back(std::async(std::launch::async, [&writer, todo = std::move(work)] { writer.run(todo); }));
        while (writer.waiting() == before) {
            std::this_thread::yield();
        }
    };
    queue([](Database &db) { db.exec("insert into t values(1)"); });
    queue([](Database &db) {
        db.exec("insert into t values(2)");
        db.exec("rollback"); // as SQLite does by itself when the disk is full
        throw std::runtime_error("full");
    });
    queue([](Database &db) { db.exec("insert into t values(3)"); });
    go.set_value();
    first.wait();
    CHECK_NOTHROW(others[0].get());
    CHECK_THROWS_AS(others[1].get(), std::runtime_error);
    CHECK_NOTHROW(others[2].get());
    CHECK(bases.rows() == "1,3");
}

TEST_CASE("patience ends with its time, or when nobody waits")
{
    using namespace std::chrono_literals;
    Patience over(0s, [] { return false; });
    CHECK(!over.lasts());
    CHECK(over.is_over());
    Patience left(1h, [] { return true; });
    CHECK(!left.lasts());
    Patience goes_on(1h, [] { return false; });
    CHECK(goes_on.lasts());
    CHECK(!goes_on.is_over());
}
