#pragma once
// A file's hash, taken on another core while the caller goes on.

#include <filesystem>
#include <future>
#include <string>

namespace atom {

/// sha256_of() as get() gives it. Where no thread can be had it is taken before this returns.
std::future<std::string> hash_ahead(std::filesystem::path const &path);

} // namespace atom
