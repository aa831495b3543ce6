#include "engine/base/text.hpp"

#include "engine/base/encoding.hpp"
#include "engine/base/unicode.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>

namespace atom {

namespace {

constexpr bool is_space_or_tab(char c) noexcept { return c == ' ' || c == '\t'; }
constexpr bool is_space(char c) noexcept { return c == ' ' || (c >= '\t' && c <= '\r'); }
constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
constexpr bool is_upper(char c) noexcept { return c >= 'A' && c <= 'Z'; }
constexpr bool is_lower(char c) noexcept { return c >= 'a' && c <= 'z'; }
constexpr char lower(char c) noexcept { return is_upper(c) ? static_cast<char>(c + ('a' - 'A')) : c; }
constexpr char upper(char c) noexcept { return is_lower(c) ? static_cast<char>(c - ('a' - 'A')) : c; }

// U+00C0 to U+017F; '?' stays as it is: letters of their own (Æ, Ð, Þ, ß, Œ, ŋ …) and signs.
constexpr std::string_view k_plain = "AAAAAA?CEEEEIIII?NOOOOO?OUUUUY??aaaaaa?ceeeeiiii?nooooo?ouuuuy?y"
                                     "AaAaAaCcCcCcCcDdDdEeEeEeEeEeGgGgGgGgHhHhIiIiIiIiIi??JjKk?LlLlLlL"
                                     "lLlNnNnNn???OoOoOo??RrRrRrSsSsSsSsTtTtTtUuUuUuUuUuUuWwYyYZzZzZz?";
static_assert(k_plain.size() == 0x180 - 0xC0);

// The plain letter for the two bytes at the start of s, or '?'.
constexpr char plain_letter(std::string_view s) noexcept
{
    if (s.size() < 2) {
        return '?';
    }
    auto const lead = static_cast<unsigned char>(s[0]);
    auto const next = static_cast<unsigned char>(s[1]);
    if (lead < 0xC3 || lead > 0xC5 || (next & 0xC0U) != 0x80U) {
        return '?';
    }
    return k_plain[((lead - 0xC3U) << 6U) | (next & 0x3FU)];
}

constexpr bool is_word_byte(char c) noexcept { return is_digit(c) || is_upper(c) || is_lower(c) || static_cast<unsigned char>(c) >= 0x80; }

constexpr bool is_number_mask(char c) noexcept { return std::string_view(".-/()+ ").find(c) != std::string_view::npos; }

// One run of word bytes of a text, [begin, end).
struct Word
{
    std::size_t begin;
    std::size_t end;
    bool has_digit;
};

Word next_word(std::string_view s, std::size_t from) noexcept
{
    while (from < s.size() && !is_word_byte(s[from])) {
        ++from;
    }
    Word word{from, from, false};
    while (word.end < s.size() && is_word_byte(s[word.end])) {
        word.has_digit = word.has_digit || is_digit(s[word.end]);
        ++word.end;
    }
    return word;
}

// What "123.456.789-09" is to a reader: one number. Were each run of digits masked alone, most of a document would show.
Word with_rest_of_number(std::string_view s, Word word) noexcept
{
    while (word.has_digit && word.end < s.size()) {
        auto const next = next_word(s, word.end);
        auto const between = s.substr(word.end, next.begin - word.end);
        if (!next.has_digit || !std::all_of(between.begin(), between.end(), is_number_mask)) {
            break;
        }
        word.end = next.end;
    }
    return word;
}

std::vector<std::string_view> characters(std::string_view s)
{
    std::vector<std::string_view> list;
    std::size_t begin = 0;
    for (std::size_t i = 1; i <= s.size(); ++i) {
        if (i == s.size() || (static_cast<unsigned char>(s[i]) & 0xC0U) != 0x80U) {
            list.push_back(s.substr(begin, i - begin));
            begin = i;
        }
    }
    return list;
}

void append_masked(std::string &out, std::string_view word, bool has_digit)
{
    constexpr std::size_t k_least_shown = 4;
    auto const list = characters(word);
    auto const count =
        static_cast<std::size_t>(std::count_if(list.begin(), list.end(), [](std::string_view c) { return is_word_byte(c.front()); }));
    std::size_t n = 0;
    for (auto const c : list) {
        bool const in_word = is_word_byte(c.front());
        n += in_word ? 1 : 0;
        bool const end_shown = has_digit ? n + 2 > count : n == 1 || n == count;
        if (!in_word || (count >= k_least_shown && end_shown)) {
            out += c;
        } else {
            out += '*';
        }
    }
}

// Optimal string alignment: Levenshtein's distance, where a swap of two neighbours is one edit.
std::size_t edit_distance(std::string_view a, std::string_view b)
{
    std::vector<std::size_t> before(b.size() + 1);
    std::vector<std::size_t> above(b.size() + 1);
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) {
        row[j] = j;
    }
    for (std::size_t i = 1; i <= a.size(); ++i) {
        before.swap(above);
        above.swap(row);
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            std::size_t const replaced = above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
            row[j] = std::min({above[j] + 1, row[j - 1] + 1, replaced});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
                row[j] = std::min(row[j], before[j - 2] + 1);
            }
        }
    }
    return row[b.size()];
}

} // namespace

