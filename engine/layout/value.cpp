#include "engine/layout/value.hpp"

#include "engine/base/decimal.hpp"
#include "engine/base/document.hpp"
#include "engine/base/phone.hpp"
#include "engine/base/text.hpp"
#include "engine/base/unicode.hpp"
#include "engine/layout/cell.hpp"
#include "engine/layout/key_text.hpp"

#include <fmt/format.h>

#include <bit>
#include <cstring>

namespace atom {

namespace {

/// The value, or none (blank), or a refusal.
struct Typed
{
    Value value;
    bool refused = false;
};

constexpr Typed k_refused{{}, true};

Typed integer_or_refused(std::optional<std::int64_t> const &i) { return i ? Typed{Value::of(*i), false} : k_refused; }

/// "00000000" and "00/00/0000": how files write that there is none.
bool is_zero_filled(std::string_view s, std::string_view between) noexcept
{
    return std::all_of(s.begin(), s.end(), [&](char c) { return c == '0' || between.find(c) != std::string_view::npos; });
}

DateKind kind_of(FieldType type) noexcept
{
    return type == FieldType::date ? DateKind::date : type == FieldType::time ? DateKind::time : DateKind::datetime;
}

Typed parse_temporal(Field const &f, std::string_view s, std::string &scratch)
{
    auto const kind = kind_of(f.type);
    if (is_zero_filled(s, "/-:. T")) {
        return {};
    }
    for (auto const &format : f.formats) {
        if (auto const c = format.parse(s)) {
            scratch = iso_text(*c, kind);
            return {Value::of(std::string_view(scratch)), false};
        }
    }
    return k_refused;
}

Typed parse_boolean(std::string_view s)
{
    for (auto const *word : {"S", "1", "true"}) {
        if (equal_ignoring_case(s, word)) {
            return {Value::of(1), false};
        }
    }
    for (auto const *word : {"N", "0", "false"}) {
        if (equal_ignoring_case(s, word)) {
            return {Value::of(std::int64_t{0}), false};
        }
    }
    return k_refused;
}

Typed parse_coded(Field const &f, std::string_view s, std::string &scratch)
{
    if (f.type == FieldType::document) {
        auto d = parse_document(s);
        if (d.none) {
            return {};
        }
        if (!d.value) {
            return k_refused;
        }
        scratch = *d.value;
        return {Value::of(std::string_view(scratch)), false};
    }
    if (is_zero_filled(s, "()-+./ ")) {
        return {}; // a zero-filled phone is none
    }
    auto const p = parse_phone(s);
    if (!p) {
        return k_refused;
    }
    scratch = p->area + p->number;
    return {Value::of(std::string_view(scratch)), false};
}

bool is_key(Field const &f) noexcept { return f.key || f.required; }

Typed parse_key(Field const &f, std::string_view s, Encoding encoding, std::string &scratch)
{
    auto form = key_form(to_utf8(s, encoding));
    if (!form) {
        return k_refused;
    }
    scratch = *std::move(form); // where `s` may have stood
    auto const t = f.strip_zeros ? strip_zeros(scratch) : std::string_view(scratch);
    return t.empty() ? Typed{} : Typed{Value::of(t), false};
}

/// `s` is trimmed and not empty.
Typed parse_typed(Field const &f, std::string_view s, Encoding encoding, std::string &scratch)
{
    switch (f.type) {
    case FieldType::text: {
        if (is_key(f) && !is_plain_key(s, encoding)) {
            return parse_key(f, s, encoding, scratch);
        }
        auto const t = f.strip_zeros ? strip_zeros(s) : s;
        if (t.empty()) {
            return {};
        }
        if (is_ascii(t) || encoding == Encoding::utf8) {
            return {Value::of(t), false};
        }
        to_utf8(t, encoding, scratch);
        return {Value::of(std::string_view(scratch)), false};
    }
    case FieldType::integer: return integer_or_refused(parse_integer(s));
    case FieldType::decimal:
        return integer_or_refused(f.implied_decimals ? parse_integer(s) : parse_decimal(s, f.scale, f.decimal_separator));
    case FieldType::date:
    case FieldType::time:
    case FieldType::datetime: return parse_temporal(f, s, scratch);
    case FieldType::document:
    case FieldType::phone: return parse_coded(f, s, scratch);
    case FieldType::boolean: return parse_boolean(s);
    case FieldType::json: return {Value::of(s), false};
    }
    return k_refused;
}

/// The value that `values` names for what stands in the file; a refusal if it names none.
Typed mapped(Field const &f, std::string_view s, Encoding encoding)
{
    std::string utf8;
    if (!is_ascii(s) && encoding != Encoding::utf8) {
        utf8 = to_utf8(s, encoding);
        s = utf8;
    }
    if (!is_surely_composed(s)) {
        utf8 = composed(s);
        s = utf8;
    }
    for (auto const &[word, stored] : f.values) {
        if (word == s) {
            return {Value::of(stored), false};
        }
    }
    return k_refused;
}

Parsed refused(Field const &f, LineFault fault, std::string_view s, Encoding encoding, std::string &scratch)
{
    Parsed p;
    p.fault = fault;
    if (f.on_invalid == OnInvalid::keep && fault == LineFault::value) {
        p.value = raw_text(s, encoding, scratch);
    }
    p.warning = f.on_invalid != OnInvalid::reject && !(f.required && p.value.none());
    return p;
}

} // namespace

namespace {

Parsed parse_text(Field const &f, std::string_view raw, Encoding encoding, std::string &scratch)
{
    auto const s = trim_blanks(raw, encoding);
    if (!s.empty()) {
        // only text takes any byte: for the other types a wrong byte shows as a refusal, so that good values are not scanned twice
        if (f.type == FieldType::text && find_invalid(s, encoding) != std::string_view::npos) {
            return refused(f, LineFault::encoding, s, encoding, scratch);
        }
        auto const typed = f.values.empty() ? parse_typed(f, s, encoding, scratch) : mapped(f, s, encoding);
        if (typed.refused) {
            auto const bytes = find_invalid(s, encoding) != std::string_view::npos;
            return refused(f, bytes ? LineFault::encoding : LineFault::value, s, encoding, scratch);
        }
        if (!typed.value.none()) {
            return {typed.value, LineFault::none, false};
        }
    }
    if (!f.default_value.none) {
        return {Value::of(f.default_value), LineFault::none, false};
    }
    return {{}, f.required ? LineFault::required : LineFault::none, false};
}

/// A moment as the kind of field wants it: none if it has not what that needs.
std::optional<Civil> civil_of_cell(std::string_view text, DateKind kind)
{
    if (text.size() == 10 && kind == DateKind::datetime) {
        return parse_iso(text, DateKind::date); // its midnight
    }
    return parse_iso(kind == DateKind::date && text.size() == 19 ? text.substr(0, 10) : text, kind);
}

/// A cell that is no text: what it holds is known, and needs no format.
Parsed parse_cell(Field const &f, std::string_view raw, Encoding encoding, std::string &scratch)
{
    auto const cell = sheet_cell(raw);
    if (cell.kind == CellKind::error || (cell.is_rounded && f.type == FieldType::text)) {
        return refused(f, LineFault::value, cell.text, encoding, scratch);
    }
    bool const temporal = f.type == FieldType::date || f.type == FieldType::time || f.type == FieldType::datetime;
    if (cell.kind == CellKind::moment && temporal && f.values.empty()) {
        auto const kind = kind_of(f.type);
        auto const civil = civil_of_cell(cell.text, kind);
        if (!civil) {
            return refused(f, LineFault::value, cell.text, encoding, scratch);
        }
        scratch = iso_text(*civil, kind);
        return {Value::of(std::string_view(scratch)), LineFault::none, false};
    }
    if (cell.kind == CellKind::moment && f.type != FieldType::text) {
        return refused(f, LineFault::value, cell.text, encoding, scratch);
    }
    scratch = shown_cell(raw, f.decimal_separator);
    return parse_text(f, scratch, encoding, scratch); // UTF-8: nothing is decoded into the scratch while it is read
}

} // namespace

Value raw_text(std::string_view raw, Encoding encoding, std::string &scratch)
{
    auto const s = trim_blanks(raw, encoding);
    if (s.empty()) {
        return {};
    }
    if (is_ascii(s) || encoding == Encoding::utf8) {
        return Value::of(s);
    }
    scratch = to_utf8(s, encoding);
    return Value::of(std::string_view(scratch));
}

Parsed refuse_field(Field const &field, std::string_view shown, std::string &scratch)
{
    return refused(field, LineFault::value, shown, Encoding::utf8, scratch);
}

Parsed parse_field(Field const &f, std::string_view raw, Encoding encoding, std::string &scratch)
{
    bool const is_text = !f.typed_cells || sheet_cell(raw).kind == CellKind::text;
    return is_text ? parse_text(f, raw, encoding, scratch) : parse_cell(f, raw, encoding, scratch);
}

std::string shown_raw(Field const &field, std::string_view raw, Encoding encoding)
{
    auto const s = trim_blanks(raw, encoding);
    return field.typed_cells ? shown_cell(s, field.decimal_separator) : to_utf8(s, encoding);
}

std::optional<StoredValue> stored_value(Field const &field, std::string_view utf8)
{
    std::string scratch;
    Field plain = field;
    plain.values.clear();
    auto const s = trim_blanks(utf8, Encoding::utf8);
    StoredValue out;
    if (s.empty()) {
        return out;
    }
    auto const typed = parse_typed(plain, s, Encoding::utf8, scratch);
    if (typed.refused) {
        return std::nullopt;
    }
    out.none = typed.value.none();
    out.is_text = typed.value.kind == Value::Kind::text;
    out.integer = typed.value.integer;
    out.text = typed.value.text;
    return out;
}

std::string shown_value(Field const &field, Value const &value)
{
    switch (value.kind) {
    case Value::Kind::none: return {};
    case Value::Kind::text: return std::string(value.text);
    case Value::Kind::integer:
        return field.type == FieldType::decimal ? format_decimal(value.integer, field.scale, '.') : std::to_string(value.integer);
    }
    return {};
}

QuickRead QuickRead::of(Field const &field, Encoding encoding)
{
    QuickRead q;
    q.strip_zeros = field.strip_zeros;
    q.is_key = field.key || field.required;
    q.may_be_empty = !field.required && field.default_value.none;
    q.encoding = encoding;
    if (!field.values.empty() || field.typed_cells) {
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

bool takes_anything(Field const &field) noexcept
{
    return field.type == FieldType::text && !is_key(field) && field.values.empty() && !field.typed_cells;
}

} // namespace atom
