#include "cmd/table.hpp"

#include "cmd/console.hpp"

#include "engine/base/encoding.hpp"
#include "engine/base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <numeric>
#include <string_view>
#include <utility>

namespace atom {

namespace {

constexpr std::size_t k_gap = 2;     // blanks between columns
constexpr std::size_t k_least = 8;   // characters that a shortened text keeps
constexpr std::size_t k_enough = 18; // characters of a text for which other columns give way

constexpr char const *k_bold = "\x1b[1m", *k_red = "\x1b[31m", *k_green = "\x1b[32m", *k_yellow = "\x1b[33m", *k_plain = "\x1b[0m";

/// Columns that hold a status, and the colours of statuses.
bool is_status_column(std::string_view name) { return name == "status" || name == "state" || name == "event" || name == "kind"; }

struct Status
{
    std::string_view word;
    char const *colour;
};
constexpr Status k_statuses[] = {{"failed", k_red},        {"wrong", k_red},      {"overdue", k_red},      {"rejected", k_red},
                                 {"held", k_yellow},       {"waiting", k_yellow}, {"kept_back", k_yellow}, {"warned", k_yellow},
                                 {"unmatched", k_yellow},  {"note", k_yellow},    {"done", k_green},       {"ok", k_green},
                                 {"interrupted", k_yellow}};

bool is_number(std::string_view s)
{
    return s.find_first_of("0123456789") != std::string_view::npos && s.find_first_not_of("0123456789.,%-") == std::string_view::npos &&
           s.find('-', 1) == std::string_view::npos;
}

/// The first `n` characters, or the last.
std::string_view begin_of(std::string_view s, std::size_t n)
{
    std::size_t at = 0;
    for (; at < s.size() && n > 0; --n) {
        do {
            ++at;
        } while (at < s.size() && (static_cast<unsigned char>(s[at]) & 0xC0U) == 0x80U);
    }
    return s.substr(0, at);
}

std::string_view end_of(std::string_view s, std::size_t n)
{
    auto const all = count_characters(s);
    return n >= all ? s : s.substr(begin_of(s, all - n).size());
}

/// A sentence loses its end; of one word, a file's name say, its middle says least.
std::string shortened(std::string const &s, std::size_t width)
{
    if (count_characters(s) <= width) {
        return s;
    }
    if (width < 4 || s.find(' ') != std::string::npos) {
        return std::string(begin_of(s, width - 1)) + "…";
    }
    auto const behind = (width - 1) / 2;
    return std::string(begin_of(s, width - 1 - behind)) + "…" + std::string(end_of(s, behind));
}

struct Column
{
    std::string name, shown;
    std::size_t at = 0;    // in a row
    std::size_t width = 0; // that it wants, then that it gets
    std::size_t least = 0;
    bool is_numeric = true;
    bool is_status = false;
};

class Layouter
{
public:
    Layouter(std::vector<std::string> const &header, std::vector<std::vector<std::string>> const &rows, bool ours,
             std::vector<std::string> spare, TerminalSize size)
        : m_rows(rows), m_ours(ours), m_spare(std::move(spare)), m_width(size.columns), m_colours(shows_colours())
    {
        for (std::size_t i = 0; i < header.size(); ++i) {
            m_columns.push_back(column(header[i], i));
        }
    }

    std::string text()
    {
        for (auto next = m_spare.begin(); next != m_spare.end() && needed(k_enough) > m_width; ++next) {
            m_columns.erase(std::remove_if(m_columns.begin(), m_columns.end(), [&](Column const &c) { return c.name == *next; }),
                            m_columns.end());
        }
        if (needed(k_least) > m_width) {
            return a_line_a_value();
        }
        narrow();
        std::string out = line([](Column const &c) { return c.shown; }, true);
        for (auto const &row : m_rows) {
            out += line([&](Column const &c) { return cell(row, c); }, false);
        }
        return out;
    }

private:
    Column column(std::string const &name, std::size_t at) const
    {
        Column c;
        c.name = name;
        c.at = at;
        c.is_status = m_ours && is_status_column(name);
        c.shown = m_ours ? std::string(tr(name)) : name;
        std::size_t widest = 0;
        bool any = false;
        for (auto const &row : m_rows) {
            auto const text = cell(row, c);
            widest = std::max(widest, count_characters(text));
            any = any || !text.empty();
            c.is_numeric = c.is_numeric && (text.empty() || is_number(text));
        }
        c.is_numeric = c.is_numeric && any;
        c.width = std::max(widest, count_characters(c.shown));
        c.least = c.is_numeric || c.is_status ? std::max<std::size_t>(widest, 3) : c.width; // a number or a status is never cut
        return c;
    }

