#include "engine/export/outbox.hpp"

#include "engine/base/encoding.hpp"

#include <catch2/catch.hpp>

using namespace atom;

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
