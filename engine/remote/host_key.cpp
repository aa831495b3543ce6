#include "engine/remote/host_key.hpp"

#include "engine/base/file.hpp"
#include "engine/base/text.hpp"

#include <fmt/format.h>

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

std::vector<std::string> known_keys(std::filesystem::path const &known_hosts, std::string_view host, int port)
{
    std::string const name = port == 22 ? std::string(host) : fmt::format("[{}]:{}", host, port);
    std::vector<std::string> found;
    std::ifstream in(known_hosts);
    std::string line, names, kind, key;
    while (std::getline(in, line)) {
        std::istringstream words(line);
        if (!(words >> names >> kind >> key))
            continue;
        for (auto const &one : split(names, ','))
            if (equal_ignoring_case(one, name))
                found.push_back(fmt::format("{} ({})", key_fingerprint(base64_decoded(key)), kind));
    }
    return found;
}

} // namespace atom
