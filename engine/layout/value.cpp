#include "engine/layout/value.hpp"

#include "engine/base/decimal.hpp"
#include "engine/base/document.hpp"
#include "engine/base/phone.hpp"
#include "engine/base/text.hpp"
#include "engine/base/unicode.hpp"
#include "engine/layout/cell.hpp"
#include "engine/layout/key_text.hpp"

#include <fmt/format.h>

#include <algorithm>
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
    bool const zeros = is_zero_filled(s, "/-:. T");
    if (zeros && kind != DateKind::time) {
        return {};
    }
    for (auto const &format : f.formats) {
        if (auto const c = zeros ? std::optional(Civil{}) : format.parse(s)) { // of a time, zeros are midnight
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

/// A number without the word that stands for its sign, at either end.
std::string_view without_word(Field const &f, std::string_view s, std::optional<bool> &negative)
{
    for (auto const &[word, less] : f.signs) {
        bool const behind = s.ends_with(word);
        if (behind || s.starts_with(word)) {
            negative = less;
            return trim(behind ? s.substr(0, s.size() - word.size()) : s.substr(word.size()));
        }
    }
    return s;
}

std::optional<std::int64_t> parse_overpunch(std::string_view s)
{
    constexpr std::string_view k_plus = "{ABCDEFGHI", k_minus = "}JKLMNOPQR"; // 0 to 9
    auto const plus = k_plus.find(s.back()), minus = k_minus.find(s.back());
    if (plus == std::string_view::npos && minus == std::string_view::npos) {
        return parse_integer(s);
    }
    bool const negative = plus == std::string_view::npos;
    auto const digits = std::string(s.substr(0, s.size() - 1)) + static_cast<char>('0' + (negative ? minus : plus));
    return is_digits(digits) ? parse_integer((negative ? "-" : "") + digits) : std::nullopt;
}

std::optional<std::int64_t> parse_digits(Field const &f, std::string_view s, Encoding encoding)
{
    if (f.form == NumberForm::overpunch) {
        return parse_overpunch(s);
    }
    if (f.type == FieldType::integer || f.implied_decimals) {
        return parse_integer(s);
    }
    if (auto const plain = parse_decimal(s, f.scale, f.decimal_separator)) {
        return plain;
    }
    return parse_amount(to_utf8(s, encoding), f.scale, f.decimal_separator);
}

Typed parse_signed(Field const &f, std::string_view s, Encoding encoding)
{
    std::optional<bool> negative;
    auto const digits = f.signs.empty() ? s : without_word(f, s, negative);
    if (negative && digits.find_first_of("+-(") != std::string_view::npos) {
        return k_refused; // two signs
    }
    auto const n = parse_digits(f, digits, encoding);
    return integer_or_refused(n && negative.value_or(false) ? std::optional(-*n) : n);
}

Typed parse_packed(std::string_view raw)
{
    std::string digits;
    for (char const c : raw) {
        auto const b = static_cast<unsigned char>(c);
        digits += static_cast<char>('0' + (b >> 4U));
        digits += static_cast<char>('0' + (b & 0x0fU));
    }
    auto const sign = digits.back() - '0';
    digits.pop_back();
    bool const negative = sign == 0xd || sign == 0xb;
    return sign < 0xa || !is_digits(digits) ? k_refused : integer_or_refused(parse_integer((negative ? "-" : "") + digits));
}

Value value_of_binary(std::string_view raw)
{
    auto n = static_cast<std::uint64_t>((static_cast<unsigned char>(raw.front()) & 0x80U) != 0 ? -1 : 0);
    for (char const c : raw) {
        n = n << 8U | static_cast<unsigned char>(c);
    }
    return Value::of(static_cast<std::int64_t>(n));
}

/// What is no text has no blanks but a packed number's: bytes that no number has.
Parsed parse_binary(Field const &f, std::string_view raw)
{
    auto const all = [&](char c) { return raw.find_first_not_of(c) == std::string_view::npos; };
    bool const blank = (f.form == NumberForm::packed && (all(' ') || all('\x40'))) || (f.nul_is_blank && all('\0'));
    auto const typed = blank || raw.empty()           ? Typed{}
                       : f.form == NumberForm::packed ? parse_packed(raw)
                                                      : Typed{value_of_binary(raw), false};
    Parsed p{typed.value, LineFault::none, false};
    if (typed.refused) {
        p.fault = LineFault::value;
        p.warning = f.on_invalid != OnInvalid::reject && !f.required;
    } else if (p.value.none() && !f.default_value.none) {
        p.value = Value::of(f.default_value);
    } else if (p.value.none() && f.required) {
        p.fault = LineFault::required;
    }
    return p;
}

Typed parse_phone_field(std::string_view s, std::string &scratch)
{
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

/// The value's field `other_kind` goes to `noted`.
Typed parse_document_field(std::string_view s, DocumentKind kind, std::string &scratch, bool &noted)
{
    auto d = parse_document(s, kind);
    if (d.none) {
        return {};
    }
    if (!d.value) {
        return k_refused;
    }
    noted = d.other_kind;
    scratch = *d.value;
    return {Value::of(std::string_view(scratch)), false};
}

Typed parse_coded(Field const &f, std::string_view s, Encoding encoding, DocumentKind kind, std::string &scratch, bool &noted)
{
    std::string utf8;
    if (encoding != Encoding::utf8 && !is_ascii(s)) {
        utf8 = to_utf8(s, encoding);
        s = utf8;
    }
    return f.type == FieldType::document ? parse_document_field(s, kind, scratch, noted) : parse_phone_field(s, scratch);
}

/// `s` is trimmed and not empty. `noted`: a document is not of this kind.
Typed parse_typed(Field const &f, std::string_view s, Encoding encoding, DocumentKind kind, std::string &scratch, bool &noted)
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
    case FieldType::integer:
    case FieldType::decimal: return parse_signed(f, s, encoding);
    case FieldType::date:
    case FieldType::time:
    case FieldType::datetime: return parse_temporal(f, s, scratch);
    case FieldType::document:
    case FieldType::phone: return parse_coded(f, s, encoding, kind, scratch, noted);
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

Parsed parse_text(Field const &f, std::string_view raw, Encoding encoding, std::string &scratch, DocumentKind kind)
{
    auto const s = trim_blanks(raw, encoding);
    if (!s.empty()) {
        // only text takes any byte: for the other types a wrong byte shows as a refusal, so that good values are not scanned twice
        if (f.type == FieldType::text && find_invalid(s, encoding) != std::string_view::npos) {
            return refused(f, LineFault::encoding, s, encoding, scratch);
        }
        bool noted = false;
        auto const typed = f.values.empty() ? parse_typed(f, s, encoding, kind, scratch, noted) : mapped(f, s, encoding);
        if (typed.refused) {
            auto const bytes = find_invalid(s, encoding) != std::string_view::npos;
            return refused(f, bytes ? LineFault::encoding : LineFault::value, s, encoding, scratch);
        }
        if (!typed.value.none()) {
            return {typed.value, LineFault::none, noted};
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
Parsed parse_cell(Field const &f, std::string_view raw, Encoding encoding, std::string &scratch, DocumentKind kind)
{
    auto const cell = sheet_cell(raw);
    if (cell.kind == CellKind::error) {
        return refused(f, LineFault::value, cell.text, encoding, scratch);
    }
    bool const temporal = f.type == FieldType::date || f.type == FieldType::time || f.type == FieldType::datetime;
    if (cell.kind == CellKind::moment && temporal && f.values.empty()) {
        auto const temporal_kind = kind_of(f.type);
        auto const civil = civil_of_cell(cell.text, temporal_kind);
        if (!civil) {
            return refused(f, LineFault::value, cell.text, encoding, scratch);
        }
        scratch = iso_text(*civil, temporal_kind);
        return {Value::of(std::string_view(scratch)), LineFault::none, false};
    }
    if (cell.kind == CellKind::moment && f.type != FieldType::text) {
        return refused(f, LineFault::value, cell.text, encoding, scratch);
    }
    scratch = shown_cell(raw, f.decimal_separator);
    return parse_text(f, scratch, encoding, scratch, kind); // UTF-8: nothing is decoded into the scratch while it is read
}

/// NUL bytes are how some files fill what is empty.
Parsed parse_without_nuls(Field const &f, std::string_view raw, Encoding encoding, std::string &scratch, DocumentKind kind)
{
    std::string plain(raw);
    std::replace(plain.begin(), plain.end(), '\0', ' ');
    auto p = parse_text(f, plain, encoding, scratch, kind);
    auto const *const text = p.value.text.data();
    if (p.value.kind == Value::Kind::text && text >= plain.data() && text < plain.data() + plain.size()) {
        scratch.assign(p.value.text);
        p.value.text = scratch;
    }
    return p;
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

bool must_be_whole(Field const &field) noexcept { return field.type != FieldType::text || is_key(field); }

Parsed parse_cut(Field const &f, bool line_warns, std::string_view raw, Encoding encoding, std::string &scratch)
{
    if (!must_be_whole(f)) {
        return line_warns ? Parsed{} : parse_field(f, raw, encoding, scratch);
    }
    Parsed p;
    p.fault = LineFault::value;
    p.warning = !is_key(f) && (line_warns || f.on_invalid != OnInvalid::reject);
    return p;
}

Parsed parse_field(Field const &f, std::string_view raw, Encoding encoding, std::string &scratch, std::optional<DocumentKind> kind)
{
    if (is_binary(f)) {
        return parse_binary(f, raw);
    }
    auto const wanted = kind.value_or(f.kind.kind);
    if (f.nul_is_blank && raw.find('\0') != std::string_view::npos) {
        return parse_without_nuls(f, raw, encoding, scratch, wanted);
    }
    bool const is_text = !f.typed_cells || sheet_cell(raw).kind == CellKind::text;
    return is_text ? parse_text(f, raw, encoding, scratch, wanted) : parse_cell(f, raw, encoding, scratch, wanted);
}

Parsed parse_number(Field const &f, std::string_view raw, std::string &scratch)
{
    auto const as_it_stands = parse_field(f, raw, Encoding::utf8, scratch);
    if (as_it_stands.fault != LineFault::value) {
        return as_it_stands;
    }
    auto const plain = without_exponent(raw);
    auto const read = plain ? parse_field(f, *plain, Encoding::utf8, scratch) : as_it_stands;
    return read.fault == LineFault::none ? read : parse_field(f, raw, Encoding::utf8, scratch);
}

bool is_binary(Field const &field) noexcept { return field.form == NumberForm::packed || field.form == NumberForm::binary; }

std::string shown_raw(Field const &field, std::string_view raw, Encoding encoding)
{
    if (is_binary(field)) {
        std::string hex;
        for (char const c : raw) {
            hex += fmt::format("{:02X}", static_cast<unsigned char>(c));
        }
        return hex;
    }
    auto const s = trim_blanks(raw, encoding);
    return field.typed_cells ? shown_cell(s, field.decimal_separator) : to_utf8(s, encoding);
}

std::optional<StoredValue> stored_value(Field const &field, std::string_view utf8)
{
    std::string scratch;
    Field plain = field;
    plain.values.clear();
    plain.form = NumberForm::digits;
    plain.signs.clear();
    bool noted = false;
    auto const s = trim_blanks(utf8, Encoding::utf8);
    StoredValue out;
    if (s.empty()) {
        return out;
    }
    auto const typed = parse_typed(plain, s, Encoding::utf8, plain.kind.kind, scratch, noted);
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

bool takes_anything(Field const &field) noexcept
{
    return field.type == FieldType::text && !is_key(field) && field.values.empty() && !field.typed_cells && !field.nul_is_blank;
}

} // namespace atom
