// Files of data of every kind: whatever stands in them, each byte is of a line or of what parts lines, each line of data is accepted or
// rejected, each fault can be told, and what is found once is found again.

#include "engine/base/encoding.hpp"
#include "engine/base/text.hpp"
#include "engine/base/unicode.hpp"
#include "engine/layout/cell.hpp"
#include "engine/layout/check.hpp"
#include "engine/layout/relation.hpp"
#include "engine/layout/xlsx_reader.hpp"
#include "tests/fuzz/targets.hpp"
#include "tests/fuzz/zip.hpp"

#include <memory>

namespace atom::fuzz {

namespace {

using LayoutPtr = std::shared_ptr<Layout const>;

LayoutPtr layout_of(std::string const &text)
{
    Faults faults;
    auto const root = parse_toml(text, "x.toml", faults);
    auto layout = std::make_shared<Layout const>(read_layout(*root, text, faults));
    must(faults.empty(), "the fuzzer's own layouts are good");
    return layout;
}

/// What a scanner may pass over: blanks, and cells of nothing else.
bool has_no_value(std::string_view bytes, RowShape const &shape)
{
    while (!bytes.empty()) {
        bool const parts = shape.delimiter != 0 && (bytes.front() == shape.delimiter || bytes.front() == shape.quote);
        auto const n = parts ? 1 : blank_at_front(bytes, shape.encoding);
        if (n == 0) {
            return false;
        }
        bytes.remove_prefix(n);
    }
    return true;
}

/// Lines come in order, and everything between them is blank.
void check_rows(Input const &input)
{
    auto const bytes = input.bytes();
    auto at = input.preamble().size();
    auto rows = input.scanner();
    Row row;
    std::uint64_t last = 0;
    while (rows.next(row)) {
        must(row.linha > last, "lines are numbered upwards");
        must(row.offset >= at && row.offset + row.bytes.size() <= bytes.size(), "a line lies in the file");
        must(has_no_value(bytes.substr(at, row.offset - at), input.shape()) || input.layout().format == Format::xlsx,
             "nothing between lines is lost");
        must(rows.offset() > row.offset, "reading goes on");
        at = row.offset + row.bytes.size();
        last = row.linha;
        auto const again = input.row(row.linha);
        must(again.offset == row.offset && again.bytes == row.bytes, "a line is found again by its number");
    }
}

void check_reject(Reject const &r, Input const &input)
{
    must(r.linha > 0 && !r.codigo.empty() && !r.mensagem.empty(), "a fault says where and what");
    must(r.byte < input.original(0, input.bytes().size()).size(), "a fault's place lies in the file");
    must(is_valid_utf8(r.registro) && is_valid_utf8(r.valor), "error files are UTF-8");
}

std::uint64_t walk(Input const &input, int record, int group)
{
    Relation const relation(input, record, group);
    RelationCursor cursor(relation), seeker(relation);
    std::string scratch, other;
    std::uint64_t n = 0;
    while (cursor.next()) {
        ++n;
        must(seeker.seek(cursor.rowid()), "a row is found again by its number");
        for (int c = 0; c < static_cast<int>(relation.columns().size()); ++c) {
            auto const v = cursor.value(c, scratch);
            auto const same = seeker.value(c, other);
            must(v.kind == same.kind && v.integer == same.integer && v.text == same.text, "a value is the same each time");
            must(v.kind != Value::Kind::text || (is_valid_utf8(v.text) && !v.text.empty()), "text in the base is UTF-8, and none is none");
        }
    }
    return n;
}

void check_input(Input &input)
{
    check_rows(input);
    auto const checked = check(input, 1);
    std::uint64_t last = 0;
    for (auto const &f : checked.faults) {
        must(f.linha >= last, "faults are in order");
        last = f.linha;
        check_reject(input.describe(f), input);
    }
    if (checked.refused && checked.refused->code() == code_of(FileFault::incompatible)) {
        return;
    }
    std::uint64_t accepted = 0;
    for (int const r : input.layout().detail_records()) {
        auto const n = walk(input, r, -1);
        must(n == input.good(r).count(), "the good lines are the rows");
        accepted += n;
        for (int g = 0; g < static_cast<int>(input.record(r).groups.size()); ++g) {
            (void)walk(input, r, g);
        }
    }
    must(checked.read == accepted + checked.rejected, "read = accepted + rejected");
}

/// One core or two: the same comes out.
void check_bytes(std::string_view bytes, LayoutPtr const &layout)
{
    try {
        auto input = Input::of_bytes(std::string(bytes), layout);
        check_input(input);
        auto other = Input::of_bytes(std::string(bytes), layout);
        auto twin = Input::of_bytes(std::string(bytes), layout);
        auto const one = check(other, 1), two = check(twin, 2);
        must(one.read == two.read && one.rejected == two.rejected && one.faults.size() == two.faults.size(), "cores do not matter");
    } catch (FileRefused const &e) {
        must(!e.code().empty() && !e.reason().empty(), "a file is refused with words");
    }
}

std::string const k_fields = R"(
fields = [
  { name = "a", at = 2, len = 4, required = true, strip_zeros = true },
  { name = "n", at = 6, len = 4, type = "integer", on_invalid = "null" },
  { name = "v", at = 10, len = 6, type = "decimal", scale = 2, decimal_separator = "," },
  { name = "d", at = 16, len = 8, type = "date", format = "DDMMYYYY", on_invalid = "keep" },
  { name = "cpf", at = 24, len = 14, type = "document", sensitive = true },
  { name = "f1", at = 38, len = 11, type = "phone" },
  { name = "f2", at = 49, len = 11, type = "phone" },
  { name = "b", at = 60, len = 1, type = "boolean" },
]
[[record.group]]
name = "fones"
times = 2
when = "f"
fields = [{ name = "f", column = "f{n}" }]
)";

std::string const k_columns = R"(
fields = [
  { name = "a", required = true, strip_zeros = true },
  { name = "n", type = "integer", on_invalid = "null" },
  { name = "v", type = "decimal", scale = 2 },
  { name = "d", type = "date", format = ["DD/MM/YYYY", "YYYY-MM-DD HH:MM:SS"], on_invalid = "keep" },
  { name = "t", type = "datetime", format = "DD/MM/YYYY HH:MM:SS" },
  { name = "h", type = "time", format = "HH:MM" },
  { name = "cpf", type = "document" },
  { name = "f1", type = "phone" },
  { name = "w", values = ["A", "B"], default = "A" },
  { name = "b", type = "boolean", optional = true },
]
)";

