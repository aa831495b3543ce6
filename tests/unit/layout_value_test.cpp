// Each type: what it takes and what the base keeps of it.

#include "engine/layout/value.hpp"

#include "engine/layout/layout.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <string>

using namespace atom;

namespace {

Field field_of(std::string const &format, std::string const &field)
{
    Faults faults;
    auto const toml =
        fmt::format("layout = \"x\"\nformat = \"{}\"\nencoding = \"iso-8859-1\"\n[[record]]\nfields = [{{ {} }}]\n", format, field);
    auto const root = parse_toml(toml, "layout.toml", faults);
    REQUIRE(root);
    auto layout = read_layout(*root, toml, faults);
    for (auto const &f : faults.all()) {
        FAIL_CHECK(f.text());
    }
    return layout.records.front().fields.front();
}

/// What is kept: "-" for none, 'text', a number; a refusal is "!" with its first letter, "~" in front of a warning.
std::string kept(Field const &f, std::string const &raw)
{
    std::string scratch;
    auto const p = parse_field(f, raw, Encoding::iso_8859_1, scratch);
    auto const value = p.value.none()                      ? "-"
                       : p.value.kind == Value::Kind::text ? "'" + std::string(p.value.text) + "'"
                                                           : std::to_string(p.value.integer);
    if (p.fault == LineFault::none) {
        return value;
    }
    auto const code = p.fault == LineFault::value ? "!valor" : p.fault == LineFault::required ? "!obrigatorio" : "!codificacao";
    return p.warning ? "~" + value : code;
}

std::string fixed(std::string const &field, std::string const &raw)
{
    return kept(field_of("fixed", "name = \"f\", at = 1, len = 20, " + field), raw);
}
std::string csv(std::string const &field, std::string const &raw) { return kept(field_of("csv", "name = \"f\", " + field), raw); }

} // namespace

TEST_CASE("text")
{
    CHECK(fixed("type = \"text\"", "  a b  ") == "'a b'");
    CHECK(fixed("type = \"text\"", "    ") == "-");
    CHECK(fixed("type = \"text\"", "\xe7") == "'ç'");
    CHECK(fixed("type = \"text\"", std::string("a\0b", 3)) == "!codificacao");
    CHECK(fixed("strip_zeros = true", "000120") == "'120'");
    CHECK(fixed("strip_zeros = true", "0000") == "-");
    CHECK(fixed("required = true, strip_zeros = true", "0000") == "!obrigatorio");
    CHECK(fixed("required = true", " ") == "!obrigatorio");
    CHECK(fixed("required = true, default = \"x\"", " ") == "'x'");
}

TEST_CASE("integers")
{
    CHECK(fixed("type = \"integer\"", "000042") == "42");
    CHECK(fixed("type = \"integer\"", "-42") == "-42");
    CHECK(fixed("type = \"integer\"", "42-") == "-42");
    CHECK(fixed("type = \"integer\"", "+7") == "7");
    CHECK(fixed("type = \"integer\"", "9223372036854775807") == "9223372036854775807");
    for (auto const *bad : {"4 2", "4,0", "x", "-", "--4", "-4-", "9223372036854775808"}) {
        CHECK(fixed("type = \"integer\"", bad) == "!valor");
    }
}

TEST_CASE("decimals")
{
    auto const implied = "type = \"decimal\", scale = 2";
    CHECK(fixed(implied, "0000012345") == "12345");
    CHECK(fixed(implied, "-12345") == "-12345");
    CHECK(fixed(implied, "12345-") == "-12345");
    CHECK(fixed(implied, "123,45") == "!valor");
    CHECK(fixed("type = \"decimal\", scale = 2, decimal_separator = \".\"", "1,234.5") == "123450");
    CHECK(csv(implied, "1.234,56") == "123456");
    CHECK(csv(implied, "1234,56") == "123456");
    CHECK(csv(implied, "1234") == "123400");
    CHECK(csv(implied, "12,5%") == "1250");
    CHECK(csv(implied, "-0,5") == "-50");
    CHECK(csv(implied, "1.234.567,8") == "123456780");
    for (auto const *bad : {"1,234", "1.23,4", "12.34", "1,2,3", "0.125", "R$ 1", ",", "1,", "%", "92233720368547758,08"}) {
        CHECK(csv(implied, bad) == "!valor");
    }
    CHECK(csv("type = \"decimal\", scale = 0", "1.000") == "1000");
    CHECK(csv("type = \"decimal\", scale = 2, default = \"1,5\"", "") == "150");
}

