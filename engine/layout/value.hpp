#pragma once
// From the bytes of one field to the value that the base keeps, and back. Pure functions of a field's declaration.

#include "engine/layout/fault.hpp"
#include "engine/layout/layout.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace atom {

/// A value that owns nothing: text points into the input, into the field's declaration, or into the scratch string of the call that made
/// it, and dies with the next use of these.
struct Value
{
    enum class Kind : std::uint8_t
    {
        none,
        integer,
        text
    } kind = Kind::none;
    std::int64_t integer = 0;
    std::string_view text;

    static Value of(std::int64_t i) { return {Kind::integer, i, {}}; }
    static Value of(std::string_view s) { return {Kind::text, 0, s}; }
    static Value of(StoredValue const &s) { return s.none ? Value{} : s.is_text ? of(std::string_view(s.text)) : of(s.integer); }
    bool none() const noexcept { return kind == Kind::none; }
};

struct Parsed
{
    Value value;
    LineFault fault = LineFault::none; // encoding, value or required; with on_invalid the value is then what the field keeps
    bool warning = false; // the fault does not cost the line; without one: the value is good, and not of the kind that was told
};

/// `raw` are the field's bytes in the file's encoding (of a quoted CSV field: without its quotes).
/// `kind` is what the row says of a document; else what the field says.
Parsed parse_field(Field const &field, std::string_view raw, Encoding encoding, std::string &scratch,
                   std::optional<DocumentKind> kind = std::nullopt);
/// Of a JSON number, which may have an exponent, or decimals that are zeros.
Parsed parse_number(Field const &field, std::string_view raw, std::string &scratch);

/// The same of a field that its line ends in: part of a number is another number, so only text that is no key may be short. Where lines of
/// another length are read with a warning (`line_warns`) the field is none, and only a key costs the line.
Parsed parse_cut(Field const &field, bool line_warns, std::string_view raw, Encoding encoding, std::string &scratch);
/// A field that its line ends in has no value.
bool must_be_whole(Field const &field) noexcept;

/// The same for what is none of the kinds that its type takes (JSON: an object where a text should be). `shown` is its text.
Parsed refuse_field(Field const &field, std::string_view shown, std::string &scratch);

/// The field's text as in the file, trimmed, as UTF-8; none if blank.
Value raw_text(std::string_view raw, Encoding encoding, std::string &scratch);

/// The field's text for people, trimmed, as UTF-8: a spreadsheet's number with the field's separator.
std::string shown_raw(Field const &field, std::string_view raw, Encoding encoding);

/// What the base would keep of this UTF-8 text; none if the type refuses it. For defaults, lists of values and samples.
std::optional<StoredValue> stored_value(Field const &field, std::string_view utf8);

/// A kept value as text for a person or a sample: decimals with a point and their scale, booleans 1 and 0, none "".
std::string shown_value(Field const &field, Value const &value);

/// The short way for what most fields of a fixed file are: text, digits, YYYYMMDD. Made once a field.
struct QuickRead
{
    enum class Kind : std::uint8_t
    {
        none, // only parse_field() can read it
        text,
        digits, // an integer, or a decimal with implied places
        day     // a date of the format YYYYMMDD
    };
    Kind kind = Kind::none;
    bool strip_zeros = false;
    bool is_key = false;
    bool may_be_empty = true; // else what an empty one means is parse_field()'s affair
    Encoding encoding = Encoding::utf8;

    static QuickRead of(Field const &field, Encoding encoding);
    bool operator==(QuickRead const &) const = default;
    /// True if the value was read: it is then what parse_field() would give, without a fault. Text is taken for good: the caller knows that
    /// check() found no wrong byte.
    bool operator()(std::string_view raw, std::string &scratch, Value &value) const;
};

/// Its bytes are a number as a machine has it, not text.
bool is_binary(Field const &field) noexcept;

/// True where only the encoding can be wrong: no parsing is needed to know that such a field is good.
bool takes_anything(Field const &field) noexcept;

} // namespace atom
