#pragma once
// Fingerprints of SSH host keys, as `ssh-keygen -lf` shows them, and what a
// known_hosts file says of a server. No network.

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace atom {

/// "SHA256:uDm…" of a key as the server sends it (RFC 4253, 6.6).
std::string key_fingerprint(std::string_view key);

/// "ssh-ed25519": a key begins with its own kind. Empty if it does not.
std::string key_kind(std::string_view key);

/// None of the bytes that are not of the base64 alphabet are kept; reading ends
/// at '='.
std::string base64_decoded(std::string_view text);

/// A key that known_hosts has for a server.
struct KnownKey
{
    std::string kind; // "ssh-ed25519"
    std::string key;  // base64
    std::string described() const { return key_fingerprint(base64_decoded(key)) + " (" + kind + ")"; }
};

/// What a known_hosts file says of one server.
struct KnownHost
{
    std::vector<KnownKey> keys;    // ed25519, ecdsa and rsa ones, in this order;
                                   // none of those that are revoked
    std::vector<KnownKey> revoked; // @revoked: nobody may show them
    bool has_authority = false;    // @cert-authority: whose certificates would be good, but
                                   // certificates of hosts are not supported
};

/// Names may be hashed, and patterns ("*", "?", and "!" in front of what is not
/// meant). Empty for a file that cannot be read. Not by libssh 0.10: it passes
/// over lines with a marker.
KnownHost known_host(std::filesystem::path const &known_hosts, std::string_view host, std::string_view port);

/// How known_hosts names a server: "host", or "[host]:port" where the port is
/// neither empty nor 22.
std::string known_host_name(std::string_view host, std::string_view port);

} // namespace atom