    std::string cell(std::vector<std::string> const &row, Column const &c) const
    {
        auto const &text = row[c.at];
        return c.is_status ? std::string(tr(text)) : text;
    }

    /// How wide all is where texts have no more than `most` characters.
    std::size_t needed(std::size_t most) const
    {
        return std::accumulate(m_columns.begin(), m_columns.end(), k_gap * (m_columns.size() - 1), [&](std::size_t sum, Column const &c) {
            return sum + (c.is_numeric || c.is_status ? c.least : std::min(c.width, most));
        });
    }

    /// The widest give way first; of numbers only their headings.
    void narrow()
    {
        auto const total = [&] {
            return std::accumulate(m_columns.begin(), m_columns.end(), k_gap * (m_columns.size() - 1),
                                   [](std::size_t sum, Column const &c) { return sum + c.width; });
        };
        while (total() > m_width) {
            Column *widest = nullptr;
            for (auto &c : m_columns) {
                auto const least = c.is_numeric || c.is_status ? c.least : std::min(c.width, k_least);
                if (c.width > least && (widest == nullptr || c.width > widest->width)) {
                    widest = &c;
                }
            }
            if (widest == nullptr) {
                return;
            }
            --widest->width;
        }
    }

    template <typename Text> std::string line(Text const &text, bool is_head) const
    {
        std::string out;
        for (auto const &c : m_columns) {
            auto const shown = shortened(text(c), c.width);
            auto const blanks = std::string(c.width - std::min(c.width, count_characters(shown)), ' ');
            auto const filled = c.is_numeric ? blanks + shown : &c == &m_columns.back() ? shown : shown + blanks;
            out += (&c == m_columns.data() ? "" : std::string(k_gap, ' ')) + coloured(filled, shown, c, is_head);
        }
        return out + "\n";
    }

    std::string coloured(std::string const &filled, std::string const &shown, Column const &c, bool is_head) const
    {
        if (!m_colours) {
            return filled;
        }
        if (is_head) {
            return k_bold + filled + k_plain;
        }
        auto const *const colour = c.is_status ? status_colour(shown) : nullptr;
        return colour == nullptr ? filled : colour + filled + k_plain;
    }

    static char const *status_colour(std::string_view shown)
    {
        auto const *const it =
            std::find_if(std::begin(k_statuses), std::end(k_statuses), [&](Status const &s) { return tr(s.word) == shown; });
        return it == std::end(k_statuses) ? nullptr : it->colour;
    }

    /// Too many columns for a line: a row is a block of lines, one for each value that is there.
    std::string a_line_a_value() const
    {
        std::size_t names = 0;
        for (auto const &c : m_columns) {
            names = std::max(names, count_characters(c.shown));
        }
        std::string out;
        std::size_t number = 0;
        for (auto const &row : m_rows) {
            out += fmt::format("{}--- {} ---\n", number == 0 ? "" : "\n", number + 1);
            ++number;
            for (auto const &c : m_columns) {
                auto const text = cell(row, c);
                if (!text.empty()) {
                    auto const room = m_width > names + k_gap + k_least ? m_width - names - k_gap : k_least;
                    out += c.shown + std::string(names - count_characters(c.shown) + k_gap, ' ') + shortened(text, room) + "\n";
                }
            }
        }
        return out;
    }

    std::vector<std::vector<std::string>> const &m_rows;
    bool m_ours;
    std::vector<std::string> m_spare;
    std::size_t m_width;
    bool m_colours;
    std::vector<Column> m_columns;
};

} // namespace

std::string one_line(std::string s)
{
    std::replace_if(
        s.begin(), s.end(), [](char c) { return c == '\t' || c == '\n' || c == '\r'; }, ' ');
    return s;
}

void Table::print_line(std::vector<std::string> const &cells)
{
    if (!std::exchange(m_has_head, true)) {
        std::cout << join(m_header, "\t") << "\n";
    }
    for (auto const &cell : cells) {
        std::cout << (&cell == cells.data() ? "" : "\t") << one_line(cell);
    }
    std::cout << (cells.empty() ? "" : "\n");
}

void Table::add(std::vector<std::string> row)
{
    constexpr std::size_t k_together = 1000;
    if (!is_terminal()) {
        print_line(row);
        return;
    }
    for (auto &cell : row) {
        cell = one_line(std::move(cell));
    }
    m_rows.push_back(std::move(row));
    if (m_rows.size() >= k_together && !has_pager()) {
        print();
        m_rows.clear();
    }
}

void Table::print()
{
    if (is_terminal()) {
        print_paged(Layouter(m_header, m_rows, m_words == Words::ours, m_spare, terminal_size()).text());
    } else {
        print_line({});
    }
}

} // namespace atom
