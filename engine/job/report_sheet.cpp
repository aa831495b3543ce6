// A report as a workbook (declared in job/report_text.hpp).

#include "engine/base/scratch_file.hpp"
#include "engine/job/report_text.hpp"
#include "engine/layout/xlsx_writer.hpp"

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

void write_cell(XlsxWriter &out, ReportColumn const &column, SqlValue const &value)
{
    if (auto const *const n = std::get_if<std::int64_t>(&value)) {
        column.scale >= 0 ? out.decimal(*n, column.scale) : out.integer(*n);
        return;
    }
    auto const text = plain_cell(column, value);
    text.empty() ? out.blank() : out.text(text);
}

void write_table(XlsxWriter &out, ReportRows const &t, bool alone)
{
    std::vector<std::string> words;
    for (auto const &c : t.columns) {
        words.push_back(c.name);
    }
    if (alone) {
        out.header(words);
    } else {
        out.text(t.table->title);
        out.end_row();
        for (auto const &w : words) {
            out.text(w);
        }
        out.end_row();
    }
    for (auto const &row : t.rows) {
        for (std::size_t i = 0; i < row.size(); ++i) {
            write_cell(out, t.columns[i], row[i]);
        }
        out.end_row();
    }
}

} // namespace

std::string report_xlsx(ReportResult const &result, std::string_view table)
{
    PrivateFolder const folder;
    XlsxWriter out(folder.file(), result.report->name.substr(0, 31));
    bool const alone = !table.empty() || result.tables.size() == 1;
    for (auto const &t : result.tables) {
        if (table.empty() || t.table->name == table) {
            write_table(out, t, alone);
            if (!alone) {
                out.end_row(); // a blank one between
            }
        }
    }
    out.commit();
    return read_file(folder.file());
}

} // namespace atom