namespace {

static_assert(std::endian::native == std::endian::little, "the first of eight bytes is the lowest of a word");

/// The length without the spaces at the end of a text of eight bytes or more: eight a step, as fixed-length fields end in long runs of
/// them.
std::size_t length_without_spaces(std::string_view s) noexcept
{
    constexpr std::uint64_t k_spaces = 0x2020202020202020U;
    auto const others = [&](std::size_t at) {
        std::uint64_t word = 0;
        std::memcpy(&word, s.data() + at, sizeof word);
        return word ^ k_spaces;
    };
    auto n = s.size();
    for (; n >= 8; n -= 8) {
        if (auto const found = others(n - 8); found != 0) {
            return n - static_cast<std::size_t>(std::countl_zero(found)) / 8;
        }
    }
    auto const found = others(0) & ((std::uint64_t{1} << (8 * n)) - 1); // the first eight once more, of which n count
    return 8 - static_cast<std::size_t>(std::countl_zero(found)) / 8;
}

} // namespace

std::string_view trim_right(std::string_view s) noexcept
{
    auto n = s.size() >= 8 && s.back() == ' ' ? length_without_spaces(s) : s.size();
    while (n > 0 && is_space_or_tab(s[n - 1])) {
        --n;
    }
    return s.substr(0, n);
}

std::string_view trim(std::string_view s) noexcept
{
    s = trim_right(s);
    std::size_t i = 0;
    while (i < s.size() && is_space_or_tab(s[i])) {
        ++i;
    }
    return s.substr(i);
}

std::string to_lower(std::string_view s)
{
    std::string out(s);
    std::transform(out.begin(), out.end(), out.begin(), lower);
    return out;
}

std::string to_upper(std::string_view s)
{
    std::string out(s);
    std::transform(out.begin(), out.end(), out.begin(), upper);
    return out;
}

bool equal_ignoring_case(std::string_view a, std::string_view b) noexcept
{
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lower(x) == lower(y); });
}

bool is_blank(std::string_view s) noexcept { return std::all_of(s.begin(), s.end(), is_space); }

bool is_digits(std::string_view s) noexcept { return !s.empty() && std::all_of(s.begin(), s.end(), is_digit); }

std::string digits_of(std::string_view s)
{
    std::string out;
    std::copy_if(s.begin(), s.end(), std::back_inserter(out), is_digit);
    return out;
}

std::string_view strip_zeros(std::string_view s) noexcept
{
    auto const first = s.find_first_not_of('0');
    return first == std::string_view::npos ? s.substr(s.size()) : s.substr(first);
}

std::string without_accents(std::string_view utf8)
{
    std::string out;
    out.reserve(utf8.size());
    for (std::size_t i = 0; i < utf8.size(); ++i) {
        char const plain = plain_letter(utf8.substr(i, 2));
        if (plain == '?') {
            out += utf8[i];
        } else {
            out += plain;
            ++i;
        }
    }
    return out;
}

namespace {

std::size_t character_size(std::string_view s) noexcept
{
    std::size_t n = 1;
    while (n < s.size() && (static_cast<unsigned char>(s[n]) & 0xC0U) == 0x80U) {
        ++n;
    }
    return n;
}

} // namespace

std::string header_key(std::string_view utf8)
{
    auto const plain = fold_case(without_accents(composed(utf8))).text;
    std::string out;
    for (std::string_view rest = plain; !rest.empty();) {
        auto const blank = blank_at_front(rest, Encoding::utf8);
        auto const n = blank > 0 ? blank : character_size(rest);
        if (blank == 0 && rest.front() != '_') {
            out += rest.substr(0, n);
        }
        rest.remove_prefix(n);
    }
    return out;
}

