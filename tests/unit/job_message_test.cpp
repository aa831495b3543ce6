#include "engine/job/message.hpp"

#include <catch2/catch.hpp>

using namespace atom;

TEST_CASE("a message names columns", "[job][message]")
{
    CHECK(message_columns("line {linha} of {file}, {linha}") == std::vector<std::string>{"linha", "file"});
    CHECK(message_columns("{} { a } {1} {a.b} {open").empty());
}

TEST_CASE("what a value says is put in as it is", "[job][message]")
{
    auto const value_of = [](std::string const &column) {
        return column == "note" ? std::string("see {secret} and {note}") : "<" + column + ">";
    };
    CHECK(filled_message("{note}: {other}{other} {} {a b}", value_of) == "see {secret} and {note}: <other><other> {} {a b}");
    CHECK(filled_message("", value_of).empty());
    CHECK(filled_message("{x", value_of) == "{x");
}
