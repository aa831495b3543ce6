#include "engine/export/outbox.hpp"

#include "engine/base/encoding.hpp"
#include "engine/store/schema.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>

using namespace atom;

namespace {

/// A local folder, and an outbox of moves in it.
struct Moves
{
    Moves()
    {
        std::filesystem::remove_all(path);
        std::filesystem::create_directories(path / "lidos");
        make_engine_tables(db);
    }
    ~Moves() { std::filesystem::remove_all(path); }

    void write(std::string const &name, std::string const &text) const { std::ofstream(path / name) << text; }
    bool has(std::string const &name) const { return std::filesystem::exists(path / name); }
    RemoteEntry entry(std::string const &name) { return folders.get(url()).find(name).value(); }
    std::string url() const { return "file://" + path.string(); }

    /// Moves what was taken as this entry.
    std::vector<OutboxFault> move(RemoteEntry const &taken, bool is_marker = false)
    {
        OutboxRow row;
        row.kind = OutboxRow::Kind::move;
        row.folder = url();
        row.name = taken.name;
        row.final_name = "lidos/" + taken.name;
        row.size = taken.size.value_or(0);
        row.modified = taken.modified;
        row.is_marker = is_marker;
        add_to_outbox(db, *clock, row);
        return work_off_outbox(db, folders).faults;
    }

    std::filesystem::path path = std::filesystem::temp_directory_path() / "atom-export-outbox-test";
    Database db{{}, OpenMode::memory};
    Folders folders;
    std::unique_ptr<Clock> clock = fixed_clock("2026-11-03 12:00");
};

} // namespace

TEST_CASE("a file that was replaced meanwhile is not moved", "[export]")
{
    Moves moves;
    moves.write("a", "12345");
    auto const taken = moves.entry("a");
    REQUIRE(taken.modified);

    auto other = taken;
    other.size = 4;
    CHECK(moves.move(other).empty());
    CHECK(moves.has("a"));
    other = taken;
    other.modified = *taken.modified - 1;
    CHECK(moves.move(other).empty());
    CHECK(moves.has("a"));
    CHECK(moves.move(other, true).empty()); // a marker goes as it is
    CHECK(moves.has("lidos/a"));

    moves.write("a", "12345");
    auto untold = moves.entry("a");
    untold.modified = std::nullopt; // its folder did not tell a time then
    CHECK(moves.move(untold).empty());
    CHECK(moves.has("lidos/a.2"));
    CHECK(moves.move(untold).empty()); // and again: it is gone
    CHECK(moves.db.integer("select count(*) from atom_outbox") == 0);
}

TEST_CASE("a name that is taken many times is found free in a few questions", "[export]")
{
    Moves moves;
    for (int i = 1; i <= 1000; ++i)
        moves.write(i == 1 ? "lidos/a" : "lidos/a." + std::to_string(i), "x");
    moves.write("a", "1");
    CHECK(moves.move(moves.entry("a")).empty());
    CHECK(moves.has("lidos/a.1001"));
}

TEST_CASE("a name and its ending fit into 255 bytes", "[export]")
{
    CHECK(fitted_name("erros/a.csv", ".2") == "erros/a.csv.2");
    CHECK(fitted_name("a", "") == "a");
    CHECK(fitted_name("", ".part") == ".part");

    auto const longest = std::string(255, 'x');
    CHECK(fitted_name("lidos/" + longest, "") == "lidos/" + longest);
    CHECK(fitted_name(longest.substr(0, 250) + ".csv.rejeitados", "") == longest.substr(0, 238) + "~x.csv.rejeitados");
    CHECK(fitted_name("erros/" + longest, ".part") == "erros/" + longest.substr(0, 233) + "~" + longest.substr(0, 16) + ".part");
    CHECK(fitted_name("a/b/" + longest + "y", ".10").size() == 4 + 255);
}

TEST_CASE("a name is not cut inside a character", "[export]")
{
    std::string name;
    while (name.size() < 300)
        name += "\u20ac"; // three bytes
    for (int i = 0; i < 6; ++i) {
        auto const fitted = fitted_name(name, ".part");
        INFO(i);
        CHECK(is_valid_utf8(fitted));
        CHECK(fitted.size() <= 255);
        CHECK(fitted.size() > 250);
        name.insert(0, "a");
        name += i % 2 == 0 ? "b" : "";
    }
}
