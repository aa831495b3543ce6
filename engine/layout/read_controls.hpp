#pragma once
// The lots and control totals of a layout, as its TOML has them.

#include "engine/layout/layout.hpp"

namespace atom {

/// Reads [[lot]] and [[control]] into a layout whose records are known; what is wrong with them is a fault at its place.
void read_controls(TomlTable &top, Layout &layout);

} // namespace atom
