#include "engine/remote/host_key.hpp"

#include "engine/base/file.hpp"
#include "engine/base/text.hpp"

#include <fmt/format.h>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <sstream>

namespace atom {

namespace {

constexpr std::string_view k_base64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

std::string base64_without_padding(std::string_view bytes)
{
    std::string out;
    unsigned bits = 0;
    int held = 0;
    for (char const c : bytes) {
        bits = (bits << 8U) | static_cast<unsigned char>(c);
        held += 8;
        for (; held >= 6; held -= 6)
            out += k_base64[(bits >> static_cast<unsigned>(held - 6)) & 63U];
    }
    if (held > 0)
        out += k_base64[(bits << static_cast<unsigned>(6 - held)) & 63U];
    return out;
}

std::string bytes_of_hex(std::string_view hex)
{
    auto const value = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
    std::string out;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
        out += static_cast<char>(value(hex[i]) * 16 + value(hex[i + 1]));
    return out;
}

constexpr std::array<std::string_view, 5> k_kinds = {"ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521",
                                                     "ssh-rsa"};

std::size_t rank(std::string_view kind) noexcept
{
    return static_cast<std::size_t>(std::find(k_kinds.begin(), k_kinds.end(), kind) - k_kinds.begin());
}

/// "|1|salt|hash", where the hash is the HMAC-SHA1 of the name.
bool is_hash_of(std::string_view hashed, std::string_view name)
{
    auto const parts = split(hashed, '|');
    if (parts.size() != 4 || parts[1] != "1")
        return false;
    auto const salt = base64_decoded(parts[2]);
    std::array<unsigned char, EVP_MAX_MD_SIZE> hash = {};
    unsigned size = 0;
    HMAC(EVP_sha1(), salt.data(), static_cast<int>(salt.size()), reinterpret_cast<unsigned char const *>(name.data()), name.size(),
         hash.data(), &size);
    return base64_decoded(parts[3]) == std::string_view(reinterpret_cast<char const *>(hash.data()), size);
}

/// "*" for any text, "?" for any character; whatever their case.
bool fits(std::string_view pattern, std::string_view name)
{
    std::size_t star = std::string_view::npos; // the last "*" that was met, and
                                               // how far the name was taken then
    std::size_t from = 0;
    std::size_t p = 0;
    std::size_t n = 0;
    while (n < name.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            from = n;
        } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == name[n])) {
            ++p;
            ++n;
        } else if (star != std::string_view::npos) {
            p = star + 1;
            n = ++from;
        } else {
            return false;
        }
    }
    return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

bool is_named(std::string const &names, std::string const &name)
{
    if (names.starts_with('|'))
        return is_hash_of(names, name);
    bool is_one = false;
    for (auto const &one : split(to_lower(names), ',')) {
        if (one.starts_with('!') && fits(std::string_view(one).substr(1), name))
            return false;
        is_one = is_one || fits(one, name);
    }
    return is_one;
}

} // namespace

std::string key_fingerprint(std::string_view key)
{
    Sha256 hash;
    hash.update(key);
    return "SHA256:" + base64_without_padding(bytes_of_hex(hash.hex()));
}

std::string key_kind(std::string_view key)
{
    if (key.size() < 5 || key[0] != 0 || key[1] != 0 || key[2] != 0)
        return {};
    auto const size = static_cast<unsigned char>(key[3]);
    return key.size() < 4U + size ? std::string() : std::string(key.substr(4, size));
}

std::string base64_decoded(std::string_view text)
{
    std::string out;
    unsigned bits = 0;
    int held = 0;
    for (char const c : text) {
        if (c == '=')
            break;
        auto const digit = k_base64.find(c);
        if (digit == std::string_view::npos)
            continue;
        bits = (bits << 6U) | static_cast<unsigned>(digit);
        held += 6;
        if (held >= 8) {
            held -= 8;
            out += static_cast<char>((bits >> static_cast<unsigned>(held)) & 255U);
        }
    }
    return out;
}

std::string known_host_name(std::string_view host, std::string_view port)
{
    if (host.starts_with('[') && host.ends_with(']')) // an IPv6 address in a URL
        host = host.substr(1, host.size() - 2);
    return port.empty() || port == "22" ? std::string(host) : fmt::format("[{}]:{}", host, port);
}

KnownHost known_host(std::filesystem::path const &known_hosts, std::string_view host, std::string_view port)
{
    auto const name = to_lower(known_host_name(host, port));
    KnownHost found;
    std::ifstream in(known_hosts);
    for (std::string line; std::getline(in, line);) {
        std::istringstream words(line);
        std::string marker;
        KnownKey key;
        std::string names;
        if (line.starts_with('@'))
            words >> marker;
        if (!(words >> names >> key.kind >> key.key) || names.starts_with('#'))
            continue;
        if (marker == "@revoked" && (is_named(names, name) || is_named(names, to_lower(known_host_name(host, "")))))
            found.revoked.push_back(key);
        else if (marker == "@cert-authority")
            found.has_authority = found.has_authority || is_named(names, name);
        else if (marker.empty() && rank(key.kind) < k_kinds.size() && is_named(names, name))
            found.keys.push_back(key);
    }
    auto const is_revoked = [&](KnownKey const &k) {
        return std::any_of(found.revoked.begin(), found.revoked.end(), [&](KnownKey const &r) { return r.key == k.key; });
    };
    std::erase_if(found.keys, is_revoked);
    std::stable_sort(found.keys.begin(), found.keys.end(), [](auto const &a, auto const &b) { return rank(a.kind) < rank(b.kind); });
    return found;
}

} // namespace atom
