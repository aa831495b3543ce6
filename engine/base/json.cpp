#include "engine/base/json.hpp"

#include "engine/base/encoding.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

namespace atom {

std::string json_quoted(std::string_view utf8)
{
    auto const quoted = [](std::string_view text) {
        return boost::json::serialize(boost::json::value(boost::json::string_view(text.data(), text.size())));
    };
    return is_valid_utf8(utf8) ? quoted(utf8) : quoted(to_utf8(utf8, Encoding::utf8));
}

std::vector<std::pair<std::string, std::string>> json_texts(std::string_view json)
{
    std::vector<std::pair<std::string, std::string>> out;
    boost::system::error_code failed;
    auto const value = boost::json::parse(boost::json::string_view(json.data(), json.size()), failed);
    if (failed || !value.is_object()) {
        return out;
    }
    for (auto const &member : value.get_object()) {
        if (auto const *text = member.value().if_string()) {
            out.emplace_back(member.key(), std::string(text->data(), text->size()));
        }
    }
    return out;
}

std::vector<std::string> json_array_of_texts(std::string_view json)
{
    std::vector<std::string> out;
    boost::system::error_code failed;
    auto const value = boost::json::parse(boost::json::string_view(json.data(), json.size()), failed);
    if (failed || !value.is_array()) {
        return out;
    }
    for (auto const &item : value.get_array()) {
        if (auto const *text = item.if_string()) {
            out.emplace_back(text->data(), text->size());
        }
    }
    return out;
}

JsonObject &JsonObject::add_raw(std::string_view key, std::string_view json)
{
    if (!empty()) {
        m_text += ",";
    }
    m_text += json_quoted(key);
    m_text += ":";
    m_text += json;
    return *this;
}

JsonObject &JsonObject::add_seconds(std::string_view key, double seconds) { return add_raw(key, fmt::format("{:.3f}", seconds)); }

} // namespace atom
