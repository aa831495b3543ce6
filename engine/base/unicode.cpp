#include "engine/base/unicode.hpp"

#include <utf8proc.h>

#include <cstdlib>
#include <memory>

namespace atom {

namespace {

struct Character
{
    utf8proc_int32_t code_point = -1; // -1: a byte that is no UTF-8
    std::size_t size = 1;
};

auto const *bytes_of(std::string_view s) noexcept { return reinterpret_cast<utf8proc_uint8_t const *>(s.data()); }

/// The first character of a text that is not empty.
Character first_character(std::string_view s) noexcept
{
    Character c;
    auto const size = utf8proc_iterate(bytes_of(s), static_cast<utf8proc_ssize_t>(s.size()), &c.code_point);
    if (size > 0) {
        c.size = static_cast<std::size_t>(size);
    } else {
        c.code_point = -1;
    }
    return c;
}

Character last_character(std::string_view s) noexcept
{
    std::size_t n = 1;
    while (n < 4 && n < s.size() && (static_cast<unsigned char>(s[s.size() - n]) & 0xC0U) == 0x80U) {
        ++n;
    }
    auto const c = first_character(s.substr(s.size() - n));
    return c.size == n ? c : Character{};
}

bool is_white_space(utf8proc_int32_t c) noexcept
{
    constexpr utf8proc_int32_t k_next_line = 0x85;
    if (c < 0x80) {
        return c >= 0 && is_ascii_blank(static_cast<char>(c));
    }
    auto const category = utf8proc_category(c);
    return category == UTF8PROC_CATEGORY_ZS || category == UTF8PROC_CATEGORY_ZL || category == UTF8PROC_CATEGORY_ZP || c == k_next_line;
}

/// Format characters that nothing shows; beyond FFFF they are parts of emoji.
bool takes_no_room(utf8proc_int32_t c) noexcept
{
    return c >= 0x80 && c <= 0xFFFF && utf8proc_get_property(c)->ignorable != 0 && utf8proc_category(c) == UTF8PROC_CATEGORY_CF;
}

bool is_blank_character(utf8proc_int32_t c) noexcept { return is_white_space(c) || takes_no_room(c); }

/// Of the 256 characters of a single-byte encoding: no-break space and soft hyphen, besides ASCII's.
constexpr bool is_blank_byte(char c) noexcept { return is_ascii_blank(c) || c == '\xA0' || c == '\xAD'; }

/// The whole text, or its parts between bytes that are no UTF-8, by this library's function; these bytes as they are.
std::string mapped(std::string_view s, utf8proc_option_t options)
{
    std::string out;
    while (!s.empty()) {
        std::size_t good = 0;
        while (good < s.size()) {
            auto const c = first_character(s.substr(good));
            if (c.code_point < 0) {
                break;
            }
            good += c.size;
        }
        if (good > 0) {
            utf8proc_uint8_t *result = nullptr;
            auto const size = utf8proc_map(bytes_of(s), static_cast<utf8proc_ssize_t>(good), &result, options);
            std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> const owned(result, &std::free);
            if (size < 0) {
                throw std::bad_alloc(); // of valid text nothing else can be wrong
            }
            out.append(reinterpret_cast<char const *>(result), static_cast<std::size_t>(size));
        }
        if (good < s.size()) {
            out += s[good++];
        }
        s.remove_prefix(good);
    }
    return out;
}

} // namespace

std::size_t blank_at_front(std::string_view bytes, Encoding e) noexcept
{
    if (bytes.empty()) {
        return 0;
    }
    if (e != Encoding::utf8 || static_cast<unsigned char>(bytes.front()) < 0x80) {
        return is_blank_byte(bytes.front()) ? 1 : 0;
    }
    auto const c = first_character(bytes);
    return is_blank_character(c.code_point) ? c.size : 0;
}

std::string_view trim_any_blanks(std::string_view bytes, Encoding e) noexcept
{
    while (auto const n = blank_at_front(bytes, e)) {
        bytes.remove_prefix(n);
    }
    while (!bytes.empty()) {
        auto const c = e == Encoding::utf8 ? last_character(bytes) : Character{0, 1};
        bool const blank = e == Encoding::utf8 ? is_blank_character(c.code_point) : is_blank_byte(bytes.back());
        if (!blank) {
            break;
        }
        bytes.remove_suffix(c.size);
    }
    return bytes;
}

std::optional<std::string> without_unseen(std::string_view utf8)
{
    std::string out;
    while (!utf8.empty()) {
        auto const c = first_character(utf8);
        if (c.code_point >= 0x80 && is_white_space(c.code_point)) {
            return std::nullopt;
        }
        if (!takes_no_room(c.code_point)) {
            out += utf8.substr(0, c.size);
        }
        utf8.remove_prefix(c.size);
    }
    return out;
}

/// Below U+0300, where the combining marks begin, every text is in this form.
bool is_surely_composed(std::string_view utf8) noexcept
{
    constexpr unsigned k_lead_of_0300 = 0xCC;
    for (char const c : utf8) {
        if (static_cast<unsigned char>(c) >= k_lead_of_0300) {
            return false;
        }
    }
    return true;
}

std::string composed(std::string_view utf8)
{
    constexpr auto k_nfc = static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE);
    return is_surely_composed(utf8) ? std::string(utf8) : mapped(utf8, k_nfc);
}

FoldedText fold_case(std::string_view utf8)
{
    FoldedText out;
    for (std::size_t at = 0; at < utf8.size();) {
        auto const c = first_character(utf8.substr(at));
        auto const character = utf8.substr(at, c.size);
        auto const folded = c.code_point < 0
                                ? std::string(character)
                                : mapped(character, static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_CASEFOLD | UTF8PROC_COMPOSE));
        out.text += folded;
        out.origin.insert(out.origin.end(), folded.size(), static_cast<std::uint32_t>(at));
        at += c.size;
    }
    out.origin.push_back(static_cast<std::uint32_t>(utf8.size()));
    return out;
}

std::string_view plain_character(std::string_view character) noexcept
{
    auto const c = character.empty() ? -1 : first_character(character).code_point;
    if ((c >= 0x2010 && c <= 0x2015) || c == 0x2212) {
        return "-";
    }
    if ((c >= 0x2018 && c <= 0x201B) || c == 0x2032 || c == 0x2039 || c == 0x203A) {
        return "'";
    }
    if ((c >= 0x201C && c <= 0x201F) || c == 0x2033) {
        return "\"";
    }
    if (c < 0x80 || !is_blank_character(c)) {
        return c == 0x2026 ? std::string_view("...") : character;
    }
    return takes_no_room(c) ? "" : " ";
}

std::string plain_marks(std::string_view utf8)
{
    std::string out;
    for (std::size_t i = 0; i < utf8.size();) {
        auto const character = utf8.substr(i, first_character(utf8.substr(i)).size);
        auto const plain = plain_character(character);
        out += plain == "-" || plain == " " || plain.empty() ? plain : character;
        i += character.size();
    }
    return out;
}

} // namespace atom
