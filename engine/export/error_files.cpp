#include "engine/export/error_files.hpp"

#include "engine/base/file.hpp"

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

std::string defused(std::string_view cell)
{
    bool const formula = !cell.empty() && std::string_view("=+-@\t\r").find(cell.front()) != std::string_view::npos;
    return (formula ? "'" : "") + std::string(cell);
}

void write_error_csv(std::filesystem::path const &path, Ledger &ledger, FileRow const &file)
{
    AtomicFile out(path);
    out.write("arquivo;linha;byte;coluna;campo;codigo;mensagem;valor;registro\n");
    ledger.each_reject(file.id, [&](Reject const &r) {
        out.write(fmt::format("{};{};{};{};{};{};{};{};{}\n", csv_cell(file.file), r.linha, r.byte, r.coluna, csv_cell(r.campo), csv_cell(r.codigo),
                              csv_cell(r.mensagem), csv_cell(r.valor), csv_cell(r.registro)));
    });
    out.commit();
}

void write_rejected_lines(std::filesystem::path const &path, Ledger &ledger, FileRow const &file, Input const &input)
{
    AtomicFile out(path);
    if (input.layout().format == Format::csv) {
        out.write(input.preamble());
    }
    std::uint64_t last = 0;
    ledger.each_reject(file.id, [&](Reject const &r) {
        if (r.warning || r.linha == 0 || r.linha == last) {
            return;
        }
        last = r.linha;
        auto rows = input.scanner_at(r.linha);
        Row row;
        while (rows.next(row) && row.linha < r.linha) {
        }
        out.write(input.bytes().substr(static_cast<std::size_t>(row.offset), static_cast<std::size_t>(rows.offset() - row.offset)));
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
