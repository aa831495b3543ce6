#pragma once
// JSON out, for `--json` and for what the base keeps as JSON. Backed by Boost.JSON, which only json.cpp includes.

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace atom {

/// The text in quotes, escaped; bytes that are no UTF-8 as U+FFFD.
std::string json_quoted(std::string_view utf8);

/// The members of an object whose values are texts, in their order; others are left out. Empty for anything else.
std::vector<std::pair<std::string, std::string>> json_texts(std::string_view json);
/// The texts of an array of texts.
std::vector<std::string> json_array_of_texts(std::string_view json);

/// An object in the order in which its members are added.
class JsonObject
{
public:
    JsonObject &add(std::string_view key, std::string_view text) { return add_raw(key, json_quoted(text)); }
    JsonObject &add(std::string_view key, char const *text) { return add(key, std::string_view(text)); }
    JsonObject &add(std::string_view key, std::string const &text) { return add(key, std::string_view(text)); }
    JsonObject &add(std::string_view key, std::int64_t n) { return add_raw(key, std::to_string(n)); }
    JsonObject &add(std::string_view key, std::uint64_t n) { return add_raw(key, std::to_string(n)); }
    JsonObject &add(std::string_view key, int n) { return add(key, static_cast<std::int64_t>(n)); }
    JsonObject &add(std::string_view key, bool b) { return add_raw(key, b ? "true" : "false"); }
    JsonObject &add_null(std::string_view key) { return add_raw(key, "null"); }
    /// Three decimals.
    JsonObject &add_seconds(std::string_view key, double seconds);
    /// Text, or null where it is empty.
    JsonObject &add_or_null(std::string_view key, std::string_view text) { return text.empty() ? add_null(key) : add(key, text); }
    /// `json` is JSON already.
    JsonObject &add_raw(std::string_view key, std::string_view json);
    std::string text() const { return m_text + "}"; }
    bool empty() const noexcept { return m_text.size() == 1; }

private:
    std::string m_text = "{";
};

} // namespace atom
