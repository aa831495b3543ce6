// Parses the samples of a layout (declared in layout/check.hpp): a layout that cannot read its own example is refused.

#include "engine/base/text.hpp"
#include "engine/layout/cell.hpp"
#include "engine/layout/check.hpp"
#include "engine/layout/relation.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace atom {

namespace {

/// The header row that a CSV sample stands under: the columns of all records, each once.
std::string sample_header(Layout const &layout)
{
    std::vector<std::string> columns;
    for (auto const &r : layout.records) {
        for (auto const &f : r.fields) {
            if (!f.is_joined() && std::find(columns.begin(), columns.end(), f.column) == columns.end()) {
                columns.push_back(f.column);
            }
        }
    }
    if (layout.quote != 0) {
        auto const quote = std::string(1, layout.quote);
        std::for_each(columns.begin(), columns.end(), [&](std::string &c) { c = quote + replaced(c, quote, quote + quote) + quote; });
    }
    return join(columns, std::string(1, layout.delimiter));
}

/// A line below what the layout wants above it, in the layout's encoding.
std::string file_of(Layout const &layout, std::string const &line)
{
    if (layout.format == Format::xlsx) {
        return std::string(layout.skip, k_row_end) + (layout.header ? row_of_text(sample_header(layout)) + k_row_end : "") +
               row_of_text(line);
    }
    auto text = line + "\n";
    if (layout.format == Format::csv) {
        text = std::string(layout.skip, '\n') + (layout.header ? sample_header(layout) + "\n" : "") + text;
    }
    auto const named = layout.encoding.value_or(Encoding::utf8);
    auto const encoding = named == Encoding::iso_8859_1 ? Encoding::windows_1252 : named; // it is read so
    return from_utf8(text, encoding).value_or(text);
}

void compare(Input const &input, int record, Sample const &sample, Faults &faults)
{
    auto const &r = input.record(record);
    RowFields fields(input, record);
    auto rows = input.scanner();
    Row row;
    rows.next(row);
    fields.set(row);
    std::string scratch;
    std::vector<std::string> names;
    for (auto const &f : r.fields) {
        names.push_back(f.name);
    }
    for (auto const &[name, wanted] : sample.expect) {
        auto const i = r.field_index(name);
        if (i < 0) {
            faults.add(sample.expect_pos, unknown_word("field in expect", name, names));
            continue;
        }
        auto const &f = r.fields[static_cast<std::size_t>(i)];
        auto const got = shown_value(f, fields.parse(i, scratch).value);
        if (got != wanted) {
            faults.add(sample.expect_pos, fmt::format("the sample's {} is \"{}\", not \"{}\"", name, got, wanted));
        }
    }
}

void check_sample(std::shared_ptr<Layout const> const &layout, Sample const &sample, Faults &faults)
{
    auto input =
        layout->format == Format::json ? Input::of_document(sample.line, layout) : Input::of_bytes(file_of(*layout, sample.line), layout);
    RowFields fields(input, 0);
    auto rows = input.scanner();
    Row row;
    rows.next(row);
    fields.set(row);
    auto const record = input.record_of(fields);
    auto const checked = check(input, 1);
    if (checked.refused && checked.refused->code() == code_of(FileFault::incompatible)) {
        faults.add(sample.pos, fmt::format("the sample's line has {} bytes and fits no record", row.bytes.size()));
        return;
    }
    for (auto const &f : checked.faults) {
        auto const reject = input.describe(f);
        faults.add(sample.pos,
                   fmt::format("the sample is refused: {} at {} ({}): {}", reject.codigo, reject.coluna, reject.campo, reject.mensagem));
    }
    if (record >= 0) {
        compare(input, record, sample, faults);
    }
}

} // namespace

Input empty_input(std::shared_ptr<Layout const> layout)
{
    auto headless = std::make_shared<Layout>(*layout);
    headless->header = false;
    headless->skip = 0;
    return Input::of_bytes(".", std::move(headless));
}

void check_samples(std::shared_ptr<Layout const> const &layout, Faults &faults)
{
    for (auto const &sample : layout->samples) {
        try {
            check_sample(layout, sample, faults);
        } catch (FileRefused const &e) {
            faults.add(sample.pos, fmt::format("the sample is refused: {}: {}", e.code(), e.reason()));
        }
    }
}

} // namespace atom
