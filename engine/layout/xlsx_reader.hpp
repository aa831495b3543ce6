#pragma once
// A sheet of an .xlsx workbook as rows of cells (layout/cell.hpp). Read once, as it is unpacked: memory does not grow with the sheet.

#include "engine/base/file.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace atom {

/// Row N of the sheet is line N of the result; rows without a value are blank lines. `sheet` "" is the first that is not hidden. `scratch`
/// is the folder of the result and of what is needed meanwhile ("": the system's). Throws FileRefused for what is no spreadsheet, is
/// damaged, has a password, unpacks to more than a real one would (zip_archive.hpp) or has no such sheet; FileError where the disk refuses.
std::unique_ptr<MappedFile> read_xlsx(std::string_view bytes, std::string const &sheet, std::filesystem::path const &scratch);

} // namespace atom
