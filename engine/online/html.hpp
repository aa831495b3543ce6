#pragma once
// HTML out, by hand: every text goes through escaped().

#include <string>
#include <string_view>

namespace atom {

/// For element content and for attribute values in double quotes. Control characters but tab and line ends are left out.
std::string escaped(std::string_view utf8);

/// As element content; names of files break at their underscores.
std::string escaped_text(std::string_view utf8);

/// The first `most` characters, with … for the rest.
std::string clipped(std::string_view utf8, std::size_t most);

/// For a part of a path or of a query: everything but letters, digits and -._~ as %XX.
std::string url_encoded(std::string_view utf8);

/// The one style sheet of all pages; light and dark, wide and narrow (style.css, embedded when the program is built).
std::string_view style_sheet();

} // namespace atom
