#include "engine/base/secret.hpp"

#include "engine/base/error.hpp"
#include "engine/base/file.hpp"

#include <fmt/format.h>

#include <array>
#include <cerrno>

#include <sys/random.h>

namespace atom {

std::string random_text()
{
    std::array<unsigned char, 24> bytes{};
    if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
        throw FileError("cannot read", "the system's random numbers", errno);
    }
    std::string out = "atom_";
    for (auto const b : bytes) {
        out += fmt::format("{:02x}", b);
    }
    return out;
}

std::string hash_of(std::string_view text)
{
    Sha256 sha;
    sha.update(text);
    return sha.hex();
}

std::string keyed_hash(std::string_view key, std::string_view text)
{
    return hash_of(hash_of(key) + hash_of(std::string(key) + std::string(text)));
}

bool same_text(std::string_view a, std::string_view b) noexcept
{
    unsigned difference = a.size() == b.size() ? 0U : 1U;
    for (std::size_t i = 0; i < a.size() && i < b.size(); ++i) {
        difference |= static_cast<unsigned>(static_cast<unsigned char>(a[i]) ^ static_cast<unsigned char>(b[i]));
    }
    return difference == 0;
}

} // namespace atom
