#include "cmd/output.hpp"

#include "cmd/command.hpp"

#include "engine/base/encoding.hpp"
#include "engine/base/json.hpp"
#include "engine/base/text.hpp"

#include <fmt/format.h>

#include <csignal>
#include <iostream>

#include <unistd.h>

namespace atom {

bool is_terminal()
{
    static bool const is_one = ::isatty(STDOUT_FILENO) != 0;
    return is_one;
}

namespace {

std::string one_line(std::string s)
{
    std::replace_if(
        s.begin(), s.end(), [](char c) { return c == '\t' || c == '\n' || c == '\r'; }, ' ');
    return s;
}

/// As wide as what came so far.
void print_columns(std::vector<std::vector<std::string>> const &rows, std::vector<std::size_t> &widths)
{
    for (auto const &row : rows) {
        widths.resize(std::max(widths.size(), row.size()));
        for (std::size_t i = 0; i < row.size(); ++i) {
            widths[i] = std::max(widths[i], count_characters(row[i]));
        }
    }
    for (auto const &row : rows) {
        std::string line;
        for (std::size_t i = 0; i < row.size(); ++i) {
            line += row[i];
            if (i + 1 < row.size()) {
                line.append(widths[i] - count_characters(row[i]) + 2, ' ');
            }
        }
        std::cout << line << "\n";
    }
}

} // namespace

void Table::add(std::vector<std::string> row)
{
    constexpr std::size_t k_together = 1000;
    m_rows.push_back(std::move(row));
    if (!is_terminal() || m_rows.size() >= k_together) {
        print();
    }
}

void Table::print()
{
    for (auto &row : m_rows) {
        for (auto &cell : row) {
            cell = one_line(cell);
        }
    }
    if (is_terminal()) {
        print_columns(m_rows, m_widths);
    } else {
        for (auto const &row : m_rows) {
            std::cout << join(row, "\t") << "\n";
        }
    }
    m_rows.clear();
}

std::string file_json(FileRow const &f)
{
    JsonObject o;
    f.id == 0 ? o.add_null("id") : o.add("id", f.id); // of a file that has not come
    o.add_or_null("file", printable(f.file)).add_or_null("job", f.job).add("status", f.status).add_or_null("data", f.data);
    o.add("read", f.read).add("accepted", f.accepted).add("rejected", f.rejected).add("warnings", f.warnings);
    o.add_raw("rejects", f.rejects).add_raw("changes", f.changes).add_raw("exports", f.exports);
    return o.add_or_null("reason", f.reason).add_seconds("seconds", f.seconds).text();
}

void print_files(std::vector<FileRow> const &files, bool json)
{
    if (json) {
        for (auto const &f : files) {
            std::cout << file_json(f) << "\n";
        }
        return;
    }
    Table table({"id", "file", "job", "status", "data", "read", "accepted", "rejected", "warnings", "seconds", "reason"});
    for (auto const &f : files) {
        table.add({f.id == 0 ? "" : std::to_string(f.id), printable(f.file), f.job, f.status, f.data, std::to_string(f.read),
                   std::to_string(f.accepted), std::to_string(f.rejected), std::to_string(f.warnings), fmt::format("{:.2f}", f.seconds),
                   f.reason});
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
            parts.push_back(fmt::format("{} {}", n, word));
        }
    }
    return join(parts, ", ");
}

} // namespace

namespace {

void print_done(Outcome const &outcome, bool json)
{
    if (json || !outcome.files.empty()) {
        print_files(outcome.files, json);
    }
    for (auto const &x : outcome.exports) {
        for (auto const &f : x.files) {
            if (!json) {
                std::cout << fmt::format("export {}: {} {} ({})\n", x.name, f.kind, f.name, counted(f.rows, "row"));
            }
        }
    }
    for (auto const &s : outcome.sends) {
        if (!json && s.any()) {
            std::cout << fmt::format("send {}: {}\n", s.name, what_was_sent(s));
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
