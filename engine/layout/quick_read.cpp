// The short way from bytes to values (declared in layout/value.hpp).

#include "engine/base/text.hpp"
#include "engine/base/unicode.hpp"
#include "engine/layout/key_text.hpp"
#include "engine/layout/value.hpp"

#include <bit>
#include <cstring>

namespace atom {

QuickRead QuickRead::of(Field const &field, Encoding encoding)
{
    QuickRead q;
    q.strip_zeros = field.strip_zeros;
    q.is_key = field.key || field.required;
    q.may_be_empty = !field.required && field.default_value.none;
    q.encoding = encoding;
    if (!field.values.empty() || field.typed_cells || field.nul_is_blank || field.form != NumberForm::digits) {
        return q;
    }
    if (field.type == FieldType::text) {
        q.kind = Kind::text;
    } else if (field.type == FieldType::integer || (field.type == FieldType::decimal && field.implied_decimals)) {
        q.kind = Kind::digits;
    } else if (field.type == FieldType::date && field.formats.size() == 1 && field.formats.front().text() == "YYYYMMDD") {
        q.kind = Kind::day;
    }
    return q;
}

namespace {

static_assert(std::endian::native == std::endian::little, "the first of eight bytes is the lowest of a word");

std::uint64_t load8(char const *p) noexcept
{
    std::uint64_t word = 0;
    std::memcpy(&word, p, sizeof word);
    return word;
}

/// Eight digits, the first in the lowest byte: pairs, then fours, then all are put together. False if one is none.
bool read_eight_digits(std::uint64_t word, std::uint64_t &out) noexcept
{
    constexpr std::uint64_t k_zeros = 0x3030303030303030U, k_highs = 0xF0F0F0F0F0F0F0F0U, k_sixes = 0x0606060606060606U;
    // a digit's byte is 0x30 to 0x39: its high half is 3, also with 6 more
    if ((word & k_highs) != k_zeros || ((word + k_sixes) & k_highs) != k_zeros) {
        return false;
    }
    word -= k_zeros;
    word = (word * 10 + (word >> 8U)) & 0x00FF00FF00FF00FFU;
    word = (word * 100 + (word >> 16U)) & 0x0000FFFF0000FFFFU;
    out = (word * 10000 + (word >> 32U)) & 0xFFFFFFFFU;
    return true;
}

/// Up to 18 digits and nothing else.
bool read_digits(std::string_view s, std::int64_t &out) noexcept
{
    if (s.size() > 18) {
        return false;
    }
    std::uint64_t n = 0;
    for (; s.size() % 8 != 0; s.remove_prefix(1)) {
        auto const digit = static_cast<unsigned>(s.front()) - '0';
        if (digit > 9) {
            return false;
        }
        n = n * 10 + digit;
    }
    for (std::uint64_t eight = 0; !s.empty(); s.remove_prefix(8)) {
        if (!read_eight_digits(load8(s.data()), eight)) {
            return false;
        }
        n = n * 100'000'000 + eight;
    }
    out = static_cast<std::int64_t>(n);
    return true;
}

bool read_day(std::string_view s, std::string &scratch, Value &value)
{
    std::int64_t n = 0;
    if (s.size() != 8 || !read_digits(s, n)) {
        return false;
    }
    if (n == 0) {
        value = {};
        return true;
    }
    Civil c;
    c.year = static_cast<int>(n / 10000);
    c.month = static_cast<int>(n / 100 % 100);
    c.day = static_cast<int>(n % 100);
    if (!is_valid(c)) {
        return false;
    }
    char const text[] = {s[0], s[1], s[2], s[3], '-', s[4], s[5], '-', s[6], s[7]};
    scratch.assign(text, sizeof text);
    value = Value::of(std::string_view(scratch));
    return true;
}

} // namespace

bool QuickRead::operator()(std::string_view raw, std::string &scratch, Value &value) const
{
    if (kind == Kind::none) {
        return false;
    }
    auto const s = trim_blanks(raw, encoding);
    if (s.empty()) {
        value = {};
        return may_be_empty;
    }
    switch (kind) {
    case Kind::text: {
        if (is_key && !is_plain_key(s, encoding)) {
            return false;
        }
        auto const t = strip_zeros ? atom::strip_zeros(s) : s;
        value = t.empty() ? Value{} : Value::of(t);
        if (encoding != Encoding::utf8 && !is_ascii(t)) {
            to_utf8(t, encoding, scratch);
            value.text = scratch;
        }
        return may_be_empty || !t.empty();
    }
    case Kind::digits: {
        std::int64_t n = 0;
        bool const read = read_digits(s, n);
        value = Value::of(n);
        return read;
    }
    case Kind::day: return read_day(s, scratch, value) && (may_be_empty || !value.none());
    case Kind::none: break;
    }
    return false;
}

} // namespace atom
