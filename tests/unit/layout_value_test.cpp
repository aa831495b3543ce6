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
    auto const toml = fmt::format("layout = \"x\"\nformat = \"{}\"\nencoding = \"iso-8859-1\"\n{}[[record]]\nfields = [{{ {} }}]\n", format,
                                  format == "fixed" ? "block = 60\n" : "", field);
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
        return (p.warning ? "~" : "") + value;
    }
    auto const code = p.fault == LineFault::value ? "!valor" : p.fault == LineFault::required ? "!obrigatorio" : "!codificacao";
    return p.warning ? "~" + value : code;
}

std::string fixed(std::string const &field, std::string const &raw)
{
    return kept(field_of("fixed", "name = \"f\", at = 1, len = 20, " + field), raw);
}
std::string bytes(std::string const &field, std::string const &raw)
{
    return kept(field_of("fixed", "name = \"f\", at = 1, len = 8, " + field), raw);
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
    for (auto const *bad : {"1,234", "1.23,4", "12.34", "1,2,3", "0.125", ",", "1,", "%", "92233720368547758,08"}) {
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
    for (auto const *zeros : {"0000", "00:00", "00:00:00", "000000"}) { // midnight, unlike a day of zeros
        CHECK(csv("type = \"time\", format = \"HH:MM\"", zeros) == "'00:00:00'");
    }
    CHECK(csv("type = \"time\"", "  ") == "-");
    CHECK(csv("type = \"date\", format = \"DD/MM/YY\"", "15/03/75") == "'1975-03-15'");
    CHECK(csv("type = \"date\", format = \"DD/MM/YY\", pivot = 80", "15/03/75") == "'2075-03-15'");
    CHECK(csv("type = \"date\", format = \"D/M/YYYY\"", "3/4/2026") == "'2026-04-03'");
    CHECK(csv("type = \"date\", format = \"DD/MM/YYYY\"", "3/4/2026") == "!valor");
    CHECK(csv("type = \"date\", format = \"D/M/YYYY\"", "0/0/0000") == "-");
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

TEST_CASE("amounts as people write them")
{
    auto const money = "type = \"decimal\", scale = 2";
    for (auto const *plus : {"R$ 1.234,56", "R$1.234,56",
                             " R$\xa0"
                             "1.234,56 ",
                             "1 234,56",
                             "1\xa0"
                             "234,56",
                             "+ 1.234,56", "R$ + 1234,56", "1.234,56 +"}) {
        CAPTURE(plus);
        CHECK(csv(money, plus) == "123456");
    }
    for (auto const *minus : {"-R$ 1.234,56", "R$ -1.234,56", "R$-1.234,56", "(1.234,56)", "( R$ 1.234,56 )", "R$ (1.234,56)", "- 1.234,56",
                              "1.234,56-", "1.234,56 -", "R$ 1.234,56-"}) {
        CAPTURE(minus);
        CHECK(csv(money, minus) == "-123456");
    }
    CHECK(csv(money, "12,5 %") == "1250");
    for (auto const *bad : {"R$", "()", "(1,00", "1,00)", "-(1,00)", "(-1,00)", "(1,00-)", "--1,00", "- 1,00 -", "R$ R$ 1,00", "US$ 1,00",
                            "1 23,00", "1.234 567,00", "R$ 5%", "1,00 D", "1,00 C", "12 34", "0 125", "1,2 3"}) {
        CAPTURE(bad);
        CHECK(csv(money, bad) == "!valor");
    }
    std::string scratch;
    auto const utf8 = field_of("csv", fmt::format("name = \"f\", {}", money));
    for (auto const *minus : {"\u22121.234,56", "\u2212 R$\u00a01.234,56", "(1\u202f234,56)", "\u20131234,56"}) {
        CHECK(parse_field(utf8, minus, Encoding::utf8, scratch).value.integer == -123456);
    }
    auto const signs = "type = \"decimal\", scale = 2, signs = { D = \"-\", C = \"+\" }";
    CHECK(csv(signs, "1.234,56 D") == "-123456");
    CHECK(csv(signs, "1.234,56D") == "-123456");
    CHECK(csv(signs, "D 1.234,56") == "-123456");
    CHECK(csv(signs, "R$ 1.234,56 C") == "123456");
    CHECK(csv(signs, "1.234,56") == "123456");
    CHECK(csv(signs, "-1,00 D") == "!valor");
    CHECK(csv(signs, "D") == "!valor");
    CHECK(csv(signs, "1,00 X") == "!valor");
    CHECK(fixed(signs, "0000000123456D") == "-123456");
    CHECK(fixed("type = \"integer\", signs = { \"CR\" = \"-\" }", "12CR") == "-12");
    CHECK(fixed(money, "R$ 1") == "!valor"); // its digits have no separator
}

TEST_CASE("numbers of mainframes")
{
    auto const punched = "type = \"decimal\", scale = 2, overpunch = true";
    CHECK(fixed(punched, "0000012L") == "-123");
    CHECK(fixed(punched, "0000012C") == "123");
    CHECK(fixed(punched, "0000012}") == "-120");
    CHECK(fixed(punched, "0000012{") == "120");
    CHECK(fixed(punched, "0000012R") == "-129");
    CHECK(fixed(punched, "0000012I") == "129");
    CHECK(fixed(punched, "00000123") == "123");
    CHECK(fixed("type = \"integer\", overpunch = true", "00J") == "-1");
    CHECK(fixed("type = \"decimal\", scale = 2", "0000012L") == "!valor");
    for (auto const *bad : {"000001S", "-00001A", "A-", "0000A12", "L0000"}) {
        CAPTURE(bad);
        CHECK(fixed(punched, bad) == "!valor");
    }
    auto const packed = "type = \"packed\", scale = 2";
    CHECK(bytes(packed, "\x12\x34\x5c") == "12345");
    CHECK(bytes(packed, "\x12\x34\x5d") == "-12345");
    CHECK(bytes(packed, "\x12\x34\x5f") == "12345");
    CHECK(bytes(packed, "\x40\x40\x40") == "-");
    CHECK(bytes(packed, std::string("\0\0\x0c", 3)) == "0");
    CHECK(bytes(packed, std::string("\0\0\0", 3)) == "!valor");
    CHECK(bytes(std::string(packed) + ", nul = \"blank\"", std::string("\0\0\0", 3)) == "-");
    for (auto const *bad : {"\x12\x34\x56", "\x1a\x34\x5c", "\xff\xff\xff", "123"}) {
        CHECK(bytes(packed, bad) == "!valor");
    }
    CHECK(bytes(std::string(packed) + ", on_invalid = \"null\"", "123") == "~-");
    CHECK(bytes("type = \"packed\"", "\x99\x99\x9d") == "-99999");
    CHECK(bytes("type = \"binary\"", "\xff\xfe") == "-2");
    CHECK(bytes("type = \"binary\"", std::string("\0\x10", 2)) == "16");
    CHECK(bytes("type = \"binary\"", std::string("\x40\x40", 2)) == "16448");
    CHECK(bytes("type = \"binary\", scale = 2", std::string("\0\0\x30\x39", 4)) == "12345");
}

TEST_CASE("NUL bytes")
{
    std::string const nuls("Ana\0\0\0\0\0", 8);
    CHECK(fixed("type = \"text\"", nuls) == "!codificacao");
    CHECK(fixed("type = \"text\", nul = \"blank\"", nuls) == "'Ana'");
    CHECK(fixed("type = \"text\", nul = \"blank\"", std::string(8, '\0')) == "-");
    CHECK(fixed("type = \"text\", nul = \"blank\"", std::string("a\0b", 3)) == "'a b'");
    CHECK(fixed("type = \"text\", nul = \"blank\", required = true", std::string(8, '\0')) == "!obrigatorio");
    CHECK(fixed("type = \"text\", nul = \"blank\"", std::string("\xe7\0", 2)) == "'ç'");
    CHECK(fixed("type = \"integer\", nul = \"blank\"", std::string("42\0\0", 4)) == "42");
    CHECK(fixed("type = \"date\", format = \"YYYYMMDD\", nul = \"blank\"", std::string(8, '\0')) == "-");
    CHECK(csv("nul = \"blank\"", nuls) == "'Ana'");
}

TEST_CASE("the kind of a document")
{
    auto const both = "00000000000191";
    CHECK(csv("type = \"document\"", both) == "'00000000000191'");
    CHECK(csv("type = \"document\", kind = \"cpf\"", both) == "'00000000191'");
    CHECK(csv("type = \"document\", kind = \"cnpj\"", "191") == "'00000000000191'");
    CHECK(csv("type = \"document\", kind = \"cnpj\"", "52998224725") == "~'52998224725'");
    CHECK(csv("type = \"document\"", "00.000.000/0001-91\xa0") == "'00000000000191'");
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
