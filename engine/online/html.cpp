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