std::string const k_head = "layout = \"x\"\n";

} // namespace

/// The first byte chooses a layout; so it is in the other two.
void fixed_reader(std::string_view bytes)
{
    static LayoutPtr const layouts[] = {
        layout_of(k_head + "format = \"fixed\"\nencoding = \"iso-8859-1\"\nunique = [\"a\"]\n[[record]]\nlength = 60\n" + k_fields),
        layout_of(k_head +
                  "format = \"fixed\"\nencoding = \"auto\"\n[[record]]\nname = \"x\"\nwhen = { at = 1, value = \"1\" }\npad = true\nlength "
                  "= 60\n" +
                  k_fields + "[[record]]\nname = \"fim\"\nrole = \"trailer\"\nwhen = { at = 1, value = \"9\" }\nlength = 5\n" +
                  "fields = [{ name = \"q\", at = 2, len = 4, type = \"integer\" }]\n[[record]]\nname = \"nada\"\nrole = \"ignore\"\n" +
                  "when = { at = 1, value = \"0\" }\n[[control]]\nrecord = \"fim\"\nfield = \"q\"\nequals = \"count(x)\"\n"),
        layout_of(k_head + "format = \"fixed\"\n[[record]]\nlength = 60\non_shape = \"warn\"\n" + k_fields),
    };
    if (!bytes.empty()) {
        check_bytes(bytes.substr(1), layouts[static_cast<unsigned char>(bytes[0]) % 3]);
    }
}

void csv_reader(std::string_view bytes)
{
    static LayoutPtr const layouts[] = {
        layout_of(k_head + "format = \"csv\"\nunique = [\"a\", \"n\"]\n[[record]]\n" + k_columns),
        layout_of(k_head + "format = \"csv\"\nencoding = \"auto\"\nheader = false\n[[record]]\n" + k_columns),
        layout_of(
            k_head +
            "format = \"csv\"\nquote = \"\"\ndelimiter = \",\"\nskip = 1\nencoding = \"windows-1252\"\n[[record]]\non_shape = \"warn\"\n" +
            k_columns),
        layout_of(k_head + "format = \"csv\"\n[[record]]\nname = \"x\"\nwhen = { column = \"w\", value = \"A\" }\n" + k_columns +
                  "[[record]]\nname = \"y\"\nfields = [{ name = \"a\" }]\n"),
    };
    if (!bytes.empty()) {
        check_bytes(bytes.substr(1), layouts[static_cast<unsigned char>(bytes[0]) % 4]);
    }
}

/// A zip as it is; or the text of a sheet, its shared strings and its styles, each ended by a NUL, in a zip that is good.
void xlsx(std::string_view bytes)
{
    static LayoutPtr const layouts[] = {
        layout_of(k_head + "format = \"xlsx\"\nunique = [\"a\"]\n[[record]]\n" + k_columns),
        layout_of(k_head + "format = \"xlsx\"\nheader = false\ndecimal_separator = \".\"\n[[record]]\n" + k_columns),
    };
    if (bytes.empty()) {
        return;
    }
    auto const &layout = layouts[static_cast<unsigned char>(bytes[0]) % 2];
    bytes.remove_prefix(1);
    auto const workbook = bytes.substr(0, 2) == "PK" ? std::string(bytes) : workbook_of(bytes);
    try {
        auto const rows = read_xlsx(workbook, "", {});
        check_bytes(rows->bytes(), layout);
    } catch (FileRefused const &e) {
        must(!e.code().empty() && !e.reason().empty() && is_valid_utf8(e.reason()), "a file is refused with words");
    }
}

} // namespace atom::fuzz
