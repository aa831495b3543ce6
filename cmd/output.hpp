#pragma once
// How commands print: tables on a terminal, tab-separated text when piped, JSON lines with --json.

#include "engine/run/poll.hpp"
#include "engine/store/ledger.hpp"

#include <exception>
#include <string>
#include <vector>

namespace atom {

/// Prints rows under a header: in columns on a terminal, a thousand at a time, else a line each as it comes, with tabs between (tabs and
/// line ends inside become blanks). However many there are, few are held.
class Table
{
public:
    explicit Table(std::vector<std::string> header) : m_rows{std::move(header)} {}
    void add(std::vector<std::string> row);
    /// Prints what add() has not; once, at the end.
    void print();

private:
    std::vector<std::vector<std::string>> m_rows; // not printed yet; the header is the first
    std::vector<std::size_t> m_widths;
};

bool is_terminal();

/// The keys that `atom import --json` and `atom files --json` promise.
std::string file_json(FileRow const &file);
void print_files(std::vector<FileRow> const &files, bool json);
/// How work came to its end: by itself, by SIGINT or SIGTERM, or by a fault.
struct Ended
{
    int signal = 0;
    std::exception_ptr fault;
};

/// What a poll, an import or an export did, to its end or not; returns the exit code. Throws the fault that ended it.
int print_outcome(Outcome const &outcome, Ended const &ended, bool json);

} // namespace atom
