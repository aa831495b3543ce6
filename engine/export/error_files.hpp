#pragma once
// What goes back to who sent a file: <name>.erros.csv, a row for each fault, and <name>.rejeitados, the rejected lines byte for byte.

#include "engine/layout/input.hpp"
#include "engine/store/ledger.hpp"

#include <filesystem>
#include <string>
#include <string_view>

namespace atom {

/// Writes the faults that the ledger has of the file; synced when it returns.
void write_error_csv(std::filesystem::path const &path, Ledger &ledger, FileRow const &file);

/// Writes the lines of the file that a fault (no warning) cost, in their order, behind what stands before the first row of a CSV.
void write_rejected_lines(std::filesystem::path const &path, Ledger &ledger, FileRow const &file, Input const &input);

/// The whole file: when it failed, none of its lines was taken.
void write_whole_file(std::filesystem::path const &path, std::filesystem::path const &file);

} // namespace atom
