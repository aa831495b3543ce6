#include "cmd/command.hpp"
#include "cmd/masking.hpp"
#include "cmd/output.hpp"

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

std::string json_of(FileRow const &file, Reject const &r)
{
    JsonObject o;
    o.add("arquivo", printable(file.file)).add("arquivo_id", file.id).add("linha", r.linha).add("byte", r.byte).add("coluna", r.coluna);
    o.add_or_null("campo", r.campo).add("codigo", r.codigo).add("mensagem", r.mensagem).add_or_null("valor", r.valor);
    if (!r.registro.empty()) {
        o.add("registro", r.registro);
    }
    return o.add("aviso", r.warning).text();
}

int run(Call const &call)
{
    auto const workspace = call.workspace();
    auto const clock = call.clock(workspace);
    auto const code = call.text("code");
    bool const reveal = call.flag("reveal");
    std::vector<std::string> header = {"arquivo", "linha", "byte", "coluna", "campo", "codigo", "mensagem", "valor"};
    if (reveal) {
        header.emplace_back("registro");
    }
    Table table(header);
    if (std::filesystem::exists(workspace.base)) {
        auto const db = open_base(workspace, OpenMode::read_only);
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
                if (call.json()) {
                    std::cout << json_of(file, r) << "\n";
                    return;
                }
                std::vector<std::string> row = {printable(file.file),
                                                std::to_string(r.linha),
                                                std::to_string(r.byte),
                                                std::to_string(r.coluna),
                                                r.campo,
                                                r.codigo,
                                                r.mensagem,
                                                r.valor};
                if (reveal) {
                    row.push_back(r.registro);
                }
                table.add(std::move(row));
            });
        }
    }
    if (!call.json()) {
        table.print();
    }
    return 0;
}

} // namespace

Command const k_errors = {"errors",
                          "[FILE]",
                          "rejected and warned lines",
                          "Values of sensitive fields are masked and the lines themselves left out, unless --reveal asks for them.",
                          options,
                          run};

} // namespace atom
