#include "engine/intake/sources.hpp"

#include "engine/remote/folder.hpp"

#include <catch2/catch.hpp>

using namespace atom;
using namespace std::chrono_literals;

namespace {

/// Each file of it holds its own name.
class NamesFolder : public RemoteFolder
{
public:
    RemoteListing list(std::string const &, KnownEntries const &) override { return {{{"a", 1, {}, {}}}, 1}; }
    std::uint64_t get(std::string const &name, std::function<void(std::string_view)> const &sink) override
    {
        sink(name);
        return name.size();
    }
    void put(std::filesystem::path const &, std::string const &) override { FAIL("nothing is put here"); }
    void rename(std::string const &, std::string const &) override { FAIL("nothing is renamed here"); }
    std::optional<RemoteEntry> find(std::string const &) override { return std::nullopt; }
    void remove(std::string const &) override { FAIL("nothing is removed here"); }
    std::string const &label() const override { return m_label; }

private:
    std::string m_label = "names";
};

struct Spool
{
    std::filesystem::path path = std::filesystem::temp_directory_path() / "atom-intake-sources-test";
    Spool() { std::filesystem::remove_all(path); }
    ~Spool() { std::filesystem::remove_all(path); }
};

Wanted wanted(std::int64_t id)
{
    auto const name = std::to_string(id);
    return {id, name, name.size(), {}};
}

/// Until the threads have done what they can do by themselves.
void await_rest(Sources &sources)
{
    while (sources.is_busy()) {
        sources.await_news(sources.news());
    }
}

std::size_t files_in(std::filesystem::path const &folder)
{
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(folder), {}));
}

} // namespace

TEST_CASE("64 files may lie ahead; those that have no room keep nobody waiting", "[intake][sources]")
{
    Spool const spool;
    Sources sources([](std::string const &, std::stop_token const &) { return std::make_unique<NamesFolder>(); }, spool.path);
    std::vector<Wanted> all;
    for (int id = 1; id <= 70; ++id) {
        all.push_back(wanted(id));
    }
    sources.want("bank", all);
    await_rest(sources);
    CHECK(files_in(spool.path / "in") == 64);
    CHECK(sources.on_their_way().size() == 70);

    sources.list("bank"); // a look is not kept waiting, either
    sources.await_listings(60s);
    CHECK(sources.take_listing("bank")->entries.size() == 1);

    auto const last = sources.await("bank", wanted(70), 60s); // what is waited for needs no room
    REQUIRE(last.has_value());
    CHECK(last->size == 2);
    CHECK(last->path == spool_path(spool.path, 70));
    REQUIRE(sources.await("bank", wanted(1), 60s).has_value());
    await_rest(sources);
    CHECK(sources.on_their_way().size() == 68);

    sources.drop_all_but("bank", {2, 3});
    await_rest(sources);
    CHECK(sources.on_their_way() == std::set<std::int64_t>{2, 3, 66, 67, 68, 69});
}
