#include "engine/layout/xlsx_parts.hpp"

#include "engine/base/scratch_file.hpp"
#include "engine/base/text.hpp"
#include "engine/layout/xml.hpp"

#include <fmt/format.h>

#include <charconv>

namespace atom {

namespace {

constexpr std::size_t k_longest_text = std::size_t{1} << 20;

struct Relationship
{
    std::string type;   // the last word of its URI
    std::string target; // a part
};

bool is_true(std::string_view s) noexcept { return s == "1" || s == "true"; }

int number_of(std::string_view s) noexcept
{
    int n = -1;
    std::from_chars(s.data(), s.data() + s.size(), n);
    return n;
}

/// A target is relative to the folder of the part that names it, or begins at the root.
std::string resolved(std::string const &folder, std::string const &target)
{
    bool const from_root = !target.empty() && target.front() == '/';
    auto const path = (std::filesystem::path(from_root ? "" : folder) / (from_root ? target.substr(1) : target)).lexically_normal();
    return path.generic_string();
}

class RelationshipReader : public XmlHandler
{
public:
    explicit RelationshipReader(std::string folder) : m_folder(std::move(folder)) {}
    void start(std::string_view name, XmlAttributes const &a) override
    {
        if (name == "Relationship") {
            auto const type = a["Type"];
            found[std::string(a["Id"])] = {std::string(type.substr(type.rfind('/') + 1)), resolved(m_folder, std::string(a["Target"]))};
        }
    }
    void end(std::string_view) override {}
    void text(std::string_view) override {}

    std::map<std::string, Relationship> found;

private:
    std::string m_folder;
};

std::map<std::string, Relationship> relationships_of(ZipArchive &archive, std::string const &part)
{
    auto const slash = part.rfind('/');
    auto const folder = slash == std::string::npos ? "" : part.substr(0, slash + 1);
    RelationshipReader reader(folder);
    parse_xml(archive, folder + "_rels/" + part.substr(folder.size()) + ".rels", reader);
    return std::move(reader.found);
}

class WorkbookReader : public XmlHandler
{
public:
    struct Sheet
    {
        std::string name, relationship;
        bool hidden = false;
    };
    void start(std::string_view name, XmlAttributes const &a) override
    {
        if (name == "sheet") {
            sheets.push_back({std::string(a["name"]), std::string(a["id"]), !a["state"].empty() && a["state"] != "visible"});
        } else if (name == "workbookPr") {
            from_1904 = is_true(a["date1904"]);
        }
    }
    void end(std::string_view) override {}
    void text(std::string_view) override {}

    std::vector<Sheet> sheets;
    bool from_1904 = false;
};

class StyleReader : public XmlHandler
{
public:
    void start(std::string_view name, XmlAttributes const &a) override
    {
        if (name == "cellXfs" || name == "numFmts") {
            m_list = name;
        } else if (name == "numFmt" && m_list == "numFmts") {
            m_formats[number_of(a["numFmtId"])] = number_format(a["formatCode"]);
        } else if (name == "xf" && m_list == "cellXfs") {
            auto const id = number_of(a["numFmtId"]);
            auto const own = m_formats.find(id);
            styles.push_back(own != m_formats.end() ? own->second : builtin_number_format(id));
        }
    }
    void end(std::string_view name) override
    {
        if (name == m_list) {
            m_list.clear();
        }
    }
    void text(std::string_view) override {}

    std::vector<NumberFormat> styles;

private:
    std::string m_list;
    std::map<int, NumberFormat> m_formats;
};

/// The text of an item is that of all its runs, but not of how they are spoken (rPh).
class StringReader : public XmlHandler
{
public:
    StringReader(ScratchFile &out, std::vector<std::uint64_t> &ends, UnpackBudget &budget) : m_out(out), m_ends(ends), m_budget(budget) {}

