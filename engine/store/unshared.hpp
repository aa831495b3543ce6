#pragma once
// Bases for who may read their files and make none beside them. A WAL base takes a file for its readers (-shm): who may not make one can
// read what others have open; else, if there is no WAL, only the file as it stands.

#include <filesystem>
#include <string>

namespace atom {

/// The URI by which a base is opened to be read.
std::string uri_to_read(std::filesystem::path const &path);

/// This process would read it as it stands, whoever writes it meanwhile: if its state is another one afterwards, what was read may be of
/// two.
bool is_read_unshared(std::filesystem::path const &path);
/// A text that changes whenever somebody writes the base.
std::string state_of_base(std::filesystem::path const &path);

} // namespace atom
