#include "engine/layout/key_text.hpp"

#include "engine/base/unicode.hpp"

#include <algorithm>

namespace atom {

namespace {

constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

/// One digit, a separator, digits, E+ and digits. "4E12" may be a code.
bool is_shortened_number(std::string_view s) noexcept
{
    if (s.size() < 6 || !is_digit(s[0]) || (s[1] != ',' && s[1] != '.')) {
        return false;
    }
    auto const e = std::find_if_not(s.begin() + 2, s.end(), is_digit);
    auto const rest = s.substr(static_cast<std::size_t>(e - s.begin()));
    return e != s.begin() + 2 && rest.size() > 2 && (rest[0] == 'E' || rest[0] == 'e') && rest[1] == '+' &&
           std::all_of(rest.begin() + 2, rest.end(), is_digit);
}

} // namespace

bool is_plain_key(std::string_view bytes, Encoding e) noexcept
{
    constexpr unsigned k_lead_of_0300 = 0xCC; // where the combining marks begin
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        unsigned const b = static_cast<unsigned char>(bytes[i]);
        bool const is_letter = e == Encoding::utf8 ? b != 0xC2 && b < k_lead_of_0300 : b != 0xA0 && b != 0xAD;
        if (b >= 0x80 && !is_letter) {
            return false;
        }
    }
    return !is_shortened_number(bytes);
}

std::optional<std::string> key_form(std::string_view utf8)
{
    auto const seen = is_shortened_number(utf8) ? std::nullopt : without_unseen(utf8);
    return seen ? std::optional(composed(*seen)) : std::nullopt;
}

std::string_view key_fault(std::string_view utf8)
{
    return is_shortened_number(utf8) ? "uma planilha cortou os dígitos deste número"
           : without_unseen(utf8)    ? ""
                                     : "há um branco que não se vê no meio";
}

} // namespace atom
