#include "engine/remote/listing.hpp"

#include "engine/base/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>

namespace atom {

namespace {

using Kind = ListedLine::Kind;

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

std::optional<std::uint64_t> number(std::string_view digits) noexcept
{
    std::uint64_t value = 0;
    auto const *const end = digits.data() + digits.size();
    auto const [at, error] = std::from_chars(digits.data(), end, value);
    if (!is_digits(digits) || error != std::errc() || at != end)
        return std::nullopt;
    return value;
}

/// Of a few digits; -1 for anything else.
int small_number(std::string_view digits) noexcept
{
    return digits.size() <= 4 ? static_cast<int>(number(digits).value_or(static_cast<std::uint64_t>(-1))) : -1;
}

/// A time as a listing tells it: some of it may be left out.
struct LineTime
{
    int year = 0; // 0: left out
    int month = 0, day = 0;
    int hour = -1; // -1: left out, and all below it
    int minute = 0, second = 0;

    bool is_date() const noexcept
    {
        return std::chrono::year_month_day(std::chrono::year(known_year()), std::chrono::month(static_cast<unsigned>(month)),
                                           std::chrono::day(static_cast<unsigned>(day)))
            .ok();
    }
    bool is_time() const noexcept { return hour < 24 && minute >= 0 && minute < 60 && second >= 0 && second < 61; }

