#include "engine/job/name_pattern.hpp"

#include "engine/base/text.hpp"
#include "engine/base/unicode.hpp"

#include <fmt/format.h>

#include <stdexcept>

namespace atom {

namespace {

struct Part
{
    bool capture = false;
    std::string text, format; // a literal's text; a capture's name and format
};

/// "a{b:c}" -> literal a, capture b with format c.
std::vector<Part> parts_of(std::string const &pattern)
{
    std::vector<Part> out;
    for (std::size_t i = 0; i < pattern.size();) {
        if (pattern[i] != '{') {
            auto const end = std::min(pattern.find('{', i), pattern.size());
            out.push_back({false, pattern.substr(i, end - i), ""});
            i = end;
            continue;
        }
        auto const close = pattern.find('}', i);
        if (close == std::string::npos) {
            throw std::invalid_argument(fmt::format("\"{}\" has a {{ that is not closed", pattern));
        }
        auto const inside = pattern.substr(i + 1, close - i - 1);
        auto const colon = inside.find(':');
        out.push_back({true, inside.substr(0, colon), colon == std::string::npos ? "" : inside.substr(colon + 1)});
        if (out.back().text.empty()) {
            throw std::invalid_argument(fmt::format("\"{}\" has a capture without a name", pattern));
        }
        i = close + 1;
    }
    return out;
}

/// A capture's format is a date's, a time's or both, whichever it has the parts for.
std::pair<DateFormat, DateKind> date_or_time(std::string const &name, std::string const &format)
{
    for (auto const kind : {DateKind::datetime, DateKind::date, DateKind::time}) {
        if ((name == "data" && kind != DateKind::date) || (name == "hora" && kind != DateKind::time)) {
            continue;
        }
        try {
            DateFormat compiled(format, kind);
            if (!compiled.is_even()) {
                break; // a name is cut at known places
            }
            return {std::move(compiled), kind};
        } catch (std::invalid_argument const &) {
            continue; // the next kind may fit
        }
    }
    throw std::invalid_argument(fmt::format("\"{}\" is no {} format; allowed are YYYY YY MM DD HH MM SS", format,
                                            name == "data"   ? "date"
                                            : name == "hora" ? "time"
                                                             : "date or time"));
}

} // namespace

NamePattern::NamePattern(std::string const &text) : m_text(text)
{
    for (auto const &part : parts_of(text)) {
        if (part.capture) {
            add_capture(part.text, part.format);
        } else {
            m_pieces.push_back({Piece::Kind::literal, fold_case(composed(part.text)).text});
        }
    }
}

void NamePattern::add_capture(std::string const &name, std::string const &format)
{
    Capture c;
    c.name = name;
    if (format.empty() && (name == "data" || name == "hora")) {
        throw std::invalid_argument(fmt::format("{{{0}}} needs a format, as in {{{0}:{1}}}", name, name == "data" ? "YYYYMMDD" : "HHMMSS"));
    }
    auto const same =
        std::find_if(m_captures.begin(), m_captures.end(), [&](Capture const &other) { return other.name == name && !other.format; });
    if (format.empty() && same != m_captures.end()) { // what stands there must be the same, so that it is found side by side too
        m_pieces.push_back({Piece::Kind::again, {}, static_cast<std::size_t>(same - m_captures.begin())});
    } else if (format.empty()) {
        m_pieces.push_back({Piece::Kind::word, {}});
    } else {
        auto [compiled, kind] = date_or_time(name, format);
        c.format = std::move(compiled);
        c.kind = kind;
        m_pieces.push_back({Piece::Kind::digits, format});
    }
    m_captures.push_back(std::move(c));
}

namespace {

bool is_of_format(std::string_view text, std::string_view format)
{
    return std::equal(text.begin(), text.end(), format.begin(), format.end(), [](char c, char f) {
        return std::string_view("YMDHS").find(f) != std::string_view::npos ? is_digits({&c, 1}) : equal_ignoring_case({&c, 1}, {&f, 1});
    });
}

} // namespace

/// The pieces from that one on against the whole rest of the name. A word takes as much as it can, and less if what follows needs it.
bool NamePattern::fits(std::size_t piece, std::string_view rest, std::vector<std::string_view> &found) const
{
    if (piece == m_pieces.size()) {
        return rest.empty();
    }
    auto const &p = m_pieces[piece];
    auto const goes_on = [&](std::size_t length) {
        bool const captures = p.kind != Piece::Kind::literal;
        if (captures) {
            found.push_back(rest.substr(0, length));
        }
        bool const fit = fits(piece + 1, rest.substr(length), found);
        if (captures && !fit) {
            found.pop_back();
        }
        return fit;
    };
    if (p.kind == Piece::Kind::word) {
        auto const letters = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; };
        auto length = static_cast<std::size_t>(std::find_if_not(rest.begin(), rest.end(), letters) - rest.begin());
        while (length > 0 && !goes_on(length)) {
            --length;
        }
        return length > 0;
    }
    auto const wanted = p.kind == Piece::Kind::again ? found[p.capture] : std::string_view(p.text);
    auto const there = rest.substr(0, wanted.size());
    return (p.kind == Piece::Kind::digits ? is_of_format(there, wanted) : there == wanted) && goes_on(wanted.size());
}

