// Spreadsheets: what numbers are, and that what is written is read again, to the byte the same each time.

#include "engine/base/file.hpp"
#include "engine/layout/cell.hpp"
#include "engine/layout/xlsx_number.hpp"
#include "engine/layout/xlsx_reader.hpp"
#include "engine/layout/xlsx_writer.hpp"

#include <catch2/catch.hpp>

#include <cstdlib>

using namespace atom;

namespace {

std::string exact(std::string_view text, bool percent = false) { return exact_number(text, percent).value_or("none"); }

std::string moment(std::string_view number, NumberFormat format = NumberFormat::date, bool from_1904 = false)
{
    return moment_text(number, format, from_1904).value_or("none");
}

struct Folder
{
    Folder()
    {
        char name[] = "/tmp/atom_xlsx.XXXXXX";
        REQUIRE(::mkdtemp(name) != nullptr);
        path = name;
    }
    ~Folder() { std::filesystem::remove_all(path); }
    std::filesystem::path path;
};

} // namespace

TEST_CASE("a spreadsheet's number is the digits that it shows")
{
    CHECK(exact("23814.799999999999") == "23814.8");
    CHECK(exact("1.6600000000000001E-2") == "0.0166");
    CHECK(exact("612.45000000000005") == "612.45");
    CHECK(exact("0.1") == "0.1");
    CHECK(exact("-1.5E3") == "-1500");
    CHECK(exact("1e+2") == "100");
    CHECK(exact("999999999999999.5") == "1000000000000000");
    CHECK(exact("9.9999999999999995E-1") == "1");
    CHECK(exact("12345678901234567") == "12345678901234567"); // as somebody typed it
    CHECK(exact("1.2345678901234568E+16") == "12345678901234600");
    CHECK(exact("007") == "7");
    CHECK(exact("-0") == "0");
    CHECK(exact("0.000") == "0");
    CHECK(exact("+.5") == "0.5");
    CHECK(exact("1.66E-2", true) == "1.66%");
    CHECK(exact("0.21840000000000001", true) == "21.84%");
    CHECK(exact("1", true) == "100%");
    CHECK(exact("-0.005", true) == "-0.5%");
    for (auto const *bad : {"", "-", ".", "1,5", "1E", "1E+", "0x1", "NaN", "1 2", "1E99999999999", "--1", "1E401", "1E300"}) {
        CAPTURE(bad);
        CHECK(exact(bad) == "none");
    }
}

TEST_CASE("a number may have had more digits than the sheet holds")
{
    for (auto const *lost : {"1.23456789012346E+17", "1E+5", "1e-7", "123456789012346000", "-1234567890123450", "1000000000000000.5"}) {
        CAPTURE(lost);
        CHECK(has_lost_digits(lost));
    }
    for (auto const *whole :
         {"1234567890123456", "123456789012345", "100000000000000", "1001", "0", "0.00000000000000001", "12345678901234.5"}) {
        CAPTURE(whole);
        CHECK(!has_lost_digits(whole));
    }
}

TEST_CASE("a number format says what a number is")
{
    for (auto const *date : {"dd/mm/yyyy", "dd\\/mm\\/yyyy;@", "[$-416]d-mmm-yy", "mmm-yy", "yyyy-mm-dd hh:mm:ss", "[Red]dd/mm", "mm"}) {
        CAPTURE(date);
        CHECK(number_format(date) == NumberFormat::date);
    }
    for (auto const *time : {"hh:mm", "h:mm AM/PM", "mm:ss.0", "[$-F400]h:mm:ss"}) {
        CAPTURE(time);
        CHECK(number_format(time) == NumberFormat::time);
    }
    CHECK(number_format("[h]:mm:ss") == NumberFormat::duration);
    CHECK(number_format("[mm]:ss") == NumberFormat::duration);
    for (auto const *percent : {"0%", "0.00%", "[$-416]#,##0.00%;[Red]-0%"}) {
        CAPTURE(percent);
        CHECK(number_format(percent) == NumberFormat::percent);
    }
    for (auto const *plain :
         {"", "General", "0.00", "#,##0", "@", "\"dias\" 0", "0\\d", "0_m", "[Red]0", "R$ #,##0.00", "0.00E+00", "0;dd/mm/yyyy"}) {
        CAPTURE(plain);
        CHECK(number_format(plain) == NumberFormat::plain);
    }
    CHECK(builtin_number_format(14) == NumberFormat::date);
    CHECK(builtin_number_format(22) == NumberFormat::date);
    CHECK(builtin_number_format(20) == NumberFormat::time);
    CHECK(builtin_number_format(46) == NumberFormat::duration);
    CHECK(builtin_number_format(10) == NumberFormat::percent);
    CHECK(builtin_number_format(2) == NumberFormat::plain);
}

