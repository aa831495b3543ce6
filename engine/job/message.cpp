#include "engine/job/message.hpp"

#include <algorithm>
#include <cctype>
#include <string_view>

namespace atom {

namespace {

bool is_column(std::string_view s)
{
    auto const word = [](unsigned char c) { return std::isalnum(c) != 0 || c == '_'; };
    return !s.empty() && std::isdigit(static_cast<unsigned char>(s.front())) == 0 && std::all_of(s.begin(), s.end(), word);
}

/// Calls `text` for what stands between the columns and `column` for each column, in their order.
template <typename Text, typename Column> void walk(std::string const &message, Text const &text, Column const &column)
{
    std::size_t done = 0;
    for (auto open = message.find('{'); open != std::string::npos; open = message.find('{', open + 1)) {
        auto const close = message.find('}', open);
        auto const name = close == std::string::npos ? std::string() : message.substr(open + 1, close - open - 1);
        if (is_column(name)) {
            text(std::string_view(message).substr(done, open - done));
            column(name);
            done = close + 1;
        }
    }
    text(std::string_view(message).substr(done));
}

} // namespace

std::vector<std::string> message_columns(std::string const &message)
{
    std::vector<std::string> out;
    walk(
        message, [](std::string_view) {},
        [&](std::string const &name) {
            if (std::find(out.begin(), out.end(), name) == out.end()) {
                out.push_back(name);
            }
        });
    return out;
}

std::string filled_message(std::string const &message, std::function<std::string(std::string const &)> const &value_of)
{
    std::string out;
    walk(
        message, [&](std::string_view text) { out += text; }, [&](std::string const &name) { out += value_of(name); });
    return out;
}

} // namespace atom
