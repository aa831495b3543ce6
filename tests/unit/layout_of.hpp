#pragma once
// A layout from its TOML; a fault in it fails the test.

#include "engine/layout/layout.hpp"

#include <catch2/catch.hpp>

#include <memory>
#include <string>

inline std::shared_ptr<atom::Layout const> layout_of(std::string const &toml)
{
    atom::Faults faults;
    auto const root = atom::parse_toml(toml, "layout.toml", faults);
    REQUIRE(root);
    auto layout = std::make_shared<atom::Layout const>(atom::read_layout(*root, toml, faults));
    for (auto const &f : faults.all()) {
        FAIL_CHECK(f.text());
    }
    return layout;
}
