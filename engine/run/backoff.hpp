#pragma once
// Leaves alone for a while what fails: first as long as a poll is apart from the next, then twice as long each time, up to some minutes.
// Knows no network and asks for no time: the caller says what it is.

#include <chrono>
#include <map>
#include <optional>
#include <string>

namespace atom {

class Backoff
{
public:
    using Time = std::chrono::steady_clock::time_point;

    explicit Backoff(std::chrono::seconds first) : m_first(first) {}

    bool may_try(std::string const &name, Time now) const;
    /// True if it begins with this failure: then it is worth a word.
    bool note_failure(std::string const &name, Time now);
    /// How long it had been failing; none if it had not.
    std::optional<std::chrono::seconds> note_success(std::string const &name, Time now);
    /// After its last failure.
    std::chrono::seconds pause(std::string const &name) const;

private:
    struct Failing
    {
        Time since, next;
        std::chrono::seconds pause = {};
    };
    std::chrono::seconds m_first;
    std::map<std::string, Failing> m_failing;
};

} // namespace atom
