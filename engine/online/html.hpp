#pragma once
// HTML out, by hand: every text goes through escaped().

#include <string>
#include <string_view>

namespace atom {

/// For element content and for attribute values in double quotes. Control characters but tab and line ends are left out.
std::string escaped(std::string_view utf8);

/// For a part of a path or of a query: everything but letters, digits and -._~ as %XX.
std::string url_encoded(std::string_view utf8);

/// The one style sheet of all pages; light and dark, wide and narrow.
std::string_view style_sheet();

} // namespace atom
