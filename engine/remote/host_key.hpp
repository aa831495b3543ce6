#pragma once
// Fingerprints of SSH host keys, as `ssh-keygen -lf` shows them, and what a known_hosts file says of a server. No network.

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace atom {

/// "SHA256:uDm…" of a key as the server sends it (RFC 4253, 6.6).
std::string key_fingerprint(std::string_view key);

/// "ssh-ed25519": a key begins with its own kind. Empty if it does not.
std::string key_kind(std::string_view key);

/// None of the bytes that are not of the base64 alphabet are kept; reading ends at '='.
std::string base64_decoded(std::string_view text);

/// "SHA256:… (ssh-ed25519)" of each key that the file has for this server by name; port 22 is written without port. Hashed names are
/// not looked into (only libssh2 does). Empty for a file that cannot be read.
std::vector<std::string> known_keys(std::filesystem::path const &known_hosts, std::string_view host, int port);

} // namespace atom
