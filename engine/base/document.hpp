#pragma once
// Brazilian tax documents. CPF: 11 digits, two check digits modulo 11. CNPJ: 14 characters [0-9A-Z]{12}[0-9]{2}, alphanumeric since
// July 2026 (Instrucao Normativa RFB 2.229/2024): the value of a character is its ASCII code - 48.

#include <optional>
#include <string>
#include <string_view>

namespace atom {

bool is_valid_cpf(std::string_view eleven_digits) noexcept;        // all digits equal is invalid
bool is_valid_cnpj(std::string_view fourteen_characters) noexcept; // upper case

enum class DocumentKind
{
    any,
    cpf,
    cnpj
};
/// "cpf" and "cnpj" in either case; any other word is no kind.
DocumentKind document_kind(std::string_view word) noexcept;

/// A field that is empty, blank or all zeros holds no document; one with any mask (. - / and blanks), zero-filled to any width or with
/// its leading zeros lost, holds a CPF (11 digits) or a CNPJ (14 characters, letters of either case). What can be both, for the check
/// digits of every CPF that begins with 00 are those of a CNPJ, too, is a CNPJ if it has its mask (/NNNN-NN); else what `kind` says;
/// else, of 12 digits or more, a CNPJ if its branch is 0001; else a CPF.
struct DocumentField
{
    bool none = false;                // no document, and that is no fault
    bool other_kind = false;          // a good one, but `kind` says that it is of the other kind
    std::optional<std::string> value; // 11 or 14 characters; empty and not none = invalid
};
DocumentField parse_document(std::string_view s, DocumentKind kind = DocumentKind::any);

} // namespace atom
