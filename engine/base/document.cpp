#include "engine/base/document.hpp"

#include "engine/base/encoding.hpp"
#include "engine/base/text.hpp"
#include "engine/base/unicode.hpp"

#include <algorithm>
#include <array>

namespace atom {

namespace {

constexpr std::size_t k_cpf_size = 11;
constexpr std::size_t k_cnpj_size = 14;
constexpr std::size_t k_behind_slash = 6; // branch and check digits

constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
constexpr bool is_letter(char c) noexcept { return c >= 'A' && c <= 'Z'; }
constexpr bool is_mask(char c) noexcept { return c == '.' || c == '-' || c == ' ' || c == '\t'; }

// Modulo 11 over s, weights 2, 3 … from the right, beginning again after `highest`.
constexpr char check_digit(std::string_view s, int highest) noexcept
{
    int sum = 0;
    int weight = 2;
    for (std::size_t i = s.size(); i > 0; --i) {
        sum += (s[i - 1] - '0') * weight;
        weight = weight == highest ? 2 : weight + 1;
    }
    int const rest = sum % 11;
    return static_cast<char>('0' + (rest < 2 ? 0 : 11 - rest));
}

constexpr bool ends_in_check_digits(std::string_view s, int highest) noexcept
{
    auto const n = s.size();
    return s[n - 2] == check_digit(s.substr(0, n - 2), highest) && s[n - 1] == check_digit(s.substr(0, n - 1), highest);
}

// The last `size` of the kept characters, zeros in front.
struct Kept
{
    std::array<char, k_cnpj_size> zeros_and_text;
    std::size_t size = 0;
    std::size_t width = 0;    // with the zeros in front
    bool masked_cnpj = false; // "/NNNN-NN" ends it
    bool none = true;
    bool invalid = false;

    std::string_view last(std::size_t n) const noexcept { return {zeros_and_text.data() + k_cnpj_size - n, n}; }
};

// Without mask and leading zeros, in upper case, at the right end of the buffer.
Kept without_mask(std::string_view s) noexcept
{
    Kept kept;
    std::array<char, k_cnpj_size> text;
    std::size_t slash = 0; // how many stood before it
    bool has_slash = false;
    for (char c : s) {
        if (c == '/') {
            has_slash = true;
            slash = kept.width;
            continue;
        }
        kept.width += is_mask(c) ? 0 : 1;
        if (is_mask(c) || (c == '0' && kept.none)) {
            continue;
        }
        if (c >= 'a' && c <= 'z') {
            c = static_cast<char>(c - ('a' - 'A'));
        }
        kept.none = false;
        if ((!is_digit(c) && !is_letter(c)) || kept.size == k_cnpj_size) {
            kept.invalid = true;
            return kept;
        }
        text[kept.size++] = c;
    }
    kept.masked_cnpj = has_slash && kept.width - slash == k_behind_slash;
    kept.zeros_and_text.fill('0');
    std::copy_n(text.begin(), kept.size, kept.zeros_and_text.end() - static_cast<std::ptrdiff_t>(kept.size));
    return kept;
}

// Of what is a good CPF.
bool would_rather_be_cnpj(Kept const &kept, DocumentKind kind) noexcept
{
    return kind != DocumentKind::any ? kind == DocumentKind::cnpj
                                     : kept.width > k_cpf_size && kept.last(k_behind_slash).substr(0, 4) == "0001";
}

} // namespace

bool is_valid_cpf(std::string_view eleven_digits) noexcept
{
    return eleven_digits.size() == k_cpf_size && std::all_of(eleven_digits.begin(), eleven_digits.end(), is_digit) &&
           eleven_digits.find_first_not_of(eleven_digits.front()) != std::string_view::npos && ends_in_check_digits(eleven_digits, 11);
}

bool is_valid_cnpj(std::string_view fourteen_characters) noexcept
{
    if (fourteen_characters.size() != k_cnpj_size || fourteen_characters.find_first_not_of('0') == std::string_view::npos) {
        return false; // all zeros would have the right check digits
    }
    auto const body = fourteen_characters.substr(0, k_cnpj_size - 2);
    auto const is_known = [](char c) { return is_digit(c) || is_letter(c); };
    return std::all_of(body.begin(), body.end(), is_known) && ends_in_check_digits(fourteen_characters, 9);
}

DocumentKind document_kind(std::string_view word) noexcept
{
    return equal_ignoring_case(word, "cpf")    ? DocumentKind::cpf
           : equal_ignoring_case(word, "cnpj") ? DocumentKind::cnpj
                                               : DocumentKind::any;
}

DocumentField parse_document(std::string_view s, DocumentKind kind)
{
    if (!is_ascii(s)) {
        auto const plain = plain_marks(s);
        return is_ascii(plain) ? parse_document(plain, kind) : DocumentField{};
    }
    DocumentField field;
    auto const kept = without_mask(s);
    field.none = kept.none;
    if (kept.none || kept.invalid) {
        return field;
    }
    bool const is_cpf = kept.size <= k_cpf_size && !kept.masked_cnpj && is_valid_cpf(kept.last(k_cpf_size));
    if ((!is_cpf || would_rather_be_cnpj(kept, kind)) && is_valid_cnpj(kept.last(k_cnpj_size))) {
        field.value.emplace(kept.last(k_cnpj_size));
    } else if (is_cpf) {
        field.value.emplace(kept.last(k_cpf_size));
    }
    field.other_kind = field.value && kind != DocumentKind::any && (kind == DocumentKind::cpf) != (field.value->size() == k_cpf_size);
    return field;
}

} // namespace atom
