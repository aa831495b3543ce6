#pragma once
// A part of a zip, parsed as XML while it is unpacked. The only user of expat. No part of a spreadsheet has a DTD, so one that has is
// refused: there are no entities to expand and nothing outside to fetch.

#include "engine/layout/zip_archive.hpp"

#include <string>
#include <string_view>

namespace atom {

/// The attributes of an element, for as long as the call of start() lasts.
class XmlAttributes
{
public:
    explicit XmlAttributes(char const **pairs) noexcept : m_pairs(pairs) {}
    /// By its name without a prefix; "" if it is not there.
    std::string_view operator[](std::string_view name) const noexcept;

private:
    char const **m_pairs;
};

/// Hears of elements in order. Names come without their prefix; all text is UTF-8, in pieces.
class XmlHandler
{
public:
    virtual ~XmlHandler() = default;
    virtual void start(std::string_view name, XmlAttributes const &attributes) = 0;
    virtual void end(std::string_view name) = 0;
    virtual void text(std::string_view piece) = 0;
};

/// Throws FileRefused where the part is missing or is no good XML, and passes on what the handler throws.
void parse_xml(ZipArchive &archive, std::string const &part, XmlHandler &handler);

} // namespace atom