std::string masked(std::string_view utf8)
{
    std::string out;
    out.reserve(utf8.size());
    std::size_t done = 0;
    while (done < utf8.size()) {
        auto const word = with_rest_of_number(utf8, next_word(utf8, done));
        out += utf8.substr(done, word.begin - done);
        append_masked(out, utf8.substr(word.begin, word.end - word.begin), word.has_digit);
        done = word.end;
    }
    return out;
}

std::optional<std::string> nearest(std::string_view word, std::vector<std::string> const &candidates)
{
    std::size_t const limit = std::max<std::size_t>(1, (word.size() + 2) / 3);
    std::size_t best = limit + 1;
    std::string const *found = nullptr;
    for (auto const &candidate : candidates) {
        auto const distance = edit_distance(word, candidate);
        if (distance < best) {
            best = distance;
            found = &candidate;
        }
    }
    return found == nullptr ? std::nullopt : std::optional<std::string>(*found);
}

std::string unknown_word(std::string_view kind, std::string_view word, std::vector<std::string> const &allowed)
{
    std::string text = "unknown " + std::string(kind) + " \"" + std::string(word) + "\"";
    if (auto const near = nearest(word, allowed)) {
        text += "; did you mean \"" + *near + "\"?";
    } else if (!allowed.empty()) {
        text += "; allowed: " + join(allowed, ", ");
    }
    return text;
}

namespace {

/// Marks that turn the direction of what follows: U+061C, U+200E, U+200F, U+202A to U+202E, U+2066 to U+2069.
bool turns_direction(std::string_view character) noexcept
{
    if (character == "\xd8\x9c") {
        return true;
    }
    if (character.size() != 3 || static_cast<unsigned char>(character[0]) != 0xe2U) {
        return false;
    }
    auto const middle = static_cast<unsigned char>(character[1]), last = static_cast<unsigned char>(character[2]);
    return (middle == 0x80U && (last == 0x8eU || last == 0x8fU || (last >= 0xaaU && last <= 0xaeU))) ||
           (middle == 0x81U && last >= 0xa6U && last <= 0xa9U);
}

/// Bytes of the character that `bytes` begins with; 0 if that is none, or one that a terminal obeys.
std::size_t printable_length(std::string_view bytes)
{
    auto const first = static_cast<unsigned char>(bytes[0]);
    std::size_t const length = first < 0x80U ? 1 : first < 0xe0U ? 2 : first < 0xf0U ? 3 : 4;
    auto const character = bytes.substr(0, length);
    bool const is_control = first < 0x20U || first == 0x7fU || (first == 0xc2U && static_cast<unsigned char>(character.back()) < 0xa0U);
    return is_control || character.size() < length || !is_valid_utf8(character) || turns_direction(character) ? 0 : length;
}

} // namespace

std::string printable(std::string_view bytes)
{
    std::string out;
    while (!bytes.empty()) {
        auto const length = printable_length(bytes);
        if (length == 0) {
            out += fmt::format("\\x{:02x}", static_cast<unsigned char>(bytes[0]));
        } else {
            out += bytes.substr(0, length);
        }
        bytes.remove_prefix(std::max<std::size_t>(length, 1));
    }
    return out;
}

std::string shown(std::string_view utf8)
{
    std::string out;
    while (!utf8.empty()) {
        auto const length = printable_length(utf8);
        auto const c = utf8[0];
        if (length > 0 || c == '\t' || c == '\n' || c == '\r') {
            out += utf8.substr(0, std::max<std::size_t>(length, 1));
        }
        utf8.remove_prefix(std::max<std::size_t>(length, 1));
    }
    return out;
}

std::string counted(std::uint64_t n, std::string_view noun) { return fmt::format("{} {}{}", n, noun, n == 1 ? "" : "s"); }

std::string replaced(std::string s, std::string_view from, std::string_view to)
{
    for (auto at = s.find(from); at != std::string::npos; at = s.find(from, at + to.size())) {
        s.replace(at, from.size(), to);
    }
    return s;
}

std::vector<std::string> split(std::string_view s, char separator)
{
    std::vector<std::string> parts;
    for (;;) {
        auto const end = s.find(separator);
        parts.emplace_back(s.substr(0, end));
        if (end == std::string_view::npos) {
            return parts;
        }
        s.remove_prefix(end + 1);
    }
}

std::string join(std::vector<std::string> const &parts, std::string_view separator)
{
    std::string out;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        if (i > 0) {
            out += separator;
        }
        out += parts[i];
    }
    return out;
}

} // namespace atom
