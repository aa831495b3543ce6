#include "engine/layout/zip_archive.hpp"

#include "engine/base/text.hpp"

#include <fmt/format.h>
#include <zip.h>

#include <algorithm>
#include <map>
#include <vector>

namespace atom {

namespace {

constexpr std::size_t k_piece = std::size_t{64} << 10;
constexpr zip_int64_t k_most_parts = 10000;
constexpr std::string_view k_compound_file = "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"; // .xls, and an .xlsx under a password

struct CloseFile
{
    void operator()(zip_file_t *f) const noexcept { zip_fclose(f); } // read to its end, or given up: nothing to be learnt
};

[[noreturn]] void refuse(std::string reason) { throw FileRefused(FileFault::incompatible, std::move(reason)); }

[[noreturn]] void refuse_damaged(std::string_view part, std::string_view why)
{
    refuse(fmt::format("a planilha está danificada: {}: {}", part, why));
}

std::string text_of(int code)
{
    zip_error_t error;
    zip_error_init_with_code(&error, code);
    std::string text = zip_error_strerror(&error);
    zip_error_fini(&error);
    return text;
}

/// Some programs write their parts with backslashes, or from the root; none cares for case.
std::string plain_name(std::string_view name)
{
    auto out = to_lower(name);
    std::replace(out.begin(), out.end(), '\\', '/');
    return out.substr(std::min(out.find_first_not_of('/'), out.size()));
}

} // namespace

void UnpackBudget::spend(std::uint64_t bytes)
{
    m_spent += bytes;
    if (m_spent > m_limit) {
        refuse(
            fmt::format("a planilha se expande para mais de {} MiB; nenhuma planilha de verdade faz isso com este tamanho", m_limit >> 20));
    }
}

struct ZipArchive::State
{
    zip_t *archive = nullptr;
    std::map<std::string, zip_uint64_t> parts; // where each stands, by its plain name
    ~State()
    {
        if (archive != nullptr) {
            zip_discard(archive);
        }
    }
};

ZipArchive::ZipArchive(std::string_view bytes, UnpackBudget &budget) : m_state(std::make_unique<State>()), m_budget(budget)
{
    if (bytes.substr(0, k_compound_file.size()) == k_compound_file) {
        refuse("a planilha tem senha ou é do formato antigo .xls; salve-a como .xlsx, sem senha");
    }
    zip_error_t error;
    zip_error_init(&error);
    auto *const source = zip_source_buffer_create(bytes.data(), bytes.size(), 0, &error);
    if (source != nullptr) {
        m_state->archive = zip_open_from_source(source, ZIP_RDONLY, &error);
        if (m_state->archive == nullptr) {
            zip_source_free(source);
        }
    }
    auto const code = zip_error_code_zip(&error);
    zip_error_fini(&error);
    if (m_state->archive == nullptr) {
        refuse(fmt::format("o arquivo não é uma planilha .xlsx: {}", code == ZIP_ER_NOZIP ? "não é um zip" : text_of(code)));
    }
    if (zip_get_num_entries(m_state->archive, 0) > k_most_parts) {
        refuse(fmt::format("o zip tem mais de {} partes; nenhuma planilha tem tantas", k_most_parts));
    }
    for (zip_int64_t i = 0; i < zip_get_num_entries(m_state->archive, 0); ++i) {
        if (char const *const name = zip_get_name(m_state->archive, static_cast<zip_uint64_t>(i), 0)) {
            m_state->parts.emplace(plain_name(name), static_cast<zip_uint64_t>(i));
        }
    }
}

ZipArchive::~ZipArchive() = default;

bool ZipArchive::has(std::string const &part) const { return m_state->parts.count(plain_name(part)) > 0; }

void ZipArchive::read(std::string const &part, std::function<void(std::string_view)> const &take)
{
    zip_stat_t stat;
    auto const found = m_state->parts.find(plain_name(part));
    if (found == m_state->parts.end() || zip_stat_index(m_state->archive, found->second, 0, &stat) != 0) {
        refuse_damaged(part, "a parte não existe");
    }
    if ((stat.valid & ZIP_STAT_ENCRYPTION_METHOD) != 0 && stat.encryption_method != ZIP_EM_NONE) {
        refuse("a planilha tem senha; salve-a como .xlsx, sem senha");
    }
    std::unique_ptr<zip_file_t, CloseFile> const file(zip_fopen_index(m_state->archive, found->second, 0));
    if (!file) {
        refuse_damaged(part, zip_error_strerror(zip_get_error(m_state->archive)));
    }
    std::vector<char> piece(k_piece);
    for (;;) {
        auto const n = zip_fread(file.get(), piece.data(), piece.size());
        if (n < 0) {
            refuse_damaged(part, zip_error_strerror(zip_file_get_error(file.get())));
        }
        if (n == 0) {
            return;
        }
        m_budget.spend(static_cast<std::uint64_t>(n));
        take({piece.data(), static_cast<std::size_t>(n)});
    }
}

} // namespace atom
