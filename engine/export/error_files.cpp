#include "engine/export/error_files.hpp"

#include "engine/base/file.hpp"
#include "engine/base/formula.hpp"
#include "engine/base/text.hpp"
#include "engine/layout/cell.hpp"
#include "engine/layout/xlsx_writer.hpp"

#include <fmt/format.h>

namespace atom {

namespace {

std::string csv_cell(std::string_view text)
{
    auto const cell = defused(text);
    if (cell.find_first_of(";\"\r\n") == std::string::npos) {
        return cell;
    }
    std::string out = "\"";
    for (char const c : cell) {
        out += c;
        if (c == '"') {
            out += '"';
        }
    }
    return out + "\"";
}

} // namespace

void write_error_csv(std::filesystem::path const &path, Ledger &ledger, FileRow const &file)
{
    AtomicFile out(path);
    out.write("\xEF\xBB\xBF" // a mark: by it a spreadsheet knows that this is UTF-8
              "arquivo;linha;byte;coluna;campo;codigo;mensagem;valor;registro\n");
    ledger.each_reject(file.id, [&](Reject const &r) {
        out.write(fmt::format("{};{};{};{};{};{};{};{};{}\n", csv_cell(file.file), r.linha, r.byte, r.coluna, csv_cell(r.campo),
                              csv_cell(r.codigo), csv_cell(r.mensagem), csv_cell(r.valor), csv_cell(r.registro)));
    });
    out.commit();
}

namespace {

/// The rejected lines' numbers, each once, in order.
template <typename Take> void each_rejected_line(Ledger &ledger, FileRow const &file, Take const &take)
{
    std::uint64_t last = 0;
    ledger.each_reject(file.id, [&](Reject const &r) {
        if (!r.warning && r.linha != 0 && r.linha != last) {
            last = r.linha;
            take(r.linha);
        }
    });
}

void write_sheet_row(XlsxWriter &out, std::string_view row)
{
    std::vector<CsvCell> cells;
    split_row(row, sheet_shape(), cells);
    for (auto const &c : cells) {
        out.cell(c.bytes);
    }
    out.end_row();
}

/// Rejected rows under the header (and what is skipped above it) are a spreadsheet again.
void write_rejected_sheet(std::filesystem::path const &path, Ledger &ledger, FileRow const &file, Input const &input)
{
    XlsxWriter out(path, input.layout().sheet.empty() ? "rejeitados" : input.layout().sheet);
    auto head = input.preamble();
    while (!head.empty()) {
        auto const end = head.find(k_row_end);
        write_sheet_row(out, head.substr(0, end));
        head.remove_prefix(end == std::string_view::npos ? head.size() : end + 1);
    }
    each_rejected_line(ledger, file, [&](std::uint64_t linha) { write_sheet_row(out, input.row(linha).bytes); });
    out.commit();
}

} // namespace

void write_rejected_lines(std::filesystem::path const &path, Ledger &ledger, FileRow const &file, Input const &input)
{
    if (input.layout().format == Format::xlsx) {
        write_rejected_sheet(path, ledger, file, input);
        return;
    }
    AtomicFile out(path);
    if (input.layout().format == Format::csv) {
        out.write(input.original(0, input.preamble().size()));
    }
    each_rejected_line(ledger, file, [&](std::uint64_t linha) {
        auto rows = input.scanner_at(linha);
        Row row;
        while (rows.next(row) && row.linha < linha) {
        }
        if (input.layout().format == Format::json) { // of an array: a document a line, which is an input again
            out.write(replaced(std::string(trim(row.bytes)), "\n", " ") + "\n");
            return;
        }
        out.write(input.original(row.offset, rows.offset()));
    });
    out.commit();
}

void write_whole_file(std::filesystem::path const &path, std::filesystem::path const &file)
{
    MappedFile const in(file);
    AtomicFile out(path);
    out.write(in.bytes());
    out.commit();
}

} // namespace atom
