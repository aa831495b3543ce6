#pragma once
// A send as the pack declares it: rows of a query that go out as HTTP requests, each key once. Plain data, checked when read.

#include "engine/base/date.hpp"
#include "engine/base/toml.hpp"

#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace atom {

/// When requests may go out; nothing goes on Sundays and bank holidays.
struct SendHours
{
    struct Span
    {
        int from = 0, to = 0; // minutes of the day; `to` is the first that is too late
    };
    std::optional<Span> weekdays, saturday; // none = nothing goes on such a day

    bool allow(Civil const &now) const noexcept;
};

/// A piece of the request's body: a column of the query, JSON as it is, or a list or an object of pieces.
struct BodyPart
{
    enum class Kind
    {
        column,
        constant,
        list,
        object
    };
    Kind kind = Kind::constant;
    SourcePos pos;
    std::string name; // in an object
    std::string text; // column: its name; constant: JSON
    std::vector<BodyPart> parts;
};

/// SQL of a send and where it stands; several statements are allowed. Empty = there is none.
struct SendSql
{
    std::string text;
    SourcePos pos;
};

struct Send
{
    std::string name;
    SourcePos pos;
    std::string url; // http or https, with the environment's values
    std::string off; // why it is switched off; empty = it is on
    std::string token_env;
    bool insecure = false; // that it goes in clear is known
    SendSql query;
    std::vector<std::string> key;
    BodyPart body;
    std::chrono::microseconds spacing{0}; // from request to request, by `rate`; 0 = as quick as it goes
    std::chrono::seconds timeout{10};     // of one request
    std::optional<SendHours> hours;       // none = always
    std::string held_with;                // an export: while files hold it, nothing goes out; "" = nothing holds it
    SendSql before, on_success, on_failure, on_unknown, on_gone, doctor;
};

Send read_send(TomlTable &top, std::filesystem::path const &folder);

} // namespace atom
