#pragma once
// Small pure functions on text. All text is UTF-8 unless a parameter says bytes. No locale, no allocation where a view does.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace atom {

/// Without blanks (space and tab; no line ends, no NUL) at both ends. The view points into the argument.
std::string_view trim(std::string_view s) noexcept;
std::string_view trim_right(std::string_view s) noexcept;

/// ASCII only: bytes over 0x7f stay.
std::string to_lower(std::string_view s);
std::string to_upper(std::string_view s);
bool equal_ignoring_case(std::string_view a, std::string_view b) noexcept;

bool is_blank(std::string_view s) noexcept;                // empty or only blanks (space, tab, CR, LF, VT, FF)
bool is_digits(std::string_view s) noexcept;               // at least one, 0-9 only
std::string digits_of(std::string_view s);                 // the ASCII digits alone, in order
std::string_view strip_zeros(std::string_view s) noexcept; // without leading '0's; "000" gives ""

/// Latin letters without accents ("Ação" -> "Acao"), from the Latin-1 Supplement and Latin Extended-A blocks; all else as it is.
std::string without_accents(std::string_view utf8);

/// What makes two CSV header names the same: lower case, no accents, no blanks, no underscores.
std::string header_key(std::string_view utf8);

/// Personal data for a log or a console: the first and the last character of each word stay of words of four characters or more,
/// the rest are '*'; shorter words are all '*'. A number keeps its last two characters if it has four or more: words with a digit,
/// also several with nothing but . - / ( ) + and blanks between ("***.***.***-25"). As many characters as the text has.
std::string masked(std::string_view utf8);

/// The candidate nearest to `word` by edit distance (insert, delete, replace, swap of neighbours), if it is near enough to be
/// what was meant (at most a third of the word's length, at least 1, rounded up). Ties: the first.
std::optional<std::string> nearest(std::string_view word, std::vector<std::string> const &candidates);

/// `unknown key "x"; did you mean "y"?` or `…; allowed: a, b, c` when none is near.
std::string unknown_word(std::string_view kind, std::string_view word, std::vector<std::string> const &allowed);

/// A name for a log or a console, as UTF-8 on one line whatever it holds: control characters, marks that turn the
/// direction of text, and bytes that are no UTF-8, as \\xNN.
std::string printable(std::string_view bytes);

/// Valid UTF-8 for people to read, on lines and with tabs as it has them: without other control characters and turning marks.
std::string shown(std::string_view utf8);

/// "1 row", "2 rows".
std::string counted(std::uint64_t n, std::string_view noun);

/// Every `from` (not empty) as `to`.
std::string replaced(std::string s, std::string_view from, std::string_view to);

std::vector<std::string> split(std::string_view s, char separator);
std::string join(std::vector<std::string> const &parts, std::string_view separator);

} // namespace atom
