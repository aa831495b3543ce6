#include "engine/layout/xlsx_writer.hpp"

#include "engine/base/decimal.hpp"
#include "engine/base/encoding.hpp"
#include "engine/base/error.hpp"
#include "engine/base/file.hpp"

#include <fmt/format.h>
#include <xlsxwriter.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstdlib>
#include <ctime>
#include <map>
#include <optional>

#include <fcntl.h>
#include <unistd.h>

namespace atom {

namespace {

constexpr std::time_t k_created = 946684800; // 2000-01-01: the same rows are the same bytes
constexpr std::size_t k_shown_digits = 15;
constexpr std::size_t k_most_digits = 308;
constexpr int k_first_year = 1900;
constexpr std::size_t k_least_width = 6, k_most_width = 60, k_filter_width = 3; // characters

void check(lxw_error code)
{
    if (code == LXW_NO_ERROR) {
        return;
    }
    if (code == LXW_ERROR_WORKSHEET_INDEX_OUT_OF_RANGE) {
        throw WriteError("a sheet has at most 1048576 rows and 16384 columns");
    }
    throw WriteError(fmt::format("the spreadsheet is refused: {}", lxw_strerror(code)));
}

/// Without sign, point and zeros in front and behind: what a floating number must hold.
std::size_t significant(std::string_view number)
{
    std::string digits;
    std::copy_if(number.begin(), number.end(), std::back_inserter(digits), [](char c) { return c >= '0' && c <= '9'; });
    auto const first = digits.find_first_not_of('0');
    return first == std::string::npos ? 0 : digits.find_last_not_of('0') - first + 1;
}

std::string places(std::size_t n) { return n == 0 ? "0" : "0." + std::string(n, '0'); }

/// Text that looks like an escaped character ("_x0041_") would be read as that character.
std::string escaped(std::string_view text)
{
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        bool const looks = text.substr(i, 2) == "_x" && i + 6 < text.size() && text[i + 6] == '_' &&
                           text.substr(i + 2, 4).find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
        out += looks ? "_x005F_" : std::string(1, text[i]);
    }
    return out;
}

} // namespace

/// The library writes to a file by name; it has one beside the target's, and is copied from there, so that the target is synced and
/// renamed.
struct XlsxWriter::State
{
    explicit State(std::filesystem::path const &to)
        : target(to), draft(target.string() + ".draft"),
          tmpdir((to.has_parent_path() ? to.parent_path() : std::filesystem::path(".")).string())
    {
        Fd const made(::open(draft.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600));
        if (!made) {
            throw FileError("open", draft, errno);
        }
        lxw_workbook_options options = {};
        options.constant_memory = LXW_TRUE;
        options.tmpdir = tmpdir.data();
        options.use_zip64 = LXW_FALSE;
        workbook = workbook_new_opt(draft.c_str(), &options);
        if (workbook == nullptr) {
            ::unlink(draft.c_str());
            throw std::bad_alloc();
        }
    }
    ~State()
    {
        if (workbook != nullptr) {
            (void)workbook_close(workbook); // given up: whether it could be written is of no interest
        }
        ::unlink(draft.c_str());
    }
    State(State const &) = delete;
    State &operator=(State const &) = delete;

    lxw_format *format(std::string const &code)
    {
        auto &f = formats[code];
        if (f == nullptr) {
            f = workbook_add_format(workbook);
            format_set_num_format(f, code.c_str());
        }
        return f;
    }

    std::filesystem::path target;
    std::string draft, tmpdir;
    lxw_workbook *workbook = nullptr; // owns the sheet and the formats
    lxw_worksheet *sheet = nullptr;
    std::map<std::string, lxw_format *> formats;
    lxw_row_t row = 0;
    lxw_col_t column = 0;
    std::optional<lxw_row_t> header;
    std::vector<std::size_t> widths; // characters, by column

    void note_width(std::size_t characters)
    {
        widths.resize(std::max<std::size_t>(widths.size(), column + 1U));
        widths[column] = std::max(widths[column], characters);
    }
};

XlsxWriter::XlsxWriter(std::filesystem::path const &path, std::string const &sheet) : m_state(std::make_unique<State>(path))
{
    lxw_doc_properties properties = {};
    properties.created = k_created;
    check(workbook_set_properties(m_state->workbook, &properties));
    begin_sheet(sheet);
}

XlsxWriter::~XlsxWriter() = default;

void XlsxWriter::begin_sheet(std::string const &name)
{
    check(workbook_validate_sheet_name(m_state->workbook, name.c_str()));
    m_state->sheet = workbook_add_worksheet(m_state->workbook, name.c_str());
    if (m_state->sheet == nullptr) {
        throw std::bad_alloc();
    }
    m_state->row = 0;
    m_state->column = 0;
    m_state->header.reset();
    m_state->widths.clear();
}

