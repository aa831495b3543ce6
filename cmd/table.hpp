#pragma once
// Rows as a person reads them on a terminal, or as text with tabs where they are piped.

#include <string>
#include <vector>

namespace atom {

/// Prints rows under a header. On a terminal in columns that fit it, a thousand at a time: numbers to the right, what is too long shortened
/// with …, columns left out that may be, and where even that does not fit, a line a value. Piped: a line each as it comes, with tabs
/// between (tabs and line ends inside become blanks). However many there are, few are held; for a pager all are.
class Table
{
public:
    /// Whose words the headings are: the program's own are translated for a terminal, and so are statuses.
    enum class Words
    {
        ours,
        data
    };
    explicit Table(std::vector<std::string> header, Words words = Words::ours) : m_header(std::move(header)), m_words(words) {}
    /// Columns that give way on a narrow terminal, the first first.
    void may_leave_out(std::vector<std::string> columns) { m_spare = std::move(columns); }
    void add(std::vector<std::string> row);
    /// Prints what add() has not; once, at the end.
    void print();

private:
    void print_line(std::vector<std::string> const &cells);

    std::vector<std::string> m_header;
    Words m_words;
    std::vector<std::string> m_spare;
    std::vector<std::vector<std::string>> m_rows; // not printed yet
    bool m_has_head = false;                      // of a pipe
};

/// A cell on one line.
std::string one_line(std::string cell);

} // namespace atom
