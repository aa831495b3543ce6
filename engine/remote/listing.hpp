#pragma once
// What servers answer to "list this folder", read as entries. Pure functions, no network. Bytes in, the same bytes out.

#include "engine/remote/folder.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace atom {

/// One line of a listing.
struct ListedLine
{
    enum class Kind
    {
        file,
        other,         // a folder, a link, a device, "total 12", an empty line: understood, and nothing to take
        any,           // MLSD without a type: the server has to be asked whether it is a file
        not_understood // nobody knows what it would have said
    };
    Kind kind = Kind::not_understood;
    RemoteEntry entry = {}; // of a file: what the line tells. Its `line` is set where that is not all, or not to be relied on
};

/// One line of MLSD (RFC 3659), "type=file;size=12;modify=20230807020000; the name": facts in any order and number.
ListedLine read_mlsd_line(std::string_view line);

/// One line of LIST, as `ls -l` writes it ("-rw-r--r-- 1 owner group 123 Jan  1 12:00 the name") or as DOS does ("01-31-26  10:00AM  123
/// the name"). The name begins one blank after the date (DOS: the size) and goes to the end, so it may have blanks at both ends. The time
/// is in the server's own zone and may lack its year or its hour: the entry's is only good as long as nothing better is known.
ListedLine read_list_line(std::string_view line);

/// The two lines may tell of one file that nobody touched: the size is the same, and the times differ in no more than what one of them
/// leaves out. `ls -l` leaves out the year of a young file, and the hour of an old one.
bool may_be_same_file(std::string_view list_line, std::string_view other_list_line);

/// "20230807020000", with or without a fraction: nanoseconds since 1970, in whole seconds, as MDTM and MLSD both tell them. None for
/// anything else.
std::optional<std::int64_t> ftp_time(std::string_view digits);

struct ReadListing
{
    std::vector<ListedLine> lines;    // all that were understood, in order
    std::optional<std::string> wrong; // the first that was not, fit for a log
};

/// A whole answer, line by line (LF or CRLF), each line read by `read`.
ReadListing read_listing(std::string_view answer, ListedLine (*read)(std::string_view));

} // namespace atom
