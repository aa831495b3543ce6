#include "cmd/row_output.hpp"

#include <boost/program_options/value_semantic.hpp>

namespace po = boost::program_options;

namespace atom {

void add_row_file_options(po::options_description &o)
{
    o.add_options()("csv", po::value<std::string>()->value_name("FILE"), "write it into this file, as CSV that a spreadsheet opens");
    o.add_options()("xlsx", po::value<std::string>()->value_name("FILE"), "write it into this file, as a workbook");
}

RowOutput::RowOutput(Call const &call, std::string const &title, std::vector<ReportColumn> const &columns)
{
    if (call.has("csv")) {
        m_files.push_back(csv_row_file(call.text("csv"), columns));
    }
    if (call.has("xlsx")) {
        m_files.push_back(sheet_row_file(call.text("xlsx"), title, columns));
    }
}

void RowOutput::row(std::vector<SqlValue> const &values)
{
    for (auto const &file : m_files) {
        file->row(values);
    }
}

void RowOutput::commit()
{
    for (auto const &file : m_files) {
        file->commit();
    }
}

} // namespace atom
