#pragma once
// What a console is told, in the language of who reads it. English is the key: a text is written where it is used, and portuguese.cpp has
// its translation (tests/lint/messages.py compares the two). Logs, JSON and what is piped never come this way.

#include <fmt/format.h>

#include <string>
#include <string_view>

namespace atom {

enum class Language
{
    english,
    portuguese
};

/// For the whole process; by its first thread, before it makes others.
void speak(Language language) noexcept;
Language spoken_language() noexcept;

/// The text in the spoken language; as it is where no translation is known. The view of a translation lives as long as the program.
std::string_view tr(std::string_view english) noexcept;

std::string_view tr(std::string_view english, Language language) noexcept;

/// The same with its places filled in.
template <typename... T> std::string say(fmt::format_string<T const &...> english, T const &...values)
{
    fmt::string_view const key = english;
    return fmt::vformat(tr({key.data(), key.size()}), fmt::make_format_args(values...));
}

/// The translations, by their English text.
struct Translation
{
    std::string_view english, portuguese;
};
struct Translations
{
    Translation const *begin_, *end_;
    Translation const *begin() const noexcept { return begin_; }
    Translation const *end() const noexcept { return end_; }
};
Translations portuguese_texts() noexcept;

} // namespace atom
