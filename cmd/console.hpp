#pragma once
// The terminal that standard output may be: its size, whether it shows colours, and in which language its reader is spoken to.

#include "engine/base/language.hpp"

#include <cstddef>
#include <optional>
#include <string>

namespace atom {

/// Standard output is a terminal.
bool is_terminal();

struct TerminalSize
{
    std::size_t columns = 80, lines = 24;
};
TerminalSize terminal_size();

/// On a terminal, and not where NO_COLOR is set or the terminal is dumb.
bool shows_colours();

/// ATOM_LANG, else what LC_ALL, LC_MESSAGES and LANG say; of a terminal only, for what is piped is read by programs.
Language wanted_language();

/// $PAGER is set.
bool has_pager();
/// Prints what may be longer than the screen: through $PAGER where that is set, and on a terminal that it would run off.
void print_paged(std::string const &text);

/// One line on a terminal's standard error that each new one takes the place of; nothing elsewhere.
class StatusLine
{
public:
    StatusLine();
    ~StatusLine(); // wipes it
    StatusLine(StatusLine const &) = delete;
    StatusLine &operator=(StatusLine const &) = delete;
    bool is_shown() const noexcept { return m_is_terminal; }
    void show(std::string const &text);
    void wipe();

private:
    bool m_is_terminal;
    bool m_is_there = false;
};

} // namespace atom
