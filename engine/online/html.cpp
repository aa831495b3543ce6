#include "engine/online/html.hpp"

#include "engine/base/encoding.hpp"
#include "engine/base/text.hpp"

#include <fmt/format.h>

namespace atom {

std::string escaped(std::string_view utf8)
{
    auto const text = shown(is_valid_utf8(utf8) ? std::string(utf8) : to_utf8(utf8, Encoding::utf8));
    std::string out;
    out.reserve(text.size());
    for (char const c : text) {
        switch (c) {
        case '&': out += "&amp;"; break;
        case '<': out += "&lt;"; break;
        case '>': out += "&gt;"; break;
        case '"': out += "&quot;"; break;
        case '\'': out += "&#39;"; break;
        default: out += c;
        }
    }
    return out;
}

std::string escaped_text(std::string_view utf8)
{
    constexpr std::size_t k_short = 20; // bytes: what is no longer need not break
    auto out = escaped(utf8);
    return utf8.size() > k_short ? replaced(std::move(out), "_", "_<wbr>") : out;
}

std::string clipped(std::string_view utf8, std::size_t most)
{
    std::size_t n = 0;
    for (std::size_t i = 0; i < utf8.size(); ++i) {
        bool const begins = (static_cast<unsigned char>(utf8[i]) & 0xc0U) != 0x80U;
        if (begins && ++n > most) {
            return std::string(utf8.substr(0, i)) + "…";
        }
    }
    return std::string(utf8);
}

std::string url_encoded(std::string_view utf8)
{
    std::string out;
    for (char const c : utf8) {
        bool const plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                           std::string_view("-._~").find(c) != std::string_view::npos;
        out += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
    return out;
}

} // namespace atom
