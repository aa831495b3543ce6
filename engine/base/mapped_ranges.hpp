#pragma once
// A file that is cut while it is mapped: the system ends whoever reads a page behind its end by SIGBUS. Here that page and all behind it
// become zeros, and the reader goes on: what it makes of them counts for nothing, for MappedFile::changed() tells that the file was
// touched.

#include <cstddef>

namespace atom {

/// From now on, until it is forgotten, and for 256 mappings at once: of one more a cut ends the process. Any thread. The handler of SIGBUS
/// is set by the first; of an address in no mapping it has the process end as it would without it.
void watch_mapping(char *begin, std::size_t size) noexcept;
void forget_mapping(char const *begin) noexcept;

} // namespace atom
