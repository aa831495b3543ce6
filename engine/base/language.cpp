#include "engine/base/language.hpp"

#include <map>

namespace atom {

namespace {

Language g_language = Language::english;

} // namespace

void speak(Language language) noexcept { g_language = language; }
Language spoken_language() noexcept { return g_language; }

std::string_view tr(std::string_view english) noexcept { return tr(english, g_language); }

std::string_view tr(std::string_view english, Language language) noexcept
{
    if (language == Language::english) {
        return english;
    }
    static auto const by_english = [] {
        std::map<std::string_view, std::string_view> out;
        for (auto const &t : portuguese_texts()) {
            out.emplace(t.english, t.portuguese);
        }
        return out;
    }();
    auto const it = by_english.find(english);
    return it == by_english.end() ? english : it->second;
}

} // namespace atom
