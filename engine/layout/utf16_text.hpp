#pragma once
// A file in UTF-16 as the UTF-8 that it is read as, in a scratch file; and the way back from a place in that to the file's own bytes.

#include "engine/base/scratch_file.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace atom {

enum class ByteOrder
{
    little,
    big
};

/// What the file's first bytes say: its mark; or, where `by_zeros`, that every other byte of its beginning is zero, as in western text.
/// None: it is no UTF-16.
std::optional<ByteOrder> utf16_order(std::string_view bytes, bool by_zeros) noexcept;

class Utf16Text
{
public:
    /// `bytes` are only read here. A half of a surrogate pair becomes three bytes that are no UTF-8, so that its line is told. Throws
    /// FileRefused where half a character is missing at the end, FileError if the scratch file cannot be written.
    Utf16Text(std::string_view bytes, ByteOrder order, std::filesystem::path const &scratch);

    MappedFile const &file() const noexcept { return *m_file; }
    /// Offset in the file of the character that begins at this offset of the text.
    std::uint64_t original(std::uint64_t offset) const noexcept;

private:
    struct Mark
    {
        std::uint64_t text, file;
    };
    std::unique_ptr<MappedFile> m_file;
    std::vector<Mark> m_marks; // one every 64 KiB of text
};

} // namespace atom
