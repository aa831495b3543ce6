#pragma once
// How `atom check` tries the pack's SQL: what a piece of work throws is a fault at its place, and the next piece is tried all the same.

#include "engine/base/toml.hpp"
#include "engine/store/database.hpp"

#include <fmt/format.h>

#include <stdexcept>
#include <string>

namespace atom {

/// Of std::invalid_argument and StoreError; anything else goes on to the caller.
template <typename Work> void attempt(Faults &faults, SourcePos const &pos, std::string const &what, Work const &work)
{
    try {
        work();
    } catch (std::invalid_argument const &e) {
        faults.add(pos, fmt::format("{}: {}", what, e.what()));
    } catch (StoreError const &e) {
        faults.add(pos, fmt::format("{}: {}", what, e.what()));
    }
}

} // namespace atom