void XlsxWriter::header(std::vector<std::string> const &words)
{
    auto &bold = m_state->formats["header"];
    if (bold == nullptr) {
        bold = workbook_add_format(m_state->workbook);
        format_set_bold(bold);
    }
    worksheet_freeze_panes(m_state->sheet, m_state->row + 1, 0);
    m_state->header = m_state->row;
    for (auto const &word : words) {
        m_state->note_width(count_characters(word) + k_filter_width);
        check(worksheet_write_string(m_state->sheet, m_state->row, m_state->column++, escaped(word).c_str(), bold));
    }
    end_row();
}

void XlsxWriter::text(std::string_view text)
{
    m_state->note_width(count_characters(text));
    if (!text.empty()) {
        check(worksheet_write_string(m_state->sheet, m_state->row, m_state->column, escaped(text).c_str(), nullptr));
    }
    ++m_state->column;
}

void XlsxWriter::number(std::string const &digits, std::string const &format, bool percent)
{
    if (significant(digits) > k_shown_digits || digits.size() > k_most_digits) {
        text(digits + (percent ? "%" : ""));
        return;
    }
    m_state->note_width(digits.size() + 1);
    auto const value = std::strtod((digits + (percent ? "e-2" : "")).c_str(), nullptr);
    auto *const f = format.empty() ? nullptr : m_state->format(format);
    check(worksheet_write_number(m_state->sheet, m_state->row, m_state->column++, value, f));
}

void XlsxWriter::integer(std::int64_t n) { number(std::to_string(n), ""); }

void XlsxWriter::decimal(std::int64_t units, int scale)
{
    number(format_decimal(units, scale, '.'), places(static_cast<std::size_t>(scale)));
}

void XlsxWriter::real(double x)
{
    if (std::isfinite(x)) {
        m_state->note_width(fmt::format("{}", x).size() + 1);
        check(worksheet_write_number(m_state->sheet, m_state->row, m_state->column, x, nullptr));
    }
    ++m_state->column;
}

void XlsxWriter::moment(Civil const &civil, DateKind kind)
{
    if (kind != DateKind::time && civil.year < k_first_year) {
        text(iso_text(civil, kind)); // a sheet knows no day before 1900
        return;
    }
    lxw_datetime d = {};
    if (kind != DateKind::time) {
        d.year = civil.year;
        d.month = civil.month;
        d.day = civil.day;
    }
    if (kind != DateKind::date) {
        d.hour = civil.hour;
        d.min = civil.minute;
        d.sec = civil.second;
    }
    char const *const codes[] = {"dd/mm/yyyy", "hh:mm:ss", "dd/mm/yyyy hh:mm:ss"};
    auto *const f = m_state->format(codes[static_cast<int>(kind)]);
    m_state->note_width(std::string_view(codes[static_cast<int>(kind)]).size() + 1);
    check(worksheet_write_datetime(m_state->sheet, m_state->row, m_state->column++, &d, f));
}

void XlsxWriter::blank() { ++m_state->column; }

void XlsxWriter::cell(std::string_view raw)
{
    auto const cell = sheet_cell(raw);
    if (cell.kind == CellKind::number && cell.text.back() == '%') {
        auto const shown = cell.text.substr(0, cell.text.size() - 1);
        auto const point = shown.find('.');
        auto const decimals = point == std::string_view::npos ? 0 : shown.size() - point - 1;
        number(std::string(shown), places(decimals) + "%", true);
    } else if (cell.kind == CellKind::number) {
        number(std::string(cell.text), "");
    } else if (cell.kind == CellKind::moment) {
        auto const kind = cell.text.size() == 10 ? DateKind::date : cell.text.size() == 8 ? DateKind::time : DateKind::datetime;
        auto const civil = parse_iso(cell.text, kind);
        civil ? moment(*civil, kind) : text(cell.text);
    } else {
        text(cell.text);
    }
}

void XlsxWriter::end_row()
{
    ++m_state->row;
    m_state->column = 0;
}

void XlsxWriter::fit_columns()
{
    for (std::size_t i = 0; i < m_state->widths.size(); ++i) {
        auto const column = static_cast<lxw_col_t>(i);
        auto const width = static_cast<double>(std::clamp(m_state->widths[i], k_least_width, k_most_width));
        check(worksheet_set_column(m_state->sheet, column, column, width, nullptr));
    }
    if (m_state->header && !m_state->widths.empty()) {
        auto const last = std::max(*m_state->header, m_state->row - 1);
        check(worksheet_autofilter(m_state->sheet, *m_state->header, 0, last, static_cast<lxw_col_t>(m_state->widths.size() - 1)));
    }
}

void XlsxWriter::commit()
{
    auto *const workbook = m_state->workbook;
    m_state->workbook = nullptr; // closing frees it, whatever comes of it
    if (auto const code = workbook_close(workbook); code != LXW_NO_ERROR) {
        throw FileError(fmt::format("write ({})", lxw_strerror(code)), m_state->draft, errno);
    }
    MappedFile const draft(m_state->draft);
    AtomicFile file(m_state->target);
    file.write(draft.bytes());
    file.commit();
}

} // namespace atom
