#include "engine/remote/key_file.hpp"

#include "engine/remote/host_key.hpp"

#include <optional>

namespace atom {

namespace {

constexpr std::string_view k_openssh = "BEGIN OPENSSH PRIVATE KEY-----";

/// Takes a string of SSH (RFC 4251, 5) off the front: four bytes of length,
/// then so many.
std::optional<std::string> take_string(std::string_view &bytes)
{
    if (bytes.size() < 4)
        return std::nullopt;
    std::size_t size = 0;
    for (int i = 0; i < 4; ++i)
        size = size * 256 + static_cast<unsigned char>(bytes[static_cast<std::size_t>(i)]);
    if (bytes.size() - 4 < size)
        return std::nullopt;
    std::string out(bytes.substr(4, size));
    bytes.remove_prefix(4 + size);
    return out;
}

/// OpenSSH's PROTOCOL.key: cipher, key derivation, its options, how many keys,
/// the public key.
KeyFile read_openssh(std::string_view base64)
{
    constexpr std::string_view k_magic("openssh-key-v1\0", 15);
    auto const bytes = base64_decoded(base64);
    KeyFile out;
    if (!bytes.starts_with(k_magic))
        return out;
    out.format = KeyFile::Format::openssh;
    auto rest = std::string_view(bytes).substr(k_magic.size());
    auto const cipher = take_string(rest);
    auto const derivation = take_string(rest);
    auto const options = take_string(rest);
    out.is_encrypted = cipher && *cipher != "none";
    out.cipher = out.is_encrypted ? *cipher : "";
    if (derivation && options && rest.size() > 4) {
        rest.remove_prefix(4);
        out.kind = key_kind(take_string(rest).value_or(""));
    }
    return out;
}

} // namespace

KeyFile read_key_file(std::string_view bytes)
{
    KeyFile out;
    if (auto const at = bytes.find(k_openssh); at != std::string_view::npos) {
        auto const body = bytes.substr(at + k_openssh.size());
        return read_openssh(body.substr(0, body.find("-----")));
    }
    if (bytes.starts_with("PuTTY-User-Key-File")) {
        out.format = KeyFile::Format::putty;
    } else if (bytes.find("-----BEGIN ") != std::string_view::npos && bytes.find("PRIVATE KEY-----") != std::string_view::npos) {
        out.format = KeyFile::Format::pem;
        out.is_encrypted = bytes.find("Proc-Type: 4,ENCRYPTED") != std::string_view::npos ||
                           bytes.find("BEGIN ENCRYPTED PRIVATE KEY-----") != std::string_view::npos;
    }
    return out;
}

} // namespace atom
