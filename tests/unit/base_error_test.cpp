#include "engine/base/error.hpp"

#include <catch2/catch.hpp>

#include <cerrno>

using namespace atom;

TEST_CASE("a source position leaves out what is unknown", "[base][error]")
{
    CHECK(SourcePos{"jobs/a.toml", 12, 5}.text() == "jobs/a.toml:12:5");
    CHECK(SourcePos{"jobs/a.toml", 12, 0}.text() == "jobs/a.toml:12");
    CHECK(SourcePos{"jobs/a.toml", 0, 0}.text() == "jobs/a.toml");
    CHECK(SourcePos{"", 3, 4}.text() == "3:4");
    CHECK(SourcePos{}.text().empty());
}

TEST_CASE("a config fault says where and what", "[base][error]")
{
    CHECK(ConfigFault{{"atom.toml", 2, 1}, "unknown key \"bse\""}.text() == "atom.toml:2:1: unknown key \"bse\"");
    CHECK(ConfigFault{{}, "no workspace"}.text() == "no workspace");
}

TEST_CASE("a config error tells all faults at once", "[base][error]")
{
    ConfigError const error({{{"a.toml", 1, 2}, "first"}, {{"b.toml", 3, 0}, "second"}});
    CHECK(std::string(error.what()) == "a.toml:1:2: first\nb.toml:3: second");
    REQUIRE(error.faults().size() == 2);
    CHECK(error.faults()[1].pos.file == "b.toml");
    CHECK(std::string(ConfigError({}).what()).empty());
}

TEST_CASE("a file error names the path and the system's reason", "[base][error]")
{
    FileError const error("open", "/data/x.csv", ENOENT);
    CHECK(std::string(error.what()) == "cannot open /data/x.csv: No such file or directory");
    CHECK(error.path() == "/data/x.csv");
    CHECK(error.error_number() == ENOENT);
}

TEST_CASE("a remote error is retried where time may mend it", "[base][error]")
{
    for (auto const cause : {RemoteCause::unreachable, RemoteCause::timeout, RemoteCause::no_space}) {
        CHECK(RemoteError(cause, "x").retryable());
    }
    for (auto const cause :
         {RemoteCause::denied, RemoteCause::not_found, RemoteCause::exists, RemoteCause::host_key, RemoteCause::protocol}) {
        CHECK_FALSE(RemoteError(cause, "x").retryable());
    }
}

TEST_CASE("a store error keeps code and statement", "[base][error]")
{
    StoreError const error(19, "UNIQUE constraint failed", "insert into t values (1)");
    CHECK(error.code() == 19);
    CHECK(error.sql() == "insert into t values (1)");
    CHECK(std::string(error.what()) == "UNIQUE constraint failed");
    CHECK(StoreError(1, "x").sql().empty());
}
