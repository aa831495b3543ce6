#include "engine/base/formula.hpp"

#include <algorithm>
#include <array>

namespace atom {

namespace {

/// What a program passes over before it looks for a formula: blanks, line ends, marks without width.
constexpr std::array<std::string_view, 12> k_unseen = {
    " ",           "\t", "\r", "\n", "\xc2\xa0", "\xc2\xad", "\xef\xbb\xbf", "\xe2\x80\x8b", "\xe2\x80\x8c", "\xe2\x80\x8d", "\xe2\x81\xa0",
    "\xe3\x80\x80"};
constexpr std::array<std::string_view, 8> k_beginnings = {"=",           "+", "-", "@", "\xef\xbc\x9d", "\xef\xbc\x8b", "\xef\xbc\x8d",
                                                          "\xef\xbc\xa0"};
constexpr std::string_view k_separators = ",\t\r\n|";

template <std::size_t N> std::size_t length_of_one(std::array<std::string_view, N> const &all, std::string_view text)
{
    auto const it = std::find_if(all.begin(), all.end(), [&](std::string_view one) { return text.substr(0, one.size()) == one; });
    return it == all.end() ? 0 : it->size();
}

/// A tab or a line end at the very beginning is one itself: what a program makes of it is not known.
bool begins_formula(std::string_view text, bool first)
{
    if (first && !text.empty() && (text[0] == '\t' || text[0] == '\r' || text[0] == '\n')) {
        return true;
    }
    while (auto const n = length_of_one(k_unseen, text)) {
        text.remove_prefix(n);
    }
    return length_of_one(k_beginnings, text) > 0;
}

/// Behind a separator, in whose place a line end or a tab has its own turn. A sign there is most likely a dash or an amount.
bool begins_formula_inside(std::string_view text)
{
    for (auto n = length_of_one(k_unseen, text); n > 0; n = length_of_one(k_unseen, text)) {
        if (k_separators.find(text[0]) != std::string_view::npos) {
            return false;
        }
        text.remove_prefix(n);
    }
    if (length_of_one(k_beginnings, text) == 0) {
        return false;
    }
    return text[0] != '+' && text[0] != '-';
}

} // namespace

std::string defused(std::string_view utf8)
{
    std::string out = begins_formula(utf8, true) ? "'" : "";
    for (std::size_t i = 0; i < utf8.size(); ++i) {
        out += utf8[i];
        if (k_separators.find(utf8[i]) != std::string_view::npos && begins_formula_inside(utf8.substr(i + 1))) {
            out += '\'';
        }
    }
    return out;
}

} // namespace atom
