#pragma once
// Texts that nobody guesses, and hashes that nobody makes without a key.

#include <string>
#include <string_view>

namespace atom {

/// 192 random bits as text. Throws FileError if the system has none.
std::string random_text();
/// SHA-256, 64 lower-case digits.
std::string hash_of(std::string_view text);
/// A hash that nobody makes without the key.
std::string keyed_hash(std::string_view key, std::string_view text);
/// Equal; how long it takes tells nothing of where they differ.
bool same_text(std::string_view a, std::string_view b) noexcept;

} // namespace atom