TEST_CASE("a day number is a moment")
{
    CHECK(moment("45174") == "2023-09-05");
    CHECK(moment("45174.5") == "2023-09-05 12:00:00");
    CHECK(moment("45174.999999999") == "2023-09-06");
    CHECK(moment("1") == "1900-01-01");
    CHECK(moment("59") == "1900-02-28");
    CHECK(moment("60") == "none"); // a day that spreadsheets have and the calendar has not
    CHECK(moment("61") == "1900-03-01");
    CHECK(moment("2958465") == "9999-12-31");
    CHECK(moment("2958465.5") == "9999-12-31 12:00:00");
    CHECK(moment("2958466") == "none");
    CHECK(moment("-1") == "none");
    CHECK(moment("x") == "none");
    CHECK(moment("43712", NumberFormat::date, true) == "2023-09-05");
    CHECK(moment("0", NumberFormat::date, true) == "1904-01-01");
    CHECK(moment("0.5", NumberFormat::time) == "12:00:00");
    CHECK(moment("0.604166666666667", NumberFormat::time) == "14:30:00");
    CHECK(moment("45174.5", NumberFormat::time) == "2023-09-05 12:00:00");
    CHECK(moment("1.5", NumberFormat::duration) == "36:00:00");
    CHECK(moment("0.5", NumberFormat::date) == "none");
}

TEST_CASE("what is written is read again")
{
    Folder const folder;
    auto const write = [&](char const *name) {
        XlsxWriter out(folder.path / name, "Página 1");
        out.header({"Código", "n"});
        out.text("=1+1");
        out.integer(-12);
        out.decimal(123450, 2);
        out.blank();
        out.moment({2023, 9, 5, 14, 30, 0}, DateKind::datetime);
        out.moment({2023, 9, 5, 0, 0, 0}, DateKind::date);
        out.moment({1970, 1, 1, 14, 30, 0}, DateKind::time);
        out.end_row();
        out.integer(1234567890123456789);
        out.decimal(1234567890123456, 3);
        out.moment({1899, 12, 31, 0, 0, 0}, DateKind::date);
        out.text("a & <b>\n\"ç\"");
        out.text("_x0041_");
        out.cell("\x01"
                 "1.66%");
        out.cell("\x01"
                 "23814.8");
        out.cell("\x02"
                 "2023-09-05");
        out.cell("\x03"
                 "#N/A");
        out.cell("");
        out.end_row();
        out.commit();
        return read_file(folder.path / name);
    };
    auto const bytes = write("a.xlsx");
    CHECK(bytes == write("b.xlsx"));
    auto const rows = read_xlsx(bytes, "", folder.path);
    CHECK(rows->bytes() == "Código\x1fn\x1e"
                           "=1+1\x1f\x01-12\x1f\x01"
                           "1234.5\x1f\x1f\x02"
                           "2023-09-05 14:30:00\x1f\x02"
                           "2023-09-05\x1f\x02"
                           "14:30:00\x1e"
                           "1234567890123456789\x1f"
                           "1234567890123.456\x1f"
                           "1899-12-31\x1f"
                           "a & <b>\n\"ç\"\x1f"
                           "_x0041_\x1f\x01"
                           "1.66%\x1f\x01"
                           "23814.8\x1f\x02"
                           "2023-09-05\x1f\x03"
                           "#N/A\x1e");
    std::size_t files = 0;
    for (auto const &entry : std::filesystem::directory_iterator(folder.path)) {
        CHECK((std::filesystem::status(entry).permissions() & std::filesystem::perms::all) == std::filesystem::perms(0640));
        ++files;
    }
    CHECK(files == 2);
}

TEST_CASE("what is not finished was never there")
{
    Folder const folder;
    {
        XlsxWriter out(folder.path / "a.xlsx", "x");
        out.text("a");
        out.end_row();
        CHECK_THROWS_WITH(out.text(std::string(32768, 'x')),
                          "the spreadsheet is refused: String exceeds Excel's limit of 32,767 characters.");
    }
    CHECK(std::filesystem::is_empty(folder.path));
    CHECK_THROWS_AS(XlsxWriter(folder.path / "b.xlsx", "a/b"), WriteError);
    CHECK(std::filesystem::is_empty(folder.path));
}
