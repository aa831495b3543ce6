#include "engine/remote/listing.hpp"

#include "engine/base/text.hpp"

#include <charconv>

namespace atom {

namespace {

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

bool is_month(std::string_view word) noexcept
{
    constexpr std::string_view k_months = "jan feb mar apr may jun jul aug sep oct nov dec";
    return word.size() == 3 && word.find(' ') == std::string_view::npos && k_months.find(to_lower(word)) != std::string_view::npos;
}

bool is_day(std::string_view word) noexcept { return word.size() <= 2 && is_digits(word); }

/// "12:00", "12:00:05", "2023"
bool is_time_or_year(std::string_view word) noexcept
{
    if (word.size() == 4)
        return is_digits(word);
    if (word.size() < 5 || word.size() > 8)
        return false;
    for (char const c : word)
        if (!is_digit(c) && c != ':')
            return false;
    return word[word.size() - 3] == ':';
}

/// "2023-08-07"
bool is_iso_day(std::string_view word) noexcept
{
    return word.size() == 10 && word[4] == '-' && word[7] == '-' && is_digits(word.substr(0, 4)) && is_digits(word.substr(5, 2)) &&
           is_digits(word.substr(8));
}

struct Word
{
    std::size_t begin = 0;
    std::size_t end = 0;
};

/// The next word at or after `from`; begin == end at the end of the line.
Word next_word(std::string_view line, std::size_t from) noexcept
{
    Word w;
    w.begin = std::min(line.find_first_not_of(' ', from), line.size());
    w.end = std::min(line.find(' ', w.begin), line.size());
    return w;
}

/// Where the date that begins with `first` ends; none if no date does.
std::optional<std::size_t> end_of_date(std::string_view line, Word first) noexcept
{
    auto const text = [line](Word w) { return line.substr(w.begin, w.end - w.begin); };
    Word const second = next_word(line, first.end);
    Word const third = next_word(line, second.end);
    if (is_iso_day(text(first)) && is_time_or_year(text(second)))
        return second.end;
    bool const month_first = is_month(text(first)) && is_day(text(second));
    bool const day_first = is_day(text(first)) && is_month(text(second));
    if ((month_first || day_first) && is_time_or_year(text(third)))
        return third.end;
    return std::nullopt;
}

std::optional<std::uint64_t> number(std::string_view digits) noexcept
{
    std::uint64_t value = 0;
    auto const *const end = digits.data() + digits.size();
    auto const [at, error] = std::from_chars(digits.data(), end, value);
    if (digits.empty() || error != std::errc() || at != end)
        return std::nullopt;
    return value;
}

} // namespace

std::optional<RemoteEntry> parse_long_line(std::string_view line)
{
    if (!line.starts_with('-'))
        return std::nullopt;
    // Owner and group may have blanks, the columns differ in number: what is sure is a number (the size) followed by a date.
    Word size = next_word(line, next_word(line, 0).end);
    while (size.begin < line.size()) {
        Word const date = next_word(line, size.end);
        auto const bytes = number(line.substr(size.begin, size.end - size.begin));
        auto const end = bytes ? end_of_date(line, date) : std::nullopt;
        if (end && *end + 1 < line.size())
            return RemoteEntry{std::string(line.substr(*end + 1)), *bytes, std::string(line.substr(date.begin, *end - date.begin))};
        size = date;
    }
    return std::nullopt;
}

bool is_other_long_line(std::string_view line) noexcept
{
    return line.empty() || line.starts_with("total ") || std::string_view("dlbcpsD").find(line[0]) != std::string_view::npos;
}

std::optional<RemoteEntry> parse_mlsd_line(std::string_view line)
{
    auto const blank = line.find(' ');
    if (blank == std::string_view::npos || blank + 1 >= line.size())
        return std::nullopt;
    RemoteEntry entry{std::string(line.substr(blank + 1)), 0, {}};
    bool is_file = false;
    for (auto const &fact : split(line.substr(0, blank), ';')) {
        auto const equals = std::min(fact.find('='), fact.size());
        auto const key = to_lower(std::string_view(fact).substr(0, equals));
        auto const value = equals < fact.size() ? std::string_view(fact).substr(equals + 1) : std::string_view();
        if (key == "type")
            is_file = equal_ignoring_case(value, "file");
        else if (key == "size")
            entry.size = number(value).value_or(0);
        else if (key == "modify")
            entry.modified = value;
    }
    return is_file ? std::optional(std::move(entry)) : std::nullopt;
}

std::vector<RemoteEntry> parse_lines(std::string_view answer, std::optional<RemoteEntry> (*parse)(std::string_view))
{
    std::vector<RemoteEntry> entries;
    while (!answer.empty()) {
        auto const end = answer.find('\n');
        auto line = answer.substr(0, end);
        answer.remove_prefix(end == std::string_view::npos ? answer.size() : end + 1);
        if (line.ends_with('\r'))
            line.remove_suffix(1);
        if (auto entry = parse(line))
            entries.push_back(std::move(*entry));
    }
    return entries;
}

} // namespace atom
