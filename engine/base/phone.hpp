#pragma once
// Brazilian phone numbers (Anatel's numbering plan, Resolucao 749/2022): 67 area codes; mobiles 9 + 8 digits, landlines [2-5] + 7.

#include <optional>
#include <string>
#include <string_view>

namespace atom {

struct Phone
{
    std::string area;       // two digits
    std::string number;     // eight digits (landline) or nine (mobile)
    bool extension = false; // one follows: who calls the number reaches a switchboard
};

bool is_area_code(std::string_view two_digits) noexcept;

/// Area code and number with any mask ( ) - + . / and blanks. A 55 in front of what has 12 or 13 digits with it goes, a leading 0 of the
/// area code goes, and with it XX or an operator's two digits ("0XX11", "0 21 11"), an old 8-digit mobile (6-9) gets its 9. An extension of
/// up to six digits may follow ("ramal 12", "r. 12", "x12"). None for anything that nobody answers: a wrong length or area code, letters,
/// 0800, 0300, and the single national numbers 300x and 400x, with or without an area code.
std::optional<Phone> parse_phone(std::string_view s);

} // namespace atom
