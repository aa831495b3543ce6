#pragma once
// Writes a workbook, sheet by sheet and row by row, at any size: a row that was ended is no longer in memory. The same calls give the same
// bytes. Nothing is ever cut or rounded: what a cell cannot hold is a WriteError, a number of more than 15 digits becomes text. No text is
// taken for a formula.

#include "engine/base/date.hpp"
#include "engine/layout/cell.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace atom {

/// A value that does not fit where a layout or a format wants it. Names the field, never the value.
class WriteError : public std::runtime_error
{
public:
    using std::runtime_error::runtime_error;
};

class XlsxWriter
{
public:
    /// The file is there, whole, when commit() returns; the destructor without it leaves nothing. `sheet` is the first sheet's name.
    /// Throws FileError and WriteError, as do the others. The folder must exist and also takes the temporary files.
    XlsxWriter(std::filesystem::path const &path, std::string const &sheet);
    ~XlsxWriter();
    XlsxWriter(XlsxWriter const &) = delete;
    XlsxWriter &operator=(XlsxWriter const &) = delete;

    /// What follows goes to another sheet. Its name has at most 31 characters, and no sheet before it has that name, whatever capitals.
    void begin_sheet(std::string const &name);

    /// A row of words in bold, ended; what is scrolled stays under it.
    void header(std::vector<std::string> const &words);

    /// The next cell of the row at hand. UTF-8.
    void text(std::string_view text);
    void integer(std::int64_t n);
    /// In units of 10^-scale, with a format that shows all places.
    void decimal(std::int64_t units, int scale);
    void real(double x); // one that is no number is blank
    void moment(Civil const &civil, DateKind kind);
    void blank();
    /// A cell as a sheet's rows have it (layout/cell.hpp).
    void cell(std::string_view raw);
    void end_row();
    /// For a sheet that people read: columns as wide as what they hold (of 60 characters at most), and a filter on its header. At its end.
    void fit_columns();

    void commit();

private:
    struct State;
    void number(std::string const &digits, std::string const &format, bool percent = false);
    std::unique_ptr<State> m_state;
};

} // namespace atom