TEST_CASE("dates and times")
{
    CHECK(fixed("type = \"date\", format = \"YYYYMMDD\"", "20240229") == "'2024-02-29'");
    for (auto const *none : {"00000000", "        ", "00/00/0000"}) {
        CHECK(fixed("type = \"date\", format = \"YYYYMMDD\"", none) == "-");
    }
    for (auto const *bad : {"20230229", "2024-02-29", "2024022", "20241301", "99999999"}) {
        CHECK(fixed("type = \"date\", format = \"YYYYMMDD\"", bad) == "!valor");
    }
    auto const several = "type = \"date\", format = [\"DD/MM/YYYY\", \"YYYY-MM-DD\", \"DDMMYY\"]";
    CHECK(csv(several, "05/01/2026") == "'2026-01-05'");
    CHECK(csv(several, "2026-01-05") == "'2026-01-05'");
    CHECK(csv(several, "050126") == "'2026-01-05'");
    CHECK(csv(several, "01/13/2026") == "!valor");
    CHECK(csv("type = \"datetime\", format = \"YYYY-MM-DD HH:MM:SS\"", "2026-01-05 23:59:59") == "'2026-01-05 23:59:59'");
    CHECK(csv("type = \"datetime\", format = \"DD/MM/YYYY HH:MM\"", "05/01/2026 00:00") == "'2026-01-05 00:00:00'");
    CHECK(csv("type = \"datetime\", format = \"YYYY-MM-DD HH:MM:SS\"", "0000-00-00 00:00:00") == "-");
    CHECK(fixed("type = \"time\", format = \"HHMMSS\"", "235959") == "'23:59:59'");
    CHECK(fixed("type = \"time\", format = \"HHMM\"", "0830") == "'08:30:00'");
    CHECK(fixed("type = \"time\", format = \"HHMM\"", "2400") == "!valor");
    CHECK(csv("type = \"date\"", "2026-01-05") == "'2026-01-05'"); // ISO where no format is named
}

TEST_CASE("documents and phones")
{
    auto const document = "type = \"document\"";
    for (auto const *cpf : {"52998224725", "529.982.247-25", "00052998224725"}) {
        CHECK(fixed(document, cpf) == "'52998224725'");
    }
    CHECK(fixed(document, "11222333000181") == "'11222333000181'");
    CHECK(fixed(document, "11.222.333/0001-81") == "'11222333000181'");
    CHECK(fixed(document, "191") == "'00000000191'"); // zeros that a spreadsheet took
    for (auto const *none : {"", "00000000000", "000.000.000-00", "00000000000000"}) {
        CHECK(fixed(document, none) == "-");
    }
    for (auto const *bad : {"52998224726", "11111111111", "abc", "529982247251234567"}) {
        CHECK(fixed(document, bad) == "!valor");
    }
    auto const phone = "type = \"phone\"";
    for (auto const *p : {"11987654321", "(11) 98765-4321", "+55 11 98765-4321", "011987654321"}) {
        CHECK(fixed(phone, p) == "'11987654321'");
    }
    CHECK(fixed(phone, "1133334444") == "'1133334444'");
    for (auto const *none : {"", "0000000000", "(00) 0000-0000"}) {
        CHECK(fixed(phone, none) == "-");
    }
    for (auto const *bad : {"33334444", "2033334444", "x", "119876543210"}) {
        CHECK(fixed(phone, bad) == "!valor");
    }
}

TEST_CASE("booleans")
{
    for (auto const *yes : {"S", "s", "1", "true", "TRUE"}) {
        CHECK(csv("type = \"boolean\"", yes) == "1");
    }
    for (auto const *no : {"N", "n", "0", "false"}) {
        CHECK(csv("type = \"boolean\"", no) == "0");
    }
    CHECK(csv("type = \"boolean\"", "X") == "!valor");
    CHECK(csv("type = \"boolean\"", " ") == "-");
    CHECK(csv("type = \"boolean\", values = [\"SIM\", \"NAO\"]", "NAO") == "0");
    CHECK(csv("type = \"boolean\", values = { A = true, B = false, C = true }", "C") == "1");
    CHECK(csv("type = \"boolean\", values = [\"SIM\", \"NAO\"]", "S") == "!valor");
}

