#include "cmd/output.hpp"

#include "cmd/command.hpp"
#include "cmd/table.hpp"

#include "engine/base/json.hpp"
#include "engine/base/language.hpp"
#include "engine/base/text.hpp"
#include "engine/run/situation.hpp"

#include <fmt/format.h>

#include <csignal>
#include <iostream>

namespace atom {

namespace {

JsonObject file_object(FileRow const &f)
{
    JsonObject o;
    f.id == 0 ? o.add_null("id") : o.add("id", f.id); // of a file that has not come
    o.add_or_null("file", printable(f.file)).add_or_null("job", f.job).add("status", f.status).add_or_null("data", f.data);
    o.add("read", f.read).add("accepted", f.accepted).add("rejected", f.rejected).add("warnings", f.warnings);
    o.add_raw("rejects", f.rejects).add_raw("changes", f.changes).add_raw("exports", f.exports);
    return o.add_or_null("reason", f.reason).add_seconds("seconds", f.seconds);
}

Request const *request_for(FileRow const &f, std::vector<Request> const &requests)
{
    auto const it = std::find_if(requests.begin(), requests.end(), [&](Request const &r) { return r.target == std::to_string(f.id); });
    return it == requests.end() ? nullptr : &*it;
}

/// Beside the reason, who asked for what.
std::string with_request(std::string reason, Request const *r)
{
    if (r == nullptr) {
        return reason;
    }
    auto const asked = say("{} asked by {} at {}, for the next look", std::string(tr(r->kind)), r->by, r->at);
    return reason.empty() ? asked : asked + "; " + reason;
}

} // namespace

std::string file_json(FileRow const &f) { return file_object(f).text(); }

std::string reject_json(FileRow const &file, Reject const &r)
{
    JsonObject o;
    o.add("arquivo", printable(file.file)).add("arquivo_id", file.id).add("linha", r.linha).add("byte", r.byte).add("coluna", r.coluna);
    o.add_or_null("campo", r.campo).add("codigo", r.codigo).add("mensagem", r.mensagem).add_or_null("valor", r.valor);
    if (!r.registro.empty()) {
        o.add("registro", r.registro);
    }
    return o.add("aviso", r.warning).text();
}

void print_files(std::vector<FileRow> const &files, bool json, std::vector<Request> const &requests)
{
    if (json) {
        for (auto const &f : files) {
            auto o = file_object(f);
            if (auto const *const r = request_for(f, requests)) {
                o.add_raw("request", JsonObject().add("kind", r->kind).add("by", r->by).add("at", r->at).text());
            }
            std::cout << o.text() << "\n";
        }
        return;
    }
    Table table({"id", "file", "job", "status", "data", "read", "accepted", "rejected", "warnings", "seconds", "reason"});
    table.may_leave_out({"seconds", "accepted", "job", "warnings", "data"});
    for (auto const &f : files) {
        table.add({f.id == 0 ? "" : std::to_string(f.id), printable(f.file), f.job, f.status, f.data, std::to_string(f.read),
                   std::to_string(f.accepted), std::to_string(f.rejected), std::to_string(f.warnings), fmt::format("{:.2f}", f.seconds),
                   with_request(f.reason, request_for(f, requests))});
    }
    table.print();
}

namespace {

/// "3 sent, 1 refused": what there was.
std::string what_was_sent(SendResult const &s)
{
    std::vector<std::string> parts;
    for (auto const &[n, word] :
         {std::pair(s.sent, "sent"), {s.refused, "refused"}, {s.unknown, "unknown"}, {s.gone, "gone"}, {s.waiting, "waiting"}}) {
        if (n > 0) {
            parts.push_back(fmt::format("{} {}", n, tr(word)));
        }
    }
    return join(parts, ", ");
}

} // namespace

void print_kept_back(ExportResult const &x)
{
    std::cout << say("export {}: {}", x.name, kept_back_text(x.name, x.kept_back, x.by)) << "\n";
}

namespace {

void print_done(Outcome const &outcome, bool json)
{
    if (json || !outcome.files.empty()) {
        print_files(outcome.files, json);
    }
    for (auto const &x : outcome.exports) {
        for (auto const &f : x.files) {
            if (!json) {
                std::string const kind(tr(f.kind));
                std::cout << (f.rows == 1 ? say("export {}: {} {} (1 row)", x.name, kind, f.name)
                                          : say("export {}: {} {} ({} rows)", x.name, kind, f.name, f.rows))
                          << "\n";
            }
        }
        if (!json && x.kept_back > 0 && x.is_kept_news) {
            print_kept_back(x);
        }
    }
    for (auto const &s : outcome.sends) {
        if (!json && s.any()) {
            std::cout << say("send {}: {}", s.name, what_was_sent(s)) << "\n";
        }
    }
}

/// Returns the exit code of who was ended by this signal.
int tell_interrupted(Outcome const &outcome, int signal)
{
    for (auto const &name : outcome.broken_off) {
        std::cerr << fmt::format("atom: {}: interrupted; nothing of it is in the base\n", printable(name));
    }
    if (outcome.broken_off.empty()) {
        std::cerr << "atom: interrupted; what was finished stays\n";
    }
    return signal == SIGINT ? k_interrupted : 1;
}

} // namespace

int print_outcome(Outcome const &outcome, Ended const &ended, bool json)
{
    print_done(outcome, json);
    if (ended.fault) {
        std::cout.flush();
        std::rethrow_exception(ended.fault);
    }
    if (ended.signal != 0) {
        std::cout.flush();
        return tell_interrupted(outcome, ended.signal);
    }
    return outcome.failed() ? 1 : 0;
}

} // namespace atom
