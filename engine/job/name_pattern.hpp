#pragma once
// File names as jobs declare them: "{data:YYYYMMDD}_{hora:HHMMSS}_parc_{code}_out.{code}". Matched without regard
// to upper and lower case, and to how accents are written: composed, and by folded case.

#include "engine/base/date.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace atom {

/// What a name gave: capture -> value; dates and times as ISO text. `data` and `hora` are the file's date and hour.
using Captures = std::map<std::string, std::string, std::less<>>;

class NamePattern
{
public:
    /// Throws std::invalid_argument with a text for the user.
    explicit NamePattern(std::string const &text);

    /// None if the whole name does not match, a date is none, or a capture that stands twice differs.
    std::optional<Captures> match(std::string const &name) const;
    std::string const &text() const noexcept { return m_text; }
    std::vector<std::string> capture_names() const;

private:
    struct Capture
    {
        std::string name;
        std::optional<DateFormat> format;
        DateKind kind = DateKind::date;
    };
    struct Piece
    {
        enum class Kind : std::uint8_t
        {
            literal,
            digits, // in the places of a format
            word,   // letters and digits, at least one
            again   // what an earlier word was
        } kind;
        std::string text;        // a literal's, or a format
        std::size_t capture = 0; // of again: the word's
    };
    void add_capture(std::string const &name, std::string const &format);
    bool fits(std::size_t piece, std::string_view rest, std::vector<std::string_view> &found) const;

    std::string m_text;
    std::vector<Piece> m_pieces;
    std::vector<Capture> m_captures; // of each piece but literals
};

/// The name that a job is matched with: without `.rejeitados` (and a number behind it) at its end, as a mended file comes back.
std::string_view matched_name(std::string_view name);

/// A name to write: {data:FORMAT}, {hora:FORMAT}, {seq:WIDTH}. Throws std::invalid_argument.
std::string expand_name(std::string const &pattern, Civil const &now, std::int64_t seq);

} // namespace atom
