#include "cmd/command.hpp"
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

/// The texts that stand in a message where its template has {column}; none if it is not of this template.
std::optional<std::vector<std::pair<std::string, std::string>>> filled_in(std::string const &pattern, std::string const &message)
{
    std::vector<std::pair<std::string, std::string>> out;
    std::size_t at = 0, literal = 0;
    for (auto open = pattern.find('{'); open != std::string::npos; open = pattern.find('{', literal)) {
        auto const close = pattern.find('}', open);
        if (close == std::string::npos || message.compare(at, open - literal, pattern, literal, open - literal) != 0) {
            return std::nullopt;
        }
        at += open - literal;
        literal = close + 1;
        auto const next = pattern.substr(literal, pattern.find('{', literal) - literal);
        auto const end = next.empty() ? message.size() : message.find(next, at);
        if (end == std::string::npos) {
            return std::nullopt;
        }
        out.emplace_back(pattern.substr(open + 1, close - open - 1), message.substr(at, end - at));
        at = end;
    }
    return out;
}

/// What the console may show: a value of a sensitive field is masked, and so it is in a message.
class Masker
{
public:
    Masker(Workspace const &workspace, bool reveal) : m_workspace(workspace), m_reveal(reveal) {}

    void apply(Reject &r, FileRow const &file) const
    {
        if (m_reveal) {
            return;
        }
        r.registro.clear();
        auto const layout = m_workspace.layouts.find(file.layout);
        auto const sensitive = [&](std::string const &field) {
            return layout == m_workspace.layouts.end() || is_sensitive(*layout->second, field);
        };
        mask_message(r, file, sensitive);
        if (sensitive(r.campo) && !r.valor.empty()) {
            replace(r.mensagem, r.valor);
            r.valor = masked(r.valor);
        }
    }

private:
    /// A rule's message may hold any column. Where the rule is not found any more, all of the message is masked.
    template <typename Sensitive> void mask_message(Reject &r, FileRow const &file, Sensitive const &sensitive) const
    {
        auto const *const job = m_workspace.job(file.job);
        for (auto const &rule : job != nullptr ? job->rules : std::vector<Rule>{}) {
            if (rule.code != r.codigo) {
                continue;
            }
            if (auto const values = filled_in(rule.message, r.mensagem)) {
                for (auto const &[column, value] : *values) {
                    if (sensitive(column)) {
                        replace(r.mensagem, value);
                    }
                }
                return;
            }
        }
        if (r.linha != 0 && !is_engine_code(r.codigo)) {
            r.mensagem = masked(r.mensagem);
        }
    }

    static bool is_engine_code(std::string const &code)
    {
        for (int i = 0; i <= static_cast<int>(LineFault::incomplete_key); ++i) {
            if (code == code_of(static_cast<LineFault>(i))) {
                return true;
            }
        }
        for (int i = 0; i <= static_cast<int>(FileFault::rule); ++i) {
            if (code == code_of(static_cast<FileFault>(i))) {
                return true;
            }
        }
        return false;
    }

    static void replace(std::string &text, std::string const &value)
    {
        auto const hidden = masked(value);
        for (auto at = value.empty() ? std::string::npos : text.find(value); at != std::string::npos;
             at = text.find(value, at + hidden.size())) {
            text.replace(at, value.size(), hidden);
        }
    }

    static bool is_sensitive(Layout const &layout, std::string const &field)
    {
        return std::any_of(layout.records.begin(), layout.records.end(), [&](Record const &r) {
            auto const marked = [&](int i) { return i >= 0 && r.fields[static_cast<std::size_t>(i)].sensitive; };
            return marked(r.field_index(field)) || std::any_of(r.groups.begin(), r.groups.end(), [&](Group const &g) {
                       return std::any_of(g.columns.begin(), g.columns.end(), [&](Group::Column const &c) {
                           return c.name == field && std::any_of(c.fields.begin(), c.fields.end(), marked);
                       });
                   });
        });
    }

    Workspace const &m_workspace;
    bool m_reveal;
};

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
        Masker const masker(workspace, reveal);
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
