#pragma once
// How commands print: tables on a terminal, tab-separated text when piped, JSON lines with --json.

#include "engine/run/poll.hpp"
#include "engine/store/ledger.hpp"

#include <exception>
#include <string>
#include <vector>

namespace atom {

/// Gathers rows and prints them at the end: in columns with a header on a terminal, else a line each with tabs between (tabs and line ends
/// inside become blanks).
class Table
{
public:
    explicit Table(std::vector<std::string> header) : m_header(std::move(header)) {}
    void add(std::vector<std::string> row) { m_rows.push_back(std::move(row)); }
    void print() const;

private:
    std::vector<std::string> m_header;
    std::vector<std::vector<std::string>> m_rows;
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
