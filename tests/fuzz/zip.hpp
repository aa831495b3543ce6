#pragma once
// A workbook around three texts, as a zip without compression: a fuzzer cannot guess checksums.

#include <string>
#include <string_view>

namespace atom::fuzz {

/// Sheet, shared strings and styles, parted by NUL bytes; what is missing is empty.
std::string workbook_of(std::string_view parts);

} // namespace atom::fuzz