std::optional<Captures> NamePattern::match(std::string const &name) const
{
    auto const whole = composed(name);
    auto const folded = fold_case(whole);
    std::vector<std::string_view> found;
    if (!fits(0, folded.text, found)) {
        return std::nullopt;
    }
    auto const origin = [&](char const *p) { return folded.origin[static_cast<std::size_t>(p - folded.text.data())]; };
    Captures out;
    for (std::size_t i = 0; i < m_captures.size(); ++i) {
        auto const &c = m_captures[i];
        auto const begin = origin(found[i].data());
        auto value = whole.substr(begin, origin(found[i].data() + found[i].size()) - begin);
        if (c.format) {
            auto const date = c.format->parse(value);
            if (!date) {
                return std::nullopt;
            }
            value = iso_text(*date, c.kind);
        }
        auto const [it, fresh] = out.emplace(c.name, value);
        if (!fresh && !equal_ignoring_case(it->second, value)) {
            return std::nullopt;
        }
    }
    return out;
}

std::vector<std::string> NamePattern::capture_names() const
{
    std::vector<std::string> out;
    for (auto const &c : m_captures) {
        out.push_back(c.name);
    }
    return out;
}

std::string_view matched_name(std::string_view name)
{
    constexpr std::string_view k_ending = ".rejeitados";
    for (;;) {
        auto stem = name;
        auto const dot = stem.rfind('.');
        if (dot != std::string_view::npos && is_digits(stem.substr(dot + 1)) && dot >= k_ending.size() &&
            equal_ignoring_case(stem.substr(dot - k_ending.size(), k_ending.size()), k_ending)) {
            stem = stem.substr(0, dot);
        }
        if (stem.size() <= k_ending.size() || !equal_ignoring_case(stem.substr(stem.size() - k_ending.size()), k_ending)) {
            return name;
        }
        name = stem.substr(0, stem.size() - k_ending.size());
    }
}

std::string expand_name(std::string const &pattern, Civil const &now, std::int64_t seq)
{
    std::string out;
    for (auto const &part : parts_of(pattern)) {
        if (!part.capture) {
            out += part.text;
        } else if (part.text == "seq") {
            if (!part.format.empty() && (!is_digits(part.format) || part.format.size() > 2)) {
                throw std::invalid_argument(fmt::format("{{seq:{}}} needs a number of digits, as in {{seq:3}}", part.format));
            }
            auto const width = part.format.empty() ? 1 : std::stoi(part.format);
            out += fmt::format("{:0{}}", seq, width);
        } else if (part.text == "data" || part.text == "hora") {
            out += DateFormat(part.format, part.text == "data" ? DateKind::date : DateKind::time).format(now);
        } else {
            throw std::invalid_argument(unknown_word("part of an output's name", part.text, {"data", "hora", "seq"}));
        }
    }
    return out;
}

} // namespace atom
