#include "cmd/command.hpp"
#include "cmd/masking.hpp"
#include "cmd/reading.hpp"
#include "cmd/table.hpp"

#include "engine/base/json.hpp"
#include "engine/base/language.hpp"
#include "engine/base/text.hpp"
#include "engine/job/column_facts.hpp"
#include "engine/job/report_text.hpp"
#include "engine/run/life.hpp"
#include "engine/run/site.hpp"

#include <boost/program_options/value_semantic.hpp>
#include <fmt/format.h>

#include <iostream>

namespace po = boost::program_options;

namespace atom {

namespace {

void options(po::options_description &o, po::positional_options_description &positional)
{
    o.add_options()("key", po::value<std::string>()->value_name("KEY"), "what names the subject; also as a plain argument");
    o.add_options()("reveal", po::bool_switch(), "show values as they are, personal data too");
    positional.add("key", 1);
}

std::string text_of(SqlValue const &v)
{
    if (auto const *const n = std::get_if<std::int64_t>(&v)) {
        return std::to_string(*n);
    }
    if (auto const *const d = std::get_if<double>(&v)) {
        return fmt::format("{}", *d);
    }
    auto const *const s = std::get_if<std::string>(&v);
    return s != nullptr ? *s : "";
}

class LifePrinter
{
public:
    LifePrinter(Workspace const &workspace, Database &db, bool reveal)
        : m_ledger(db), m_rejects(workspace, reveal), m_columns(workspace, reveal), m_facts(workspace)
    {}

    std::string key_text(SubjectKey const &who) const { return m_columns.text(who.subject->key, text_of(who.key)); }

    std::string json(SubjectKey const &who, LifeEvent e)
    {
        hide(e);
        JsonObject o;
        o.add("subject", who.subject->name).add(who.subject->key, key_text(who)).add_or_null("at", e.at).add("event", e.event);
        o.add_or_null("arquivo", printable(e.arquivo));
        e.arquivo_id != 0 ? o.add("arquivo_id", e.arquivo_id) : o.add_null("arquivo_id");
        e.linha != 0 ? o.add("linha", e.linha) : o.add_null("linha");
        o.add_or_null("job", e.job).add_or_null("data", e.data).add_or_null("regra", e.regra).add_or_null("table", e.table);
        o.add_or_null("export", e.export_name).add_or_null("kind", e.kind).add_or_null("campo", e.campo).add_or_null("codigo", e.codigo);
        o.add_or_null("mensagem", e.mensagem).add_or_null("valor", e.valor);
        JsonObject values;
        for (auto const &[column, value] : e.values) {
            auto const *const n = std::get_if<std::int64_t>(&value);
            auto const text = text_of(value);
            n != nullptr && !m_columns.masks(column, text) ? values.add(column, *n) : values.add(column, m_columns.text(column, text));
        }
        return o.add_raw("values", values.text()).text();
    }

    std::vector<std::string> row(LifeEvent e)
    {
        hide(e);
        return {e.at, e.event, printable(e.arquivo), e.linha != 0 ? std::to_string(e.linha) : "", e.regra, what(e)};
    }

private:
    void hide(LifeEvent &e)
    {
        if (e.codigo.empty()) {
            return;
        }
        Reject r;
        r.linha = static_cast<std::uint64_t>(e.linha);
        r.campo = e.campo;
        r.codigo = e.codigo;
        r.mensagem = e.mensagem;
        r.valor = e.valor;
        m_rejects.apply(r, m_ledger.find(e.arquivo_id).value_or(FileRow{}));
        e.mensagem = r.mensagem;
        e.valor = r.valor;
    }

    /// "table: column value, column value", "CODE: message", "export (delta)".
    std::string what(LifeEvent const &e) const
    {
        if (!e.codigo.empty()) {
            return fmt::format("{}: {}", e.codigo, e.mensagem);
        }
        if (!e.export_name.empty()) {
            auto const head = e.kind.empty() ? e.export_name : fmt::format("{} ({})", e.export_name, e.kind);
            auto const why = e.values.empty() ? e.mensagem : fmt::format("{} ({})", e.mensagem, values_of(e));
            return why.empty() ? head : fmt::format("{}: {}", head, why);
        }
        return e.mensagem.empty() ? fmt::format("{}: {}", e.table, values_of(e)) : e.mensagem;
    }

    /// "column value, column value": amounts as people write them.
    std::string values_of(LifeEvent const &e) const
    {
        constexpr std::size_t k_most = 12; // columns; --json has them all
        std::vector<std::string> parts;
        for (auto const &[column, value] : e.values) {
            if (parts.size() == k_most) {
                parts.emplace_back("…");
                break;
            }
            ReportColumn const known{column, column, m_facts.scale(e.table, column).value_or(-1), false};
            auto const text = known.scale >= 0 ? shown_cell(known, value) : text_of(value);
            parts.push_back(fmt::format("{} {}", column, m_columns.text(column, text)));
        }
        return join(parts, ", ");
    }

    Ledger m_ledger;
    RejectMasker m_rejects;
    ColumnMasker m_columns;
    ColumnFacts m_facts;
};

int run(Call const &call)
{
    auto const typed = call.text("key");
    if (typed.empty()) {
        throw UsageError("no key is named; usage: atom why KEY");
    }
    auto const workspace = call.workspace();
    auto const clock = call.clock(workspace);
    if (workspace.subjects.empty()) {
        throw UsageError("the pack declares no subject; a file under jobs/ with subject = \"name\" does (docs/commands.md)");
    }
    Reading const reading(workspace);
    std::vector<SubjectKey> found;
    std::unique_ptr<Database> db;
    if (std::filesystem::exists(workspace.base)) {
        db = open_to_ask(workspace);
        found = find_subjects(*db, workspace, typed);
    }
    if (found.empty()) {
        std::vector<std::string> columns;
        for (auto const &s : workspace.subjects) {
            columns.push_back(fmt::format("{} ({})", s.table, join(s.find, ", ")));
        }
        std::cerr << "atom: "
                  << say("nothing is known of this key; it was looked for in {}, their history and the rejected lines", join(columns, ", "))
                  << "\n";
        return 1;
    }
    LifePrinter printer(workspace, *db, call.flag("reveal"));
    for (auto const &who : found) {
        auto const events = life_of(*db, workspace, *clock, who);
        if (call.json()) {
            for (auto const &e : events) {
                std::cout << printer.json(who, e) << "\n";
            }
            continue;
        }
        std::cout << fmt::format("{} {} {}\n", who.subject->name, who.subject->key, printer.key_text(who));
        Table table({"at", "event", "arquivo", "linha", "regra", "what"});
        for (auto const &e : events) {
            table.add(printer.row(e));
        }
        table.may_leave_out({"regra", "linha", "arquivo"});
        table.print();
    }
    return reading.exit_code();
}

} // namespace

Command const k_why = {
    "why",
    "KEY",
    "everything that made a subject what it is, in order of time",
    "Files with line and rule, refused lines, outputs that took it along, and why it is not out. KEY is a value of one of the\n"
    "subject's find columns; all subjects that it may mean are told. Personal data is masked.",
    options,
    run};

} // namespace atom
