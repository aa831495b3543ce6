#include "engine/job/send.hpp"

#include <catch2/catch.hpp>

#include <cstdlib>

using namespace atom;

namespace {

/// All faults, a line each, after a send of these lines was read.
std::string faults_of(std::string const &toml)
{
    Faults faults;
    auto const root = parse_toml(toml, "jobs/s.toml", faults);
    REQUIRE(root);
    TomlTable top(*root, faults);
    read_send(top, ".");
    std::string out;
    for (auto const &f : faults.all()) {
        out += f.text() + "\n";
    }
    return out;
}

Send read(std::string const &more)
{
    Faults faults;
    auto const root = parse_toml(
        "send = \"s\"\nurl = \"http://x/y\"\nquery = \"select 1 id\"\nkey = \"id\"\nbody = { id = \"id\" }\n" + more, "s", faults);
    REQUIRE(root);
    TomlTable top(*root, faults);
    auto send = read_send(top, ".");
    faults.throw_if_any();
    return send;
}

Civil at(int month, int day, int hour, int minute) { return {2026, month, day, hour, minute, 0}; }

} // namespace

TEST_CASE("every fault of a send is told, at its place", "[job][send]")
{
    CHECK(faults_of("send = \"a b\"\nurl = \"ftp://x\"\nquery = \"select 1 id\"\nrate = \"0/s\"\ntimeout = \"2m\"\nhours = { weekdays = "
                    "\"20:00-08:00\", sunday = "
                    "\"08:00-12:00\" }\nbefor = \"\"\n") ==
          "jobs/s.toml:1:8: \"a b\" cannot be a name; allowed: letters, digits, _ - .\n"
          "jobs/s.toml:2:7: a send's address is http:// or https://\n"
          "jobs/s.toml:1:1: key is missing; it must be a list of columns of the query\n"
          "jobs/s.toml:1:1: body is missing; it must be a table: texts name columns of the query, other values stand for themselves\n"
          "jobs/s.toml:4:8: \"0/s\" is no rate; write it as \"20/s\" or \"600/min\", 1 to 1000\n"
          "jobs/s.toml:5:11: \"2m\" is no time to wait for an answer; allowed: \"1s\" to \"60s\"\n"
          "jobs/s.toml:6:22: \"20:00-08:00\" is no span of time; write it as \"08:00-20:00\", the earlier first\n"
          "jobs/s.toml:6:37: unknown key in hours \"sunday\"; allowed: saturday, weekdays\n"
          "jobs/s.toml:7:1: unknown key in a send \"befor\"; did you mean \"before\"?\n");
    CHECK(faults_of("send = \"s\"\nurl = \"http://x\"\nquery = \"select 1 id\"\nkey = \"id\"\nbody = { a = 2026-11-03, b = [inf] }\n") ==
          "jobs/s.toml:5:14: a date is nothing that a request can hold; write a text that names a column\n"
          "jobs/s.toml:5:31: this number is nothing that a request can hold\n");
}

TEST_CASE("an unset variable switches a send off", "[job][send]")
{
    ::unsetenv("ATOM_TEST_NOT_SET");
    ::setenv("ATOM_TEST_SET", "http://there", 1);
    CHECK(read("").off.empty());
    CHECK(read("token_env = \"ATOM_TEST_SET\"").off.empty());
    CHECK(read("token_env = \"ATOM_TEST_NOT_SET\"").off == "the environment has no ATOM_TEST_NOT_SET");

    Faults faults;
    auto const root = parse_toml(
        "send = \"s\"\nurl = \"${ATOM_TEST_SET}/y/${ATOM_TEST_NOT_SET}\"\nquery = \"select 1 id\"\nkey = \"id\"\nbody = {}\n", "s", faults);
    TomlTable top(*root, faults);
    auto const send = read_send(top, ".");
    CHECK(faults.empty());
    CHECK(send.off == "the environment has no ATOM_TEST_NOT_SET");
    CHECK(send.url == "http://there/y/");
}

TEST_CASE("a rate is a time from one request to the next", "[job][send]")
{
    CHECK(read("").spacing.count() == 0);
    CHECK(read("rate = \"20/s\"").spacing.count() == 50'000);
    CHECK(read("rate = \"600/min\"").spacing.count() == 100'000);
    CHECK(read("rate = \"1/min\"").spacing.count() == 60'000'000);
}

TEST_CASE("nothing goes out on Sundays and bank holidays, nor outside of the hours", "[job][send]")
{
    auto const hours = *read("hours = { weekdays = \"08:00-20:00\", saturday = \"08:00-14:00\" }").hours;
    CHECK_FALSE(hours.allow(at(11, 3, 7, 59)));
    CHECK(hours.allow(at(11, 3, 8, 0)));
    CHECK(hours.allow(at(11, 3, 19, 59)));
    CHECK_FALSE(hours.allow(at(11, 3, 20, 0)));
    CHECK(hours.allow(at(11, 7, 13, 59))); // Saturday
    CHECK_FALSE(hours.allow(at(11, 7, 14, 0)));
    CHECK_FALSE(hours.allow(at(11, 8, 10, 0))); // Sunday
    CHECK_FALSE(hours.allow(at(11, 2, 10, 0))); // Monday, a holiday
    CHECK_FALSE(hours.allow(at(2, 16, 10, 0))); // Carnival
    CHECK_FALSE(read("hours = { weekdays = \"08:00-20:00\" }").hours->allow(at(11, 7, 10, 0)));
}
