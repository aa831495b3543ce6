#include "cmd/masking.hpp"
#include "cmd/output.hpp"
#include "cmd/plan_output.hpp"
#include "cmd/session.hpp"
#include "cmd/table.hpp"

#include "engine/base/text.hpp"

#include <boost/program_options/value_semantic.hpp>
#include <fmt/format.h>

#include <iostream>

namespace po = boost::program_options;

namespace atom {

namespace {

void options(po::options_description &o, po::positional_options_description &positional)
{
    o.add_options()("file", po::value<std::vector<std::string>>()->value_name("FILE"), "a file to import; also as a plain argument");
    o.add_options()("job", po::value<std::string>()->value_name("NAME"), "the job to use, whatever the name says");
    o.add_options()("force", po::bool_switch(), "take a file whose bytes were had before");
    o.add_options()("release", po::bool_switch(), "pass what the job requires, and what would hold the file");
    o.add_options()("dry-run", po::bool_switch(),
                    "do it all on a copy, show what would change and which lines would be refused, and leave nothing");
    o.add_options()("reveal", po::bool_switch(), "with --dry-run: show values of refused lines as they are, personal data too");
    positional.add("file", -1);
}

/// The lines that an import would refuse or warn about.
void print_rejects(Session &session, Outcome const &outcome, Call const &call)
{
    auto ledger = session.site().ledger;
    RejectMasker const masker(session.workspace(), call.flag("reveal"));
    Table table({"arquivo", "linha", "coluna", "campo", "codigo", "mensagem", "valor"});
    table.may_leave_out({"arquivo", "coluna"});
    bool any = false;
    for (auto const &file : outcome.files) {
        ledger.each_reject(file.id, [&](Reject r) {
            masker.apply(r, file);
            any = true;
            if (call.json()) {
                std::cout << reject_json(file, r) << "\n";
            } else {
                table.add(
                    {printable(file.file), std::to_string(r.linha), std::to_string(r.coluna), r.campo, r.codigo, r.mensagem, r.valor});
            }
        });
    }
    if (any && !call.json()) {
        table.print();
    }
}

int run(Call const &call)
{
    std::vector<std::filesystem::path> paths;
    for (auto const &p : call.texts("file")) {
        if (!std::filesystem::is_regular_file(p)) {
            throw UsageError(fmt::format("{} is no file", p));
        }
        paths.emplace_back(p);
    }
    if (paths.empty()) {
        throw UsageError("no file is named; usage: atom import FILE…");
    }
    ImportOptions const o{call.text("job"), call.flag("force"), call.flag("release")};
    bool const dry_run = call.flag("dry-run");
    Session session(call, "import", true, dry_run);
    if (!o.job.empty() && session.workspace().job(o.job) == nullptr) {
        throw UsageError(unknown_word("job", o.job, session.workspace().job_names()));
    }
    Outcome outcome;
    auto const ended = session.work([&](Site &site) { import_files(site, paths, o, outcome); });
    int const code = print_outcome(outcome, ended, call.json());
    if (dry_run && ended.signal == 0) {
        print_rejects(session, outcome, call);
        print_plan(session.workspace(), session.plan(), outcome, call.json());
    }
    return code;
}

} // namespace

Command const k_import = {
    "import",
    "FILE…",
    "works local files now, as a look at a source would",
    "Error files land beside the file. Waits for a running poll and says who holds it. After Ctrl-C nothing of the file at hand is in the\n"
    "base, what was finished before stays, and the exit code is 130.",
    options,
    run};

} // namespace atom
