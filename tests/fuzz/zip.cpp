#include "tests/fuzz/zip.hpp"

#include <array>
#include <cstdint>

namespace atom::fuzz {

namespace {

std::uint32_t crc_of(std::string_view bytes)
{
    std::uint32_t crc = 0xffffffffU;
    for (char const c : bytes) {
        crc ^= static_cast<unsigned char>(c);
        for (int i = 0; i < 8; ++i) {
            crc = (crc >> 1U) ^ ((crc & 1U) != 0 ? 0xedb88320U : 0U);
        }
    }
    return ~crc;
}

void put(std::string &out, std::uint64_t n, int bytes)
{
    for (int i = 0; i < bytes; ++i) {
        out += static_cast<char>((n >> (8U * static_cast<unsigned>(i))) & 0xffU);
    }
}

class Zip
{
public:
    void add(std::string_view name, std::string_view bytes)
    {
        std::string common;
        put(common, 20, 2);       // version
        put(common, 0, 4);        // flags, stored
        put(common, 0x210000, 4); // 1980-01-01
        put(common, crc_of(bytes), 4);
        put(common, bytes.size(), 4);
        put(common, bytes.size(), 4);
        put(common, name.size(), 2);
        put(common, 0, 2); // extra
        m_directory.append("PK\x01\x02", 4);
        put(m_directory, 20, 2);
        m_directory += common;
        put(m_directory, 0, 8); // comment, disk, attributes
        put(m_directory, 0, 2);
        put(m_directory, m_out.size(), 4);
        m_directory += name;
        m_out.append("PK\x03\x04", 4);
        m_out += common;
        m_out += name;
        m_out += bytes;
        ++m_count;
    }

    std::string finish()
    {
        auto const at = m_out.size();
        m_out += m_directory;
        m_out.append("PK\x05\x06", 4);
        put(m_out, 0, 4);
        put(m_out, m_count, 2);
        put(m_out, m_count, 2);
        put(m_out, m_directory.size(), 4);
        put(m_out, at, 4);
        put(m_out, 0, 2);
        return m_out;
    }

private:
    std::string m_out, m_directory;
    std::uint64_t m_count = 0;
};

constexpr std::string_view k_workbook = R"(<workbook xmlns:r="r"><sheets><sheet name="x" sheetId="1" r:id="a"/></sheets></workbook>)";
constexpr std::string_view k_parts =
    R"(<Relationships><Relationship Id="a" Type="t/worksheet" Target="s.xml"/>)"
    R"(<Relationship Id="b" Type="t/sharedStrings" Target="t.xml"/><Relationship Id="c" Type="t/styles" Target="y.xml"/>)"
    R"(</Relationships>)";

} // namespace

std::string workbook_of(std::string_view parts)
{
    std::array<std::string_view, 3> texts;
    for (auto &text : texts) {
        auto const end = parts.find('\0');
        text = parts.substr(0, end);
        parts.remove_prefix(end == std::string_view::npos ? parts.size() : end + 1);
    }
    Zip zip;
    zip.add("xl/workbook.xml", k_workbook);
    zip.add("xl/_rels/workbook.xml.rels", k_parts);
    zip.add("xl/s.xml", texts[0]);
    zip.add("xl/t.xml", texts[1].empty() ? "<sst/>" : texts[1]);
    zip.add("xl/y.xml", texts[2].empty() ? "<styleSheet/>" : texts[2]);
    return zip.finish();
}

} // namespace atom::fuzz
