#pragma once
// File names as jobs declare them: "{data:YYYYMMDD}_{hora:HHMMSS}_parc_{code}_out.{code}". Matched without regard to upper and lower case.

#include "engine/base/date.hpp"

#include <map>
#include <memory>
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
    void add_capture(std::string const &name, std::string const &format);

    std::string m_text;
    std::string m_regex_text;
    std::vector<Capture> m_captures; // a group of the expression each
    struct Compiled; // a std::regex: its header would be half of what an includer compiles
    std::shared_ptr<Compiled const> m_compiled;
};

/// The name that a job is matched with: without `.rejeitados` (and a number behind it) at its end, as a mended file comes back.
std::string_view matched_name(std::string_view name);

/// A name to write: {data:FORMAT}, {hora:FORMAT}, {seq:WIDTH}. Throws std::invalid_argument.
std::string expand_name(std::string const &pattern, Civil const &now, std::int64_t seq);

} // namespace atom
