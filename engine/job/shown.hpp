#pragma once
// Values as people here write them, with their marks. Pure; what does not look like one stays as it is.

#include <string>
#include <string_view>

namespace atom {

/// "52998224725" -> "529.982.247-25", "11222333000181" -> "11.222.333/0001-81".
std::string shown_document(std::string_view text);
/// "19987650001" -> "(19) 98765-0001", "32345678" -> "3234-5678"; a 55 in front stays as +55.
std::string shown_phone(std::string_view text);
/// "13010000" -> "13010-000".
std::string shown_postcode(std::string_view text);
/// "2026-11-03" -> "03/11/2026", "2026-11-03 02:00:00" -> "03/11/2026 02:00".
std::string shown_moment(std::string const &text);

/// What the ledger's statuses are called; null for another word.
struct StatusWord
{
    char const *status, *word, *tone; // tone: good, warn, bad, info or ""
};
StatusWord const *status_word(std::string_view status) noexcept;

} // namespace atom
