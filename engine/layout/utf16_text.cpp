#include "engine/layout/utf16_text.hpp"

#include "engine/layout/fault.hpp"

#include <algorithm>
#include <string>

namespace atom {

namespace {

constexpr std::size_t k_sample = 4096;
constexpr std::uint64_t k_apart = std::uint64_t{64} << 10;

unsigned unit_at(std::string_view bytes, std::size_t at, ByteOrder order) noexcept
{
    auto const first = static_cast<unsigned char>(bytes[at]), second = static_cast<unsigned char>(bytes[at + 1]);
    return order == ByteOrder::little ? first | (second << 8U) : (first << 8U) | second;
}

void append_utf8(std::string &out, char32_t c)
{
    auto const tail = [&](unsigned shift) { out += static_cast<char>(0x80U | ((c >> shift) & 0x3FU)); };
    if (c < 0x80) {
        out += static_cast<char>(c);
    } else if (c < 0x800) {
        out += static_cast<char>(0xC0U | (c >> 6U));
        tail(0);
    } else if (c < 0x10000) { // a lone surrogate, too
        out += static_cast<char>(0xE0U | (c >> 12U));
        tail(6);
        tail(0);
    } else {
        out += static_cast<char>(0xF0U | (c >> 18U));
        tail(12);
        tail(6);
        tail(0);
    }
}

constexpr bool is_high(unsigned unit) noexcept { return unit >= 0xD800 && unit < 0xDC00; }
constexpr bool is_low(unsigned unit) noexcept { return unit >= 0xDC00 && unit < 0xE000; }

} // namespace

std::optional<ByteOrder> utf16_order(std::string_view bytes, bool by_zeros) noexcept
{
    auto const mark = bytes.substr(0, 2);
    if (mark == "\xff\xfe") {
        return ByteOrder::little;
    }
    if (mark == "\xfe\xff") {
        return ByteOrder::big;
    }
    std::size_t zeros[2] = {0, 0};
    auto const sample = bytes.substr(0, std::min(k_sample, bytes.size() / 2 * 2));
    for (std::size_t i = 0; by_zeros && i < sample.size(); ++i) {
        zeros[i % 2] += sample[i] == '\0' ? 1 : 0;
    }
    // of the characters, three in four are of the first 256, and hardly one has a zero in its other byte
    auto const least = sample.size() / 2 * 3 / 4, most = sample.size() / 2 / 16;
    if (sample.size() < 4 || std::max(zeros[0], zeros[1]) <= least || std::min(zeros[0], zeros[1]) > most) {
        return std::nullopt;
    }
    return zeros[0] > zeros[1] ? ByteOrder::big : ByteOrder::little;
}

Utf16Text::Utf16Text(std::string_view bytes, ByteOrder order, std::filesystem::path const &scratch)
{
    if (bytes.size() % 2 != 0) {
        throw FileRefused(FileFault::truncated, "o arquivo é utf-16 e tem um byte a mais ou a menos: o último caractere está pela metade");
    }
    ScratchFile out(scratch);
    std::string piece;
    for (std::size_t at = 0; at < bytes.size();) {
        m_marks.push_back({out.size(), at});
        piece.clear();
        while (at < bytes.size() && piece.size() < k_apart) {
            auto const unit = unit_at(bytes, at, order);
            auto const next = at + 2 < bytes.size() ? unit_at(bytes, at + 2, order) : 0;
            bool const pair = is_high(unit) && is_low(next);
            append_utf8(piece, pair ? 0x10000 + ((unit - 0xD800) << 10U) + (next - 0xDC00) : unit);
            at += pair ? 4 : 2;
        }
        out.write(piece);
    }
    m_file = out.map();
}

std::uint64_t Utf16Text::original(std::uint64_t offset) const noexcept
{
    auto const after = std::upper_bound(m_marks.begin(), m_marks.end(), offset, [](std::uint64_t o, Mark const &m) { return o < m.text; });
    auto const mark = after == m_marks.begin() ? Mark{0, 0} : *(after - 1);
    auto at = mark.file;
    auto const between = m_file->bytes().substr(static_cast<std::size_t>(mark.text), static_cast<std::size_t>(offset - mark.text));
    for (char const c : between) {
        auto const byte = static_cast<unsigned char>(c);
        at += (byte & 0xC0U) == 0x80U ? 0 : byte >= 0xF0U ? 4 : 2; // what goes on with a character; a pair; any other
    }
    return at;
}

} // namespace atom
