#include "cmd/command.hpp"
#include "cmd/masking.hpp"
#include "cmd/output.hpp"
#include "cmd/reading.hpp"
#include "cmd/row_output.hpp"
#include "cmd/table.hpp"

#include "engine/base/json.hpp"
#include "engine/base/text.hpp"
#include "engine/run/site.hpp"

#include <boost/program_options/value_semantic.hpp>
#include <fmt/format.h>

#include <iostream>

namespace po = boost::program_options;

namespace atom {

namespace {

void options(po::options_description &o, po::positional_options_description &positional)
{
    o.add_options()("file", po::value<std::string>()->value_name("FILE"), "a file's name or its id; also as a plain argument");
    o.add_options()("code", po::value<std::string>()->value_name("CODE"), "only lines with this code");
    o.add_options()("reveal", po::bool_switch(), "show values and whole lines as they are, personal data too");
    add_row_file_options(o);
    positional.add("file", 1);
}

std::vector<FileRow> wanted_files(Ledger &ledger, std::string const &file)
{
    std::vector<FileRow> out;
    for (auto &row : ledger.all("", "")) {
        if (file.empty() || row.file == file || std::to_string(row.id) == file) {
            out.push_back(std::move(row));
        }
    }
    return out;
}

/// The columns, as a person and as a program call them.
std::vector<ReportColumn> columns(bool reveal)
{
    std::vector<ReportColumn> out = {{"arquivo", "Arquivo"}, {"linha", "Linha"},   {"byte", "Byte"},         {"coluna", "Coluna"},
                                     {"campo", "Campo"},     {"codigo", "Código"}, {"mensagem", "Mensagem"}, {"valor", "Valor"}};
    if (reveal) {
        out.push_back({"registro", "Registro"});
    }
    return out;
}

std::vector<SqlValue> row_of(FileRow const &file, Reject const &r, bool reveal)
{
    auto const number = [](auto n) { return SqlValue(static_cast<std::int64_t>(n)); };
    std::vector<SqlValue> out = {printable(file.file), number(r.linha), number(r.byte), number(r.coluna), r.campo, r.codigo,
                                 r.mensagem,           r.valor};
    if (reveal) {
        out.emplace_back(r.registro);
    }
    return out;
}

std::vector<std::string> texts_of(std::vector<SqlValue> const &row)
{
    std::vector<std::string> out;
    for (auto const &v : row) {
        auto const *const n = std::get_if<std::int64_t>(&v);
        out.push_back(n != nullptr ? std::to_string(*n) : std::get<std::string>(v));
    }
    return out;
}

int run(Call const &call)
{
    auto const workspace = call.workspace();
    auto const clock = call.clock(workspace);
    auto const code = call.text("code");
    bool const reveal = call.flag("reveal");
    RowOutput output(call, "Recusas", columns(reveal));
    std::vector<std::string> header;
    for (auto const &c : columns(reveal)) {
        header.push_back(c.name);
    }
    Table table(header);
    table.may_leave_out({"byte", "arquivo", "coluna"});
    int exit_code = 0;
    if (std::filesystem::exists(workspace.base)) {
        Reading const reading(workspace);
        auto const db = open_to_ask(workspace);
        Ledger ledger(*db);
        auto const files = wanted_files(ledger, call.text("file"));
        if (files.empty() && call.has("file")) {
            throw UsageError(fmt::format("no file {} is in the ledger; atom files lists them", call.text("file")));
        }
        RejectMasker const masker(workspace, reveal);
        for (auto const &file : files) {
            ledger.each_reject(file.id, [&](Reject const &reject) {
                auto r = reject;
                if (!code.empty() && r.codigo != code) {
                    return;
                }
                masker.apply(r, file);
                if (output.is_wanted()) {
                    output.row(row_of(file, r, reveal));
                } else if (call.json()) {
                    std::cout << reject_json(file, r) << "\n";
                } else {
                    table.add(texts_of(row_of(file, r, reveal)));
                }
            });
        }
        exit_code = reading.exit_code();
    }
    if (output.is_wanted()) {
        output.commit();
    } else if (!call.json()) {
        table.print();
    }
    return exit_code;
}

} // namespace

Command const k_errors = {"errors",
                          "[FILE]",
                          "rejected and warned lines",
                          "Values of sensitive fields are masked and the lines themselves left out, unless --reveal asks for them.",
                          options,
                          run};

} // namespace atom