TEST_CASE("lists of values")
{
    CHECK(csv("values = [\"A\", \"B\"]", " B ") == "'B'");
    CHECK(csv("values = [\"A\", \"B\"]", "b") == "!valor");
    CHECK(csv("values = [\"A\", \"B\"]", "") == "-");
    CHECK(csv("values = { A = \"ATIVO\", I = \"\" }", "A") == "'ATIVO'");
    CHECK(csv("values = { A = \"ATIVO\", I = \"\" }", "I") == "-");
    CHECK(csv("values = { A = \"ATIVO\", I = \"\" }, required = true", "I") == "!obrigatorio");
    CHECK(csv("values = { \"\xc3\xa7\" = \"cedilha\" }", "\xe7") == "'cedilha'");
    CHECK(csv("type = \"integer\", values = { um = 1, dois = 2 }", "dois") == "2");
    CHECK(csv("type = \"integer\", values = [\"1\", \"2\"]", "2") == "2");
    CHECK(csv("type = \"decimal\", scale = 2, values = { x = \"1,5\" }", "x") == "150");
}

TEST_CASE("what becomes of a value that is refused")
{
    CHECK(csv("type = \"integer\", on_invalid = \"null\"", "x") == "~-");
    CHECK(csv("type = \"integer\", on_invalid = \"keep\"", "\xe7") == "~'ç'");
    CHECK(csv("type = \"integer\", on_invalid = \"reject\"", "x") == "!valor");
    CHECK(csv("type = \"integer\", on_invalid = \"null\", required = true", "x") == "!valor"); // null is what it may not be
    CHECK(csv("type = \"integer\", on_invalid = \"keep\", required = true", "x") == "~'x'");
    CHECK(csv("type = \"integer\", on_invalid = \"null\", required = true", "") == "!obrigatorio");
}

TEST_CASE("what is read the quick way is what parse_field() gives")
{
    std::vector<std::string> raws = {"",         " ",        "        ", "               ", "0", "00000000",
                                     "20261103", "20261303", "2026110 ", " 20261103",       "x"};
    for (std::size_t n = 1; n <= 25; ++n) { // of each length: digits, with a wrong one in each place, blanks before and behind, a tab
        std::string const digits = std::string("9081726354462718905571234").substr(0, n);
        raws.push_back(digits);
        raws.push_back(digits + std::string(n, ' '));
        raws.push_back(std::string(n, ' ') + digits + " \t ");
        raws.push_back(std::string(n, '0') + "1");
        raws.push_back("J\xf4" + digits + "\xe3o ");
        for (std::size_t i = 0; i < n; ++i) {
            for (char const wrong : {'/', ':', ' ', '-', '\xb0'}) {
                raws.push_back(digits);
                raws.back()[i] = wrong;
            }
        }
    }
    int read = 0;
    for (char const *declared :
         {"type = \"integer\"", "type = \"decimal\", scale = 2", "type = \"date\", format = \"YYYYMMDD\"", "type = \"text\"",
          "type = \"text\", strip_zeros = true", "type = \"integer\", required = true", "type = \"integer\", default = 7",
          "type = \"text\", required = true, strip_zeros = true", "type = \"date\", format = \"YYYYMMDD\", required = true"}) {
        auto const field = field_of("fixed", fmt::format("name = \"a\", at = 1, len = 60, {}", declared));
        auto const quick = QuickRead::of(field, Encoding::iso_8859_1);
        CHECK(quick.kind != QuickRead::Kind::none);
        for (auto const &raw : raws) {
            std::string scratch, other;
            Value value;
            if (!quick(raw, scratch, value)) {
                continue;
            }
            ++read;
            auto const parsed = parse_field(field, raw, Encoding::iso_8859_1, other);
            INFO(declared << " of \"" << raw << "\"");
            CHECK(parsed.fault == LineFault::none);
            CHECK(parsed.value.kind == value.kind);
            CHECK(parsed.value.integer == value.integer);
            CHECK(parsed.value.text == value.text);
        }
    }
    CHECK(read == 5747); // the others are left to it
}
