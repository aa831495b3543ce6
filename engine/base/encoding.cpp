#include "engine/base/encoding.hpp"

#include "engine/base/ebcdic.hpp"
#include "engine/base/text.hpp"
#include "engine/base/unicode.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>

namespace atom {

namespace {

constexpr std::uint64_t k_ones = 0x0101010101010101U;
constexpr std::uint64_t k_highs = 0x8080808080808080U;
constexpr std::size_t k_step = sizeof(std::uint64_t);
constexpr std::string_view k_replacement = "\xEF\xBF\xBD"; // U+FFFD

std::uint64_t load8(char const *p) noexcept
{
    std::uint64_t word = 0;
    std::memcpy(&word, p, sizeof word);
    return word;
}

constexpr unsigned byte_at(std::string_view s, std::size_t i) noexcept { return static_cast<unsigned char>(s[i]); }

// Windows-1252, 0x80 to 0x9F; 0 = not defined.
constexpr std::array<char16_t, 32> k_cp1252 = {0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
                                               0x2039, 0x0152, 0,      0x017D, 0,      0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
                                               0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178};

constexpr bool is_cp1252_special(unsigned byte) noexcept { return byte >= 0x80 && byte < 0xA0; }

// The character at an offset: `size` bytes. Where `valid` is false, `size` is the longest part that begins a well-formed
// sequence (at least 1), as the Unicode Standard (3.9, "maximal subpart") and Python replace it.
struct Step
{
    char32_t code_point;
    std::size_t size;
    bool valid;
};

// Bounds of the second byte by the first (Unicode Standard, table 3-7): this is where overlong forms, surrogates and what
// lies past 10FFFF are refused.
struct SecondByte
{
    unsigned least;
    unsigned most;
};

constexpr SecondByte second_byte(unsigned lead) noexcept
{
    switch (lead) {
    case 0xE0: return {0xA0, 0xBF};
    case 0xED: return {0x80, 0x9F};
    case 0xF0: return {0x90, 0xBF};
    case 0xF4: return {0x80, 0x8F};
    default: return {0x80, 0xBF};
    }
}

Step decode(std::string_view s, std::size_t at) noexcept
{
    unsigned const lead = byte_at(s, at);
    if (lead < 0x80) {
        return {lead, 1, true};
    }
    if (lead < 0xC2 || lead > 0xF4) {
        return {0, 1, false};
    }
    std::size_t const size = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    char32_t code_point = lead & (0x7FU >> size);
    auto bounds = second_byte(lead);
    for (std::size_t i = 1; i < size; ++i) {
        if (at + i >= s.size() || byte_at(s, at + i) < bounds.least || byte_at(s, at + i) > bounds.most) {
            return {0, i, false};
        }
        code_point = (code_point << 6U) | (byte_at(s, at + i) & 0x3FU);
        bounds = {0x80, 0xBF};
    }
    return {code_point, size, true};
}

void append_utf8(std::string &out, char32_t c)
{
    if (c < 0x80) {
        out += static_cast<char>(c);
    } else if (c < 0x800) {
        out += static_cast<char>(0xC0U | (c >> 6U));
        out += static_cast<char>(0x80U | (c & 0x3FU));
    } else { // a single-byte encoding has nothing past FFFF
        out += static_cast<char>(0xE0U | (c >> 12U));
        out += static_cast<char>(0x80U | ((c >> 6U) & 0x3FU));
        out += static_cast<char>(0x80U | (c & 0x3FU));
    }
}

// How many bytes from `at` on lie in eights that are all 01 to 7F. A zero byte borrows, which sets its high bit.
std::size_t plain_run(std::string_view s, std::size_t at) noexcept
{
    std::size_t i = at;
    while (i + k_step <= s.size()) {
        auto const word = load8(s.data() + i);
        if ((((word - k_ones) | word) & k_highs) != 0) {
            break;
        }
        i += k_step;
    }
    return i - at;
}

// How many bytes from `at` on are ASCII.
std::size_t ascii_run(std::string_view s, std::size_t at) noexcept
{
    std::size_t i = at;
    while (i + k_step <= s.size() && (load8(s.data() + i) & k_highs) == 0) {
        i += k_step;
    }
    while (i < s.size() && byte_at(s, i) < 0x80) {
        ++i;
    }
    return i - at;
}

std::size_t find_invalid_utf8(std::string_view s, bool nul_is_invalid) noexcept
{
    std::size_t i = 0;
    while (i < s.size()) {
        i += plain_run(s, i);
        // Up to eight bytes by hand before the next try: accented text would else load each word for nothing.
        for (auto const stop = std::min(i + k_step, s.size()); i < stop;) {
            unsigned const lead = byte_at(s, i);
            if (lead < 0x80) {
                if (lead == 0 && nul_is_invalid) {
                    return i;
                }
                ++i;
                continue;
            }
            // Nearly all of Portuguese is here: two bytes.
            if (lead >= 0xC2 && lead < 0xE0 && i + 1 < s.size() && (byte_at(s, i + 1) & 0xC0U) == 0x80U) {
                i += 2;
                continue;
            }
            auto const step = decode(s, i);
            if (!step.valid) {
                return i;
            }
            i += step.size;
        }
    }
    return std::string_view::npos;
}

std::size_t find_invalid_cp1252(std::string_view s) noexcept
{
    std::size_t i = 0;
    while (i < s.size()) {
        i += plain_run(s, i);
        for (auto const stop = std::min(i + k_step, s.size()); i < stop; ++i) {
            unsigned const b = byte_at(s, i);
            if (b == 0 || (is_cp1252_special(b) && k_cp1252[b - 0x80] == 0)) {
                return i;
            }
        }
    }
    return std::string_view::npos;
}

std::string repaired_utf8(std::string_view s)
{
    std::string out;
    out.reserve(s.size() + k_replacement.size());
    for (std::size_t i = 0; i < s.size();) {
        auto const step = decode(s, i);
        out += step.valid ? s.substr(i, step.size) : k_replacement;
        i += step.size;
    }
    return out;
}

// The byte of a single-byte encoding for a character.
std::optional<char> byte_of(char32_t c, Encoding e) noexcept
{
    if (is_ebcdic(e)) {
        return c > 0xFF ? std::nullopt : std::optional(static_cast<char>(latin1_to_ebcdic(static_cast<unsigned char>(c), e)));
    }
    if (c > 0xFF || (e == Encoding::windows_1252 && is_cp1252_special(static_cast<unsigned>(c)))) {
        auto const *const found = std::find(k_cp1252.begin(), k_cp1252.end(), c);
        if (e == Encoding::iso_8859_1 || found == k_cp1252.end()) {
            return std::nullopt;
        }
        return static_cast<char>(0x80 + (found - k_cp1252.begin()));
    }
    return static_cast<char>(c);
}

} // namespace

std::optional<Encoding> encoding_from_name(std::string_view name)
{
    for (auto const e :
         {Encoding::utf8, Encoding::iso_8859_1, Encoding::windows_1252, Encoding::cp037, Encoding::cp500, Encoding::cp1047}) {
        if (equal_ignoring_case(name, encoding_name(e))) {
            return e;
        }
    }
    return std::nullopt;
}

std::string_view encoding_name(Encoding e) noexcept
{
    switch (e) {
    case Encoding::utf8: return "utf-8";
    case Encoding::iso_8859_1: return "iso-8859-1";
    case Encoding::windows_1252: return "windows-1252";
    case Encoding::cp037: return "cp037";
    case Encoding::cp500: return "cp500";
    case Encoding::cp1047: return "cp1047";
    }
    return {};
}

bool is_ascii(std::string_view bytes) noexcept
{
    std::size_t i = 0;
    for (; i + k_step <= bytes.size(); i += k_step) {
        if ((load8(bytes.data() + i) & k_highs) != 0) {
            return false;
        }
    }
    if (i > 0) { // the last ones once more, with some before them
        return (load8(bytes.data() + bytes.size() - k_step) & k_highs) == 0;
    }
    for (; i < bytes.size(); ++i) {
        if (byte_at(bytes, i) >= 0x80) {
            return false;
        }
    }
    return true;
}

bool is_valid_utf8(std::string_view bytes) noexcept { return find_invalid_utf8(bytes, false) == std::string_view::npos; }

Encoding likely_encoding(std::string_view lines) noexcept
{
    constexpr std::string_view k_line_ends = "\r\n";
    std::uint64_t good = 0, bad = 0;
    for (std::size_t at = 0; at < lines.size();) {
        at += ascii_run(lines, at);
        if (at == lines.size()) {
            break;
        }
        auto const before = lines.find_last_of(k_line_ends, at);
        auto const begin = before == std::string_view::npos ? 0 : before + 1;
        auto const end = std::min(lines.find_first_of(k_line_ends, at), lines.size());
        ++(is_valid_utf8(lines.substr(begin, end - begin)) ? good : bad);
        at = end;
    }
    return bad > good ? Encoding::windows_1252 : Encoding::utf8;
}

bool has_windows_bytes(std::string_view bytes) noexcept
{
    // of four words at once, the bytes whose three highest bits are 100
    constexpr std::uint64_t k_top = 0xE0E0E0E0E0E0E0E0U;
    auto const found = [&](std::size_t i) {
        auto const other = (load8(bytes.data() + i) & k_top) ^ k_highs; // zero in such a byte
        return (other - k_ones) & ~other & k_highs;
    };
    auto const is = [](char c) {
        return is_cp1252_special(static_cast<unsigned char>(c)) && k_cp1252[static_cast<unsigned char>(c) - 0x80] != 0;
    };
    std::size_t i = 0;
    for (; i + 4 * k_step <= bytes.size(); i += 4 * k_step) {
        if ((found(i) | found(i + k_step) | found(i + 2 * k_step) | found(i + 3 * k_step)) != 0) {
            auto const four = bytes.substr(i, 4 * k_step);
            if (std::any_of(four.begin(), four.end(), is)) {
                return true;
            }
        }
    }
    return std::any_of(bytes.begin() + static_cast<std::ptrdiff_t>(i), bytes.end(), is);
}

std::size_t find_invalid(std::string_view bytes, Encoding e) noexcept
{
    switch (e) {
    case Encoding::utf8: return find_invalid_utf8(bytes, true);
    case Encoding::windows_1252: return find_invalid_cp1252(bytes);
    default: return bytes.find('\0'); // the others have all bytes
    }
    return std::string_view::npos;
}

std::string to_utf8(std::string_view bytes, Encoding e)
{
    std::string out;
    to_utf8(bytes, e, out);
    return out;
}

namespace {

// Names on every line: nearly always at most two bytes each, written in place.
void latin1_to_utf8(std::string_view bytes, std::string &out)
{
    constexpr std::size_t k_longest = 3;
    out.resize(bytes.size() * k_longest);
    char *to = out.data();
    for (char const c : bytes) {
        unsigned const b = static_cast<unsigned char>(c);
        if (b < 0x80) {
            *to++ = c;
        } else if (is_cp1252_special(b) && k_cp1252[b - 0x80] != 0) {
            std::string character;
            append_utf8(character, k_cp1252[b - 0x80]);
            to = std::copy(character.begin(), character.end(), to);
        } else {
            *to++ = static_cast<char>(0xc0 | (b >> 6));
            *to++ = static_cast<char>(0x80 | (b & 0x3f));
        }
    }
    out.resize(static_cast<std::size_t>(to - out.data()));
}

} // namespace

void to_utf8(std::string_view bytes, Encoding e, std::string &out)
{
    if (is_ebcdic(e)) {
        std::string latin1(bytes);
        std::transform(latin1.begin(), latin1.end(), latin1.begin(),
                       [&](char c) { return static_cast<char>(ebcdic_to_latin1(static_cast<unsigned char>(c), e)); });
        latin1_to_utf8(latin1, out);
        return;
    }
    if (is_ascii(bytes)) {
        out.assign(bytes);
        return;
    }
    if (e == Encoding::utf8) {
        out = is_valid_utf8(bytes) ? std::string(bytes) : repaired_utf8(bytes);
        return;
    }
    if (e == Encoding::iso_8859_1) {
        latin1_to_utf8(bytes, out);
        return;
    }
    out.clear();
    for (char const c : bytes) {
        unsigned const b = static_cast<unsigned char>(c);
        char32_t code_point = b;
        if (is_cp1252_special(b)) {
            code_point = k_cp1252[b - 0x80] == 0 ? U'\uFFFD' : k_cp1252[b - 0x80];
        }
        append_utf8(out, code_point);
    }
}

std::optional<std::string> from_utf8(std::string_view utf8, Encoding e)
{
    if (e == Encoding::utf8) {
        return is_valid_utf8(utf8) ? std::optional<std::string>(utf8) : std::nullopt;
    }
    if (is_ascii(utf8) && !is_ebcdic(e)) {
        return std::string(utf8);
    }
    if (!is_surely_composed(utf8)) {
        if (auto const whole = composed(utf8); whole != utf8) {
            return from_utf8(whole, e);
        }
    }
    std::string out;
    out.reserve(utf8.size());
    for (std::size_t i = 0; i < utf8.size();) {
        auto const step = decode(utf8, i);
        auto const byte = step.valid ? byte_of(step.code_point, e) : std::nullopt;
        if (!byte) {
            return std::nullopt;
        }
        out += *byte;
        i += step.size;
    }
    return out;
}

std::string from_utf8_or_plain(std::string_view utf8, Encoding e, std::size_t *lost)
{
    if (auto bytes = from_utf8(utf8, e)) {
        return *std::move(bytes);
    }
    auto const whole = composed(utf8);
    std::string out;
    for (std::size_t i = 0; i < whole.size();) {
        auto const character = std::string_view(whole).substr(i, decode(whole, i).size);
        auto bytes = from_utf8(character, e);
        bytes = bytes ? bytes : from_utf8(plain_character(character), e);
        bytes = bytes ? bytes : from_utf8(without_accents(character), e);
        if (!bytes) {
            bytes = from_utf8("?", e);
            if (lost != nullptr) {
                ++*lost;
            }
        }
        out += bytes.value_or("");
        i += character.size();
    }
    return out;
}

std::size_t count_characters(std::string_view utf8) noexcept
{
    // All bytes but continuation bytes (10xxxxxx) begin a character.
    std::size_t continuation = 0;
    std::size_t i = 0;
    for (; i + k_step <= utf8.size(); i += k_step) {
        auto const word = load8(utf8.data() + i);
        continuation += static_cast<std::size_t>(std::popcount((word >> 7U) & (~word >> 6U) & k_ones));
    }
    for (; i < utf8.size(); ++i) {
        continuation += (byte_at(utf8, i) & 0xC0U) == 0x80U ? 1 : 0;
    }
    return utf8.size() - continuation;
}

} // namespace atom
