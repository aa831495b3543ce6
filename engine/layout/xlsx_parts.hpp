#pragma once
// The parts of a workbook beside its sheets: where they are, what its styles mean, its shared strings.

#include "engine/base/file.hpp"
#include "engine/layout/xlsx_number.hpp"
#include "engine/layout/zip_archive.hpp"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace atom {

struct Workbook
{
    std::string sheet;          // the part that holds the sheet that is wanted
    std::string shared_strings; // "" if there are none
    std::string styles;
    bool from_1904 = false;
};

/// Finds a sheet by its name, or ("") the first that is not hidden. Throws FileRefused if there is none.
Workbook open_workbook(ZipArchive &archive, std::string const &sheet);

/// By a cell's style: what it shows a number as.
std::vector<NumberFormat> read_styles(ZipArchive &archive, std::string const &part);

/// The texts that cells share, kept on disk; 8 bytes of memory a text.
class SharedStrings
{
public:
    /// `part` "": there are none.
    SharedStrings(ZipArchive &archive, std::string const &part, UnpackBudget &budget, std::filesystem::path const &scratch);

    std::size_t count() const noexcept { return m_ends.size(); }
    std::string_view operator[](std::size_t i) const;

private:
    std::unique_ptr<MappedFile> m_file;
    std::vector<std::uint64_t> m_ends;
};

/// The pieces of a text, with what "_x0041_" stands for in them; characters that a row cannot hold become blanks. Throws FileRefused past 1
/// MiB.
class CellText
{
public:
    void clear() noexcept { m_text.clear(); }
    void add(std::string_view piece);
    bool empty() const noexcept { return m_text.empty(); }
    /// As it came.
    std::string const &raw() const noexcept { return m_text; }
    std::string decoded() const;

private:
    std::string m_text;
};

} // namespace atom
