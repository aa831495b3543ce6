#pragma once
// Brazilian tax documents. CPF: 11 digits, two check digits modulo 11. CNPJ: 14 characters [0-9A-Z]{12}[0-9]{2}, alphanumeric since
// July 2026 (Instrucao Normativa RFB 2.229/2024): the value of a character is its ASCII code - 48.

#include <optional>
#include <string>
#include <string_view>

namespace atom {

bool is_valid_cpf(std::string_view eleven_digits) noexcept;        // all digits equal is invalid
bool is_valid_cnpj(std::string_view fourteen_characters) noexcept; // upper case

/// A field that is empty, blank or all zeros holds no document; one with any mask (. - / and blanks), zero-filled to any width or with
/// its leading zeros lost, holds a CPF (tried first, 11 digits) or a CNPJ (14 characters, letters of either case).
struct DocumentField
{
    bool none = false;                // no document, and that is no fault
    std::optional<std::string> value; // 11 or 14 characters; empty and not none = invalid
};
DocumentField parse_document(std::string_view s);

} // namespace atom
