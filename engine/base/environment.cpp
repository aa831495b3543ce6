#include "engine/base/environment.hpp"

#include <cstdlib>

namespace atom {

std::optional<std::string> environment(std::string const &name)
{
    char const *const value = name.empty() ? nullptr : std::getenv(name.c_str());
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

std::string with_environment(std::string const &text, std::string &unset)
{
    std::string out;
    for (std::size_t i = 0; i < text.size();) {
        auto const open = text.find("${", i);
        auto const close = open == std::string::npos ? open : text.find('}', open);
        if (close == std::string::npos) {
            return out + text.substr(i);
        }
        out += text.substr(i, open - i);
        auto const name = text.substr(open + 2, close - open - 2);
        if (auto const value = environment(name)) {
            out += *value;
        } else {
            unset = name;
        }
        i = close + 1;
    }
    return out;
}

} // namespace atom