    /// Nanoseconds since 1970, as if it were UTC.
    std::int64_t number() const noexcept
    {
        std::chrono::year_month_day const date(std::chrono::year(known_year()), std::chrono::month(static_cast<unsigned>(month)),
                                               std::chrono::day(static_cast<unsigned>(day)));
        std::int64_t const days = std::chrono::sys_days(date).time_since_epoch().count();
        return ((days * 24 + std::max(hour, 0)) * 3600 + minute * 60 + second) * 1'000'000'000;
    }

private:
    /// The time is only compared with the same server's: without a year, any leap year does.
    int known_year() const noexcept { return year == 0 ? 1972 : year; }
};

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

std::string_view text_of(std::string_view line, Word w) noexcept { return line.substr(w.begin, w.end - w.begin); }

/// 1 to 12, as servers write them in English and in Portuguese; 0 for any other word.
int month_of(std::string_view word)
{
    constexpr std::array<std::string_view, 24> k_months = {"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug",
                                                           "sep", "oct", "nov", "dec", "jan", "fev", "mar", "abr",
                                                           "mai", "jun", "jul", "ago", "set", "out", "nov", "dez"};
    auto const found = std::find(k_months.begin(), k_months.end(), to_lower(word));
    return found == k_months.end() ? 0 : static_cast<int>(found - k_months.begin()) % 12 + 1;
}

/// "12:00", "12:00:05", and with AM or PM behind it
bool read_hour(std::string_view word, LineTime &time)
{
    auto const ending = word.size() > 2 ? to_lower(word.substr(word.size() - 2)) : std::string();
    bool const is_half = ending == "am" || ending == "pm";
    auto const parts = split(is_half ? word.substr(0, word.size() - 2) : word, ':');
    if (parts.size() < 2 || parts.size() > 3 || parts[0].empty() || parts[0].size() > 2 || parts[1].size() != 2)
        return false;
    time.hour = small_number(parts[0]);
    time.minute = small_number(parts[1]);
    time.second = parts.size() == 3 && parts[2].size() == 2 ? small_number(parts[2]) : parts.size() == 3 ? -1 : 0;
    if (is_half && (time.hour < 1 || time.hour > 12))
        return false;
    if (is_half)
        time.hour = time.hour % 12 + (ending == "pm" ? 12 : 0);
    return time.hour >= 0 && time.is_time();
}

bool read_hour_or_year(std::string_view word, LineTime &time)
{
    if (word.size() == 4 && is_digits(word)) {
        time.year = small_number(word);
        return time.year > 0;
    }
    return read_hour(word, time);
}

/// "2023-08-07"
bool read_iso_day(std::string_view word, LineTime &time)
{
    if (word.size() != 10 || word[4] != '-' || word[7] != '-')
        return false;
    time.year = small_number(word.substr(0, 4));
    time.month = small_number(word.substr(5, 2));
    time.day = small_number(word.substr(8));
    return time.year > 0 && time.month > 0 && time.day > 0;
}

/// "01-31-26", "01/31/2026"; the day may come first where the month cannot be one.
bool read_dos_day(std::string_view word, LineTime &time)
{
    auto const parts = split(word, word.find('-') == std::string_view::npos ? '/' : '-');
    if (parts.size() != 3 || parts[0].size() > 2 || parts[1].size() > 2 || (parts[2].size() != 2 && parts[2].size() != 4))
        return false;
    time.month = small_number(parts[0]);
    time.day = small_number(parts[1]);
    if (time.month > 12)
        std::swap(time.month, time.day);
    time.year = small_number(parts[2]);
    if (parts[2].size() == 2)
        time.year += time.year < 69 ? 2000 : 1900;
    return time.year > 0 && time.month > 0 && time.day > 0 && time.is_date();
}

/// Where the date that begins with `first` ends; none if no date does.
std::optional<std::size_t> read_long_date(std::string_view line, Word first, LineTime &time)
{
    Word const second = next_word(line, first.end);
    Word const third = next_word(line, second.end);
    if (read_iso_day(text_of(line, first), time) && read_hour(text_of(line, second), time) && time.is_date())
        return second.end;
    time = {};
    bool const month_first = month_of(text_of(line, first)) > 0;
    auto const day = text_of(line, month_first ? second : first);
    time.month = month_of(text_of(line, month_first ? first : second));
    time.day = day.size() <= 2 ? small_number(day) : -1;
    bool const is_read = time.month > 0 && time.day > 0 && read_hour_or_year(text_of(line, third), time) && time.is_date();
    if (!is_read)
        return std::nullopt;
    Word const fourth = next_word(line, third.end); // "Nov  3 10:00:05 2026"
    bool const has_year_too =
        time.hour >= 0 && text_of(line, third).size() == 8 && fourth.end < line.size() && fourth.end - fourth.begin == 4;
    if (has_year_too && is_digits(text_of(line, fourth))) {
        time.year = small_number(text_of(line, fourth));
        return fourth.end;
    }
    return third.end;
}

struct ReadLine
{
    ListedLine listed;
    LineTime time; // of a file
};

ReadLine a_file(std::string_view line, std::string_view name, std::uint64_t size, LineTime const &time)
{
    return {{Kind::file, {std::string(name), size, time.number(), std::string(line)}}, time};
}

/// "-rw-r--r--+", or Netware's "- [RWCEAFMS]": what it is, and what may be done with it.
bool begins_as_long_line(std::string_view line)
{
    constexpr std::string_view k_kinds = "-dlbcpsD";
    constexpr std::string_view k_rights = "rwxsStTlL-";
    if (line.empty() || k_kinds.find(line[0]) == std::string_view::npos)
        return false;
    if (line.substr(1, 2) == " [")
        return true;
    auto const rights = line.substr(1, std::min(line.find(' '), line.size()) - 1);
    return (rights.size() == 9 || rights.size() == 10) &&
           std::all_of(rights.begin(), rights.begin() + 9, [&](char c) { return k_rights.find(c) != std::string_view::npos; });
}

ReadLine read_long_line(std::string_view line)
{
    if (line[0] != '-')
        return {{Kind::other}, {}};
    // Owner and group may have blanks, the columns differ in number: what is sure is a number (the size) followed by a date.
    Word size = next_word(line, next_word(line, 0).end);
    while (size.begin < line.size()) {
        Word const date = next_word(line, size.end);
        LineTime time;
        auto const bytes = number(text_of(line, size));
        auto const end = bytes ? read_long_date(line, date, time) : std::nullopt;
        if (end && *end + 1 < line.size())
            return a_file(line, line.substr(*end + 1), *bytes, time);
        size = date;
    }
    return {};
}

ReadLine read_dos_line(std::string_view line)
{
    LineTime time;
    Word const day = next_word(line, 0);
    Word const hour = next_word(line, day.end);
    Word const size = next_word(line, hour.end);
    bool const is_dated = (read_dos_day(text_of(line, day), time) || read_iso_day(text_of(line, day), time)) && time.is_date() &&
                          read_hour(text_of(line, hour), time);
    if (!is_dated || size.end + 1 >= line.size())
        return {};
    auto const what = text_of(line, size);
    if (what.starts_with('<') && what.ends_with('>')) // <DIR>, <JUNCTION>, <SYMLINK>
        return {{Kind::other}, {}};
    auto const bytes = number(what);
    return bytes ? a_file(line, line.substr(size.end + 1), *bytes, time) : ReadLine{};
}

ReadLine read_list(std::string_view line)
{
    if (is_blank(line) || line == "." || line == ".." || (line.starts_with("total ") && is_digits(line.substr(6))))
        return {{Kind::other}, {}};
    return begins_as_long_line(line) ? read_long_line(line) : read_dos_line(line);
}

struct Facts
{
    std::optional<std::string> type, size;
    std::string modify;
    bool is_folder = false; // has a size of folders
};

Facts facts_of(std::string_view text)
{
    Facts facts;
    for (auto const &fact : split(text, ';')) {
        auto const equals = std::min(fact.find('='), fact.size());
        auto const key = to_lower(std::string_view(fact).substr(0, equals));
        auto const value = equals < fact.size() ? fact.substr(equals + 1) : std::string();
        if (key == "type")
            facts.type = to_lower(value);
        else if (key == "size")
            facts.size = value;
        else if (key == "modify")
            facts.modify = value;
        else if (key == "sizd")
            facts.is_folder = true;
    }
    return facts;
}

Kind kind_of(Facts const &facts)
{
    if (!facts.type)
        return facts.is_folder ? Kind::other : facts.size ? Kind::file : Kind::any;
    if (*facts.type == "file")
        return Kind::file;
    bool const is_other = *facts.type == "dir" || *facts.type == "cdir" || *facts.type == "pdir" || facts.type->starts_with("os.");
    return is_other ? Kind::other : Kind::not_understood;
}

/// Some servers put a blank in front of the facts.
std::string_view without_blank_before_facts(std::string_view line)
{
    auto const begin = std::min(line.find_first_not_of(' '), line.size());
    auto const end = line.find(' ', begin);
    bool const are_facts = begin > 0 && end != std::string_view::npos && line[end - 1] == ';' &&
                           line.substr(begin, end - begin).find('=') != std::string_view::npos;
    return line.substr(are_facts ? begin : 0);
}

/// A name of somebody ("Ana Souza", "ana.souza_"), or a number as long as a document: two words of letters alone that begin with capitals,
/// or eleven digits.
bool looks_personal(std::string_view line)
{
    std::size_t digits = 0;
    std::string word;
    bool was_name = false;
    for (std::size_t i = 0; i <= line.size(); ++i) {
        char const c = i < line.size() ? line[i] : ' ';
        digits = is_digit(c) ? digits + 1 : (c == '.' || c == '-' ? digits : 0);
        if (digits >= 11)
            return true;
        bool const is_letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || static_cast<unsigned char>(c) >= 0x80;
        if (is_letter) {
            word += c;
            continue;
        }
        bool const is_name = word.size() >= 3 && (word[0] < 'a' || word[0] > 'z') && month_of(word) == 0;
        if (is_name && was_name)
            return true;
        was_name = word.empty() ? was_name : is_name;
        word.clear();
    }
    return false;
}

std::string fit_for_log(std::string_view line)
{
    constexpr std::size_t k_longest = 300; // bytes
    auto const shown = printable(line.substr(0, k_longest));
    return looks_personal(shown) ? masked(shown) : shown;
}

} // namespace

std::optional<std::int64_t> ftp_time(std::string_view digits)
{
    auto const whole = digits.substr(0, digits.find('.'));
    if (whole.size() != 14 || !is_digits(whole))
        return std::nullopt;
    auto const part = [&](std::size_t at, std::size_t count) { return small_number(whole.substr(at, count)); };
    LineTime const t{part(0, 4), part(4, 2), part(6, 2), part(8, 2), part(10, 2), part(12, 2)};
    bool const is_right = t.year > 0 && t.month > 0 && t.day > 0 && t.is_date() && t.is_time();
    return is_right ? std::optional(t.number()) : std::nullopt;
}

ListedLine read_mlsd_line(std::string_view whole)
{
    if (whole.empty())
        return {Kind::other};
    auto const line = without_blank_before_facts(whole);
    auto const blank = line.find(' ');
    if (blank == std::string_view::npos || blank + 1 >= line.size())
        return {};
    auto const facts = facts_of(line.substr(0, blank));
    ListedLine out{kind_of(facts), {std::string(line.substr(blank + 1)), std::nullopt, ftp_time(facts.modify), {}}};
    bool const is_told = facts.size && !facts.size->empty();
    if (is_told)
        out.entry.size = number(*facts.size);
    if (out.kind == Kind::file && is_told && !out.entry.size)
        return {};
    if (out.kind == Kind::any || !out.entry.size || !out.entry.modified)
        out.entry.line = line;
    return out;
}

ListedLine read_list_line(std::string_view line) { return read_list(line).listed; }

bool may_be_same_file(std::string_view list_line, std::string_view other_list_line)
{
    auto const a = read_list(list_line);
    auto const b = read_list(other_list_line);
    auto const agree = [](int x, int y, int left_out) { return x == y || x == left_out || y == left_out; };
    bool const is_same_hour = a.time.hour == b.time.hour && a.time.minute == b.time.minute && a.time.second == b.time.second;
    return a.listed.kind == Kind::file && b.listed.kind == Kind::file && a.listed.entry.size == b.listed.entry.size &&
           a.time.month == b.time.month && a.time.day == b.time.day && agree(a.time.year, b.time.year, 0) &&
           (is_same_hour || a.time.hour < 0 || b.time.hour < 0);
}

ReadListing read_listing(std::string_view answer, ListedLine (*read)(std::string_view))
{
    ReadListing out;
    while (!answer.empty()) {
        auto const end = answer.find('\n');
        auto line = answer.substr(0, end);
        answer.remove_prefix(end == std::string_view::npos ? answer.size() : end + 1);
        while (line.ends_with('\r'))
            line.remove_suffix(1);
        auto listed = read(line);
        if (listed.kind == Kind::not_understood) {
            out.wrong = fit_for_log(line);
            return out;
        }
        out.lines.push_back(std::move(listed));
    }
    return out;
}

} // namespace atom
