#include "engine/job/shown.hpp"

#include "engine/base/date.hpp"
#include "engine/base/text.hpp"

#include <fmt/format.h>

namespace atom {

namespace {

constexpr StatusWord k_statuses[] = {
    {"seen", "visto", "info"},        {"fetching", "buscando", "info"},
    {"waiting", "esperando", "warn"}, {"held", "retido", "warn"},
    {"running", "rodando", "info"},   {"done", "feito", "good"},
    {"failed", "falhou", "bad"},      {"duplicate", "duplicado", ""},
    {"overdue", "atrasado", "bad"},   {"unmatched", "sem trabalho", "warn"},
    {"removed", "saiu da pasta", ""},
};

/// '#' is the next character of the text, all else stands as it is.
std::string in_form(std::string_view text, std::string_view form)
{
    std::string out;
    std::size_t at = 0;
    for (char const c : form) {
        out += c == '#' && at < text.size() ? text[at++] : c;
    }
    return out;
}

} // namespace

std::string shown_document(std::string_view text)
{
    if (text.size() == 11 && is_digits(text)) {
        return in_form(text, "###.###.###-##");
    }
    bool const plain = std::all_of(text.begin(), text.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z'); });
    return text.size() == 14 && plain ? in_form(text, "##.###.###/####-##") : std::string(text);
}

std::string shown_phone(std::string_view text)
{
    if (!is_digits(text)) {
        return std::string(text);
    }
    if ((text.size() == 12 || text.size() == 13) && text.substr(0, 2) == "55") {
        return "+55 " + shown_phone(text.substr(2));
    }
    switch (text.size()) {
    case 8: return in_form(text, "####-####");
    case 9: return in_form(text, "#####-####");
    case 10: return in_form(text, "(##) ####-####");
    case 11: return in_form(text, text.front() == '0' ? "#### ### ####" : "(##) #####-####");
    default: return std::string(text);
    }
}

std::string shown_postcode(std::string_view text)
{
    return text.size() == 8 && is_digits(text) ? in_form(text, "#####-###") : std::string(text);
}

std::string shown_moment(std::string const &text)
{
    bool const with_time = text.size() == 19;
    auto const c = with_time || text.size() == 10 ? parse_iso(text, with_time ? DateKind::datetime : DateKind::date) : std::nullopt;
    if (!c) {
        return text;
    }
    auto const day = fmt::format("{:02}/{:02}/{:04}", c->day, c->month, c->year);
    return with_time ? fmt::format("{} {:02}:{:02}", day, c->hour, c->minute) : day;
}

StatusWord const *status_word(std::string_view status) noexcept
{
    auto const *const it =
        std::find_if(std::begin(k_statuses), std::end(k_statuses), [&](StatusWord const &s) { return status == s.status; });
    return it == std::end(k_statuses) ? nullptr : it;
}

} // namespace atom
