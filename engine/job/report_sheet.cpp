// A report as a workbook (declared in job/report_text.hpp).

#include "engine/base/scratch_file.hpp"
#include "engine/base/text.hpp"
#include "engine/job/report_text.hpp"
#include "engine/layout/xlsx_writer.hpp"

#include <fmt/format.h>

#include <set>

namespace atom {

namespace {

/// Gone with its content.
class PrivateFolder
{
public:
    PrivateFolder() : m_path(make_scratch_folder("report")) {}
    ~PrivateFolder()
    {
        std::error_code ignored; // nothing more can be done about it
        std::filesystem::remove_all(m_path, ignored);
    }
    PrivateFolder(PrivateFolder const &) = delete;
    PrivateFolder &operator=(PrivateFolder const &) = delete;
    std::filesystem::path file() const { return m_path / "report.xlsx"; }

private:
    std::filesystem::path m_path;
};

/// A text that says a day, a time or both as ISO does is one.
void write_text(XlsxWriter &out, std::string const &text)
{
    auto const kind = text.size() == 10 ? DateKind::date : text.size() == 8 ? DateKind::time : DateKind::datetime;
    auto const civil = text.size() == 10 || text.size() == 8 || text.size() == 19 ? parse_iso(text, kind) : std::nullopt;
    civil ? out.moment(*civil, kind) : text.empty() ? out.blank() : out.text(text);
}

void write_cell(XlsxWriter &out, ReportColumn const &column, SqlValue const &value)
{
    if (auto const *const n = std::get_if<std::int64_t>(&value)) {
        column.scale >= 0 ? out.decimal(*n, column.scale) : out.integer(*n);
    } else if (auto const *const x = std::get_if<double>(&value)) {
        out.real(*x);
    } else {
        write_text(out, plain_cell(column, value));
    }
}

/// The first `most` characters as UTF-16 counts them, without blanks and apostrophes at the ends.
std::string beginning(std::string_view utf8, std::size_t most)
{
    std::size_t end = 0, units = 0;
    while (end < utf8.size()) {
        auto const lead = static_cast<unsigned char>(utf8[end]);
        std::size_t const bytes = lead < 0xc0 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
        units += bytes == 4 ? 2 : 1;
        if (units > most) {
            break;
        }
        end = std::min(end + bytes, utf8.size());
    }
    auto text = utf8.substr(0, end);
    text.remove_prefix(std::min(text.find_first_not_of(" '"), text.size()));
    text.remove_suffix(text.size() - (text.find_last_not_of(" '") + 1));
    return std::string(text);
}

/// A title as Excel takes it for a sheet: 31 characters, some of them not allowed, each name once whatever capitals and accents.
std::string sheet_name(std::string_view title, std::set<std::string> &taken)
{
    constexpr std::size_t k_most = 31;
    std::string plain;
    for (char const c : title) {
        bool const good = static_cast<unsigned char>(c) > ' ' && std::string_view("[]:*?/\\").find(c) == std::string_view::npos;
        if (good) {
            plain += c;
        } else if (!plain.empty() && plain.back() != ' ') {
            plain += ' ';
        }
    }
    for (int n = 1;; ++n) {
        auto const number = n == 1 ? std::string() : fmt::format(" ({})", n);
        auto name = beginning(plain, k_most - number.size()) + number;
        name = name.empty() ? "-" : name;
        if (taken.insert(to_lower(without_accents(name))).second) {
            return name;
        }
    }
}

} // namespace

void write_sheet_head(XlsxWriter &out, std::vector<ReportColumn> const &columns)
{
    std::vector<std::string> words;
    for (auto const &c : columns) {
        words.push_back(c.label);
    }
    out.header(words);
}

void write_sheet_row(XlsxWriter &out, std::vector<ReportColumn> const &columns, std::vector<SqlValue> const &row)
{
    for (std::size_t i = 0; i < row.size(); ++i) {
        write_cell(out, columns[i], row[i]);
    }
    out.end_row();
}

std::string report_xlsx(ReportResult const &result)
{
    PrivateFolder const folder;
    std::set<std::string> taken = {"history", "historico"}; // Excel keeps these for itself
    std::unique_ptr<XlsxWriter> out;
    for (auto const &t : result.tables) {
        auto const name = sheet_name(t.table->title, taken);
        if (out) {
            out->begin_sheet(name);
        } else {
            out = std::make_unique<XlsxWriter>(folder.file(), name);
        }
        write_sheet_head(*out, t.columns);
        for (auto const &row : t.rows) {
            write_sheet_row(*out, t.columns, row);
        }
        out->fit_columns();
    }
    out->commit();
    return read_file(folder.file());
}

} // namespace atom
