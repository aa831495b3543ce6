#include "engine/job/row_file.hpp"

#include "engine/base/file.hpp"
#include "engine/job/report_text.hpp"
#include "engine/layout/xlsx_writer.hpp"

namespace atom {

namespace {

class CsvRowFile : public RowFile
{
public:
    CsvRowFile(std::filesystem::path const &path, std::vector<ReportColumn> columns) : m_columns(std::move(columns)), m_file(path)
    {
        m_file.write(csv_head(m_columns));
    }
    void row(std::vector<SqlValue> const &values) override { m_file.write(csv_row(m_columns, values)); }
    void commit() override { m_file.commit(); }

private:
    std::vector<ReportColumn> m_columns;
    AtomicFile m_file;
};

class SheetRowFile : public RowFile
{
public:
    SheetRowFile(std::filesystem::path const &path, std::string const &title, std::vector<ReportColumn> columns)
        : m_columns(std::move(columns)), m_file(path, title)
    {
        write_sheet_head(m_file, m_columns);
    }
    void row(std::vector<SqlValue> const &values) override { write_sheet_row(m_file, m_columns, values); }
    void commit() override
    {
        m_file.fit_columns();
        m_file.commit();
    }

private:
    std::vector<ReportColumn> m_columns;
    XlsxWriter m_file;
};

} // namespace

std::unique_ptr<RowFile> csv_row_file(std::filesystem::path const &path, std::vector<ReportColumn> columns)
{
    return std::make_unique<CsvRowFile>(path, std::move(columns));
}

std::unique_ptr<RowFile> sheet_row_file(std::filesystem::path const &path, std::string const &title, std::vector<ReportColumn> columns)
{
    return std::make_unique<SheetRowFile>(path, title, std::move(columns));
}

} // namespace atom
