#include "engine/layout/value.hpp"

#include "engine/base/decimal.hpp"
#include "engine/base/document.hpp"
#include "engine/base/phone.hpp"
#include "engine/base/text.hpp"
#include "engine/base/unicode.hpp"
#include "engine/layout/cell.hpp"
#include "engine/layout/key_text.hpp"
#include "engine/layout/number.hpp"

#include <fmt/format.h>

#include <algorithm>

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
    case FieldType::decimal: return integer_or_refused(read_number(f, s, encoding));
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

bool takes_anything(Field const &field) noexcept
{
    return field.type == FieldType::text && !is_key(field) && field.values.empty() && !field.typed_cells && !field.nul_is_blank;
}

} // namespace atom
