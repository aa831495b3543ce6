#include "cmd/console.hpp"

#include "engine/base/encoding.hpp"
#include "engine/base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <memory>

#include <sys/ioctl.h>
#include <unistd.h>

namespace atom {

namespace {

std::string environment(char const *name)
{
    char const *const value = std::getenv(name);
    return value != nullptr ? value : "";
}

bool is_portuguese(std::string const &name) { return to_lower(name).substr(0, 2) == "pt"; }

} // namespace

bool is_terminal()
{
    static bool const is_one = ::isatty(STDOUT_FILENO) != 0;
    return is_one;
}

bool has_pager() { return !environment("PAGER").empty(); }

TerminalSize terminal_size()
{
    winsize size = {};
    if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) {
        return {};
    }
    return {size.ws_col, size.ws_row};
}

bool shows_colours() { return is_terminal() && environment("NO_COLOR").empty() && environment("TERM") != "dumb"; }

Language wanted_language()
{
    if (!is_terminal()) {
        return Language::english;
    }
    for (auto const *name : {"ATOM_LANG", "LC_ALL", "LC_MESSAGES", "LANG"}) {
        if (auto const value = environment(name); !value.empty()) {
            return is_portuguese(value) ? Language::portuguese : Language::english;
        }
    }
    return Language::english;
}

void print_paged(std::string const &text)
{
    auto const lines = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
    auto const pager = environment("PAGER");
    if (!is_terminal() || pager.empty() || lines < terminal_size().lines) {
        std::cout << text;
        return;
    }
    std::cout.flush();
    auto *const before = std::signal(SIGPIPE, SIG_IGN); // who leaves the pager early has seen enough
    std::FILE *const out = ::popen(pager.c_str(), "w");
    if (out == nullptr) {
        std::cout << text;
    } else {
        (void)std::fwrite(text.data(), 1, text.size(), out); // what it does not take, nobody wants to see
        (void)::pclose(out);
    }
    (void)std::signal(SIGPIPE, before);
}

StatusLine::StatusLine() : m_is_terminal(::isatty(STDERR_FILENO) != 0 && environment("TERM") != "dumb") {}

StatusLine::~StatusLine() { wipe(); }

void StatusLine::show(std::string const &text)
{
    if (!m_is_terminal) {
        return;
    }
    winsize size = {};
    bool const is_known = ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
    auto const width = is_known ? std::size_t{size.ws_col} - 1 : 79;
    auto shown = text;
    while (count_characters(shown) > width) {
        do {
            shown.pop_back();
        } while (!shown.empty() && !is_valid_utf8(shown));
    }
    std::fputs(("\r" + shown + "\x1b[K").c_str(), stderr);
    m_is_there = true;
}

void StatusLine::wipe()
{
    if (m_is_there) {
        std::fputs("\r\x1b[K", stderr);
        m_is_there = false;
    }
}

} // namespace atom
