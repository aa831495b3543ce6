#pragma once
// What servers answer to "list this folder", read as entries. Pure functions, no network. Bytes in, the same bytes out.

#include "engine/remote/folder.hpp"

#include <optional>
#include <string_view>
#include <vector>

namespace atom {

/// One line as `ls -l` writes it: "-rw-r--r-- 1 owner group 123 Jan  1 12:00 the name". None for anything but a regular file, and for a
/// line that does not have this shape. The name begins one blank after the date and goes to the end, so it may have blanks at both ends.
std::optional<RemoteEntry> parse_long_line(std::string_view line);

/// One line of MLSD (RFC 3659): "type=file;size=12;modify=20230807020000; the name". None for anything but type=file.
std::optional<RemoteEntry> parse_mlsd_line(std::string_view line);

/// True for an `ls -l` line of anything (folder, link, …) and for "total 12": lines that a listing may have without being a fault.
bool is_other_long_line(std::string_view line) noexcept;

/// A whole answer, line by line (LF or CRLF), each line read by `parse`.
std::vector<RemoteEntry> parse_lines(std::string_view answer, std::optional<RemoteEntry> (*parse)(std::string_view));

} // namespace atom