    void start(std::string_view name, XmlAttributes const &) override
    {
        if (name == "si") {
            m_text.clear();
        } else if (name == "rPh") {
            m_spoken = true;
        }
        m_in_text = name == "t" && !m_spoken;
    }
    void end(std::string_view name) override
    {
        m_in_text = false;
        if (name == "rPh") {
            m_spoken = false;
        } else if (name == "si") {
            auto const text = m_text.decoded();
            m_budget.spend(text.size() + sizeof m_ends.front());
            m_out.write(text);
            m_ends.push_back(m_out.size());
        }
    }
    void text(std::string_view piece) override
    {
        if (m_in_text) {
            m_text.add(piece);
        }
    }

private:
    ScratchFile &m_out;
    std::vector<std::uint64_t> &m_ends;
    UnpackBudget &m_budget;
    CellText m_text;
    bool m_in_text = false, m_spoken = false;
};

/// "_x000D_" at `i`: the code point, if it is one.
std::optional<unsigned> escaped_character(std::string_view s, std::size_t i) noexcept
{
    if (i + 7 > s.size() || s[i + 1] != 'x' || s[i + 6] != '_') {
        return std::nullopt;
    }
    unsigned code = 0;
    auto const *const first = s.data() + i + 2;
    auto const [end, error] = std::from_chars(first, first + 4, code, 16);
    bool const surrogate = code >= 0xd800 && code < 0xe000;
    return error == std::errc() && end == first + 4 && !surrogate ? std::optional(code) : std::nullopt;
}

void add_utf8(std::string &out, unsigned code)
{
    if (code < 0x80) {
        bool const kept = code >= 0x20 || code == '\t' || code == '\n' || code == '\r';
        out += kept ? static_cast<char>(code) : ' ';
    } else if (code < 0x800) {
        out += static_cast<char>(0xc0 | (code >> 6U));
        out += static_cast<char>(0x80 | (code & 0x3fU));
    } else {
        out += static_cast<char>(0xe0 | (code >> 12U));
        out += static_cast<char>(0x80 | ((code >> 6U) & 0x3fU));
        out += static_cast<char>(0x80 | (code & 0x3fU));
    }
}

} // namespace

Workbook open_workbook(ZipArchive &archive, std::string const &wanted)
{
    std::string part = "xl/workbook.xml";
    if (archive.has("_rels/.rels")) {
        for (auto const &[id, r] : relationships_of(archive, "")) {
            part = r.type == "officeDocument" ? r.target : part;
        }
    }
    if (!archive.has(part)) {
        throw FileRefused(FileFault::incompatible, fmt::format("o arquivo não é uma planilha .xlsx: falta a parte {}", part));
    }
    WorkbookReader book;
    parse_xml(archive, part, book);
    auto const parts = relationships_of(archive, part);
    Workbook out;
    out.from_1904 = book.from_1904;
    for (auto const &[id, r] : parts) {
        if (r.type == "sharedStrings") {
            out.shared_strings = r.target;
        } else if (r.type == "styles") {
            out.styles = r.target;
        }
    }
    std::vector<std::string> names;
    std::string hidden;
    for (auto const &s : book.sheets) {
        auto const r = parts.find(s.relationship);
        if (r == parts.end() || r->second.type != "worksheet") {
            continue; // a chart
        }
        names.push_back(s.name);
        bool const named = !wanted.empty() && equal_ignoring_case(s.name, wanted);
        if (named || (wanted.empty() && !s.hidden)) {
            out.sheet = r->second.target;
            return out;
        }
        hidden = hidden.empty() ? r->second.target : hidden;
    }
    if (wanted.empty() && !hidden.empty()) {
        out.sheet = hidden;
        return out;
    }
    throw FileRefused(FileFault::incompatible, names.empty() ? "a pasta de trabalho não tem nenhuma planilha"
                                                             : fmt::format("não há planilha \"{}\"; há: {}", wanted, join(names, ", ")));
}

std::vector<NumberFormat> read_styles(ZipArchive &archive, std::string const &part)
{
    StyleReader reader;
    if (!part.empty()) {
        parse_xml(archive, part, reader);
    }
    return std::move(reader.styles);
}

SharedStrings::SharedStrings(ZipArchive &archive, std::string const &part, UnpackBudget &budget, std::filesystem::path const &scratch)
{
    if (part.empty()) {
        return;
    }
    ScratchFile file(scratch);
    StringReader reader(file, m_ends, budget);
    parse_xml(archive, part, reader);
    m_file = file.map();
}

std::string_view SharedStrings::operator[](std::size_t i) const
{
    auto const begin = i == 0 ? 0 : m_ends[i - 1];
    return m_file->bytes().substr(begin, m_ends[i] - begin);
}

void CellText::add(std::string_view piece)
{
    if (m_text.size() + piece.size() > k_longest_text) {
        throw FileRefused(FileFault::incompatible, "a planilha tem uma célula de mais de 1 MiB");
    }
    m_text += piece;
}

std::string CellText::decoded() const
{
    std::string out;
    for (std::size_t i = 0; i < m_text.size(); ++i) {
        if (m_text[i] == '_') {
            if (auto const code = escaped_character(m_text, i)) {
                add_utf8(out, *code);
                i += 6;
                continue;
            }
        }
        out += m_text[i];
    }
    return out;
}

} // namespace atom
