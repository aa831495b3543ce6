#pragma once
// `--csv F` and `--xlsx F`: rows as a file for people, in place of what is printed.

#include "cmd/command.hpp"

#include "engine/job/row_file.hpp"

#include <memory>
#include <string>
#include <vector>

namespace atom {

void add_row_file_options(boost::program_options::options_description &options);

class RowOutput
{
public:
    /// `title` names a workbook's sheet. Throws FileError where a file cannot be made.
    RowOutput(Call const &call, std::string const &title, std::vector<ReportColumn> const &columns);
    /// A file was asked for: nothing is printed.
    bool is_wanted() const noexcept { return !m_files.empty(); }
    void row(std::vector<SqlValue> const &values);
    void commit();

private:
    std::vector<std::unique_ptr<RowFile>> m_files;
};

} // namespace atom
