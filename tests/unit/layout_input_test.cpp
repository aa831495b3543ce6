// Files of every shape: line ends, marks, padding, quotes, columns, encodings; and which of their lines are refused, where and why.

#include "outcome_of.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <unistd.h>

using namespace atom;

namespace {

std::string const k_fixed = R"(
layout = "x"
format = "fixed"
[[record]]
length = 8
fields = [{ name = "a", at = 1, len = 4, required = true }, { name = "n", at = 5, len = 4, type = "integer" }]
)";

std::string const k_csv = R"(
layout = "x"
format = "csv"
[[record]]
fields = [{ name = "a" }, { name = "n", column = "Número da Casa", type = "integer" }, { name = "z", optional = true }]
)";

} // namespace

TEST_CASE("a fixed file may end its lines in any way")
{
    for (std::string const end : {"\n", "\r\n", "\r"}) {
        auto const second = 8 + end.size();
        Lines const wanted = {"1@0 aaaa|1", fmt::format("2@{} bbbb|22", second)};
        CHECK(outcome(k_fixed, "aaaa0001" + end + "bbbb0022" + end) == wanted);
        CHECK(outcome(k_fixed, "aaaa0001" + end + "bbbb0022") == wanted);
        CHECK(outcome(k_fixed, "aaaa0001" + end + "bbbb0022" + end + "\x1a") == wanted);
        CHECK(outcome(k_fixed, "aaaa0001" + end + "bbbb0022" + end + "\x1a" + end) == wanted);
        CHECK(outcome(k_fixed, "aaaa0001" + end + "bbbb0022\x1a") == wanted);
        CHECK(outcome(k_fixed, "\xef\xbb\xbf"
                               "aaaa0001" +
                                   end) == Lines{"1@3 aaaa|1"});
        // blank lines count as lines and nowhere else
        CHECK(outcome(k_fixed, end + "aaaa0001" + end + "        " + end + end + "bbbb0022") ==
              Lines{fmt::format("2@{} aaaa|1", end.size()), fmt::format("5@{} bbbb|22", 16 + 4 * end.size())});
    }
}

TEST_CASE("a fixed line has its length")
{
    CHECK(outcome(k_fixed, "aaaa0001\naaaa001\naaaa00011\n") == Lines{"2@9:0  TAMANHO_INVALIDO", "3@17:0  TAMANHO_INVALIDO", "1@0 aaaa|1"});
    auto padded = k_fixed;
    padded.replace(padded.find("length = 8"), 10, "length = 8\npad = true");
    CHECK(outcome(padded, "aaaa0001\naaaa\naaaa00011\n") == Lines{"3@14:0  TAMANHO_INVALIDO", "1@0 aaaa|1", "2@9 aaaa|-"});
    auto open = k_fixed;
    open.erase(open.find("length = 8"), 10);
    CHECK(outcome(open, "aaaa0001 and more\nbbbb\n") == Lines{"1@0 aaaa|1", "2@18 bbbb|-"});
    CHECK(outcome(k_fixed, "aaaa0001x\nb\n") == Lines{"LAYOUT_INCOMPATIVEL"});
}

TEST_CASE("a file without any byte but blanks is empty")
{
    for (std::string const bytes : {"", "\n", "  \r\n \t\n", "\x1a", "\xef\xbb\xbf", "\xef\xbb\xbf\n"}) {
        CHECK(outcome(k_fixed, bytes) == Lines{"ARQUIVO_VAZIO"});
        CHECK(outcome(k_csv, bytes) == Lines{"ARQUIVO_VAZIO"});
    }
}

TEST_CASE("several faults of a line come in column order")
{
    CHECK(outcome(k_fixed, "    x001\naaaa0001\n") == Lines{"1@0:1 a CAMPO_OBRIGATORIO", "1@0:5 n VALOR_INVALIDO", "2@9 aaaa|1"});
}

TEST_CASE("a CSV's columns are found without case, accents, blanks, underscores and order")
{
    for (std::string const header : {"a;Número da Casa;z", "A;numero_da_casa;Z", "NUMERODACASA;a", "z;a;other; nÚmero  DA casa "}) {
        auto const o = outcome(k_csv, header + "\n");
        CHECK(o == Lines{});
    }
    CHECK(outcome(k_csv, "other;numero da casa;A\n1;2;3\n") == Lines{"2@23 3|2|-"});
    CHECK(outcome(k_csv, "a;z\n1;2\n") == Lines{"CABECALHO_INVALIDO"});
    CHECK(outcome(k_csv, "a;numerodacasa;z\n") == Lines{}); // a header without rows
}

TEST_CASE("a CSV row has the header's columns, trailing optional ones aside")
{
    CHECK(outcome(k_csv, "a;numero da casa;z\n1;2;3\n1;2\n1\n1;2;3;4\n") ==
          Lines{"4@29:0  COLUNAS_INVALIDAS", "5@31:0  COLUNAS_INVALIDAS", "2@19 1|2|3", "3@25 1|2|-"});
    // an optional column that is not the last must be there
    CHECK(outcome(k_csv, "z;a;numero da casa\n1;2;3\n1;2\n") == Lines{"3@25:0  COLUNAS_INVALIDAS", "2@19 2|3|1"});
}

TEST_CASE("CSV quotes")
{
    std::string const h = "a;numero da casa\n"; // 17 bytes
    CHECK(outcome(k_csv, h + "\"x;y\";1\n") == Lines{"2@17 x;y|1|-"});
    CHECK(outcome(k_csv, h + "\"x\"\"y\";1\n\"\";2\n") == Lines{"2@17 x\"y|1|-", "3@26 -|2|-"});
    // newlines inside quotes: the row is its first line, the next one counts all
    CHECK(outcome(k_csv, h + "\"x\r\ny\nz\";1\r\nb;2\r\n") == Lines{"2@17 x\r\ny\nz|1|-", "5@29 b|2|-"});
    // a quote inside an unquoted cell is a character
    CHECK(outcome(k_csv, h + "x\"y;1\nb;2\n") == Lines{"2@17 x\"y|1|-", "3@23 b|2|-"});
    // open at the end: that line is refused, reading goes on at the next
    CHECK(outcome(k_csv, h + "\"x;1\nb;2\n") == Lines{"2@17:0  ASPAS_ABERTAS", "3@22 b|2|-"});
    // longer than 1 MiB counts as open, exactly 1 MiB does not
    std::string const mib(std::size_t{1} << 20, 'q');
    auto const o = outcome(k_csv, h + "\"" + mib + "x\";1\nb;2\n");
    CHECK(o == Lines{"2@17:0  ASPAS_ABERTAS", fmt::format("3@{} b|2|-", 17 + mib.size() + 6)});
    CHECK(outcome(k_csv, h + "\"" + mib + "\";1\n").size() == 1);
    CHECK(outcome(k_csv, h + "\"" + mib + "\";1\n").front().size() == mib.size() + 9);
    std::string const none = k_csv + "\n";
    auto unquoted = k_csv;
    unquoted.replace(unquoted.find("[[record]]"), 10, "quote = \"\"\n[[record]]");
    CHECK(outcome(unquoted, h + "\"x\";1\n\"y;2\n") == Lines{"2@17 \"x\"|1|-", "3@23 \"y|2|-"});
}

TEST_CASE("a quote that is not closed costs its line alone")
{
    std::string const h = "a;numero da casa\n"; // 17 bytes
    // the next quote has no delimiter or line end behind it, so it closes nothing
    CHECK(outcome(k_csv, h + "\"x;1\nb;2\n\"c;3\nd;4\n") ==
          Lines{"2@17:0  ASPAS_ABERTAS", "4@26:0  ASPAS_ABERTAS", "3@22 b|2|-", "5@31 d|4|-"});
    CHECK(outcome(k_csv, h + "\"x\n\"b\";2\n\"\nc;3\n") ==
          Lines{"2@17:0  ASPAS_ABERTAS", "4@26:0  ASPAS_ABERTAS", "3@20 b|2|-", "5@28 c|3|-"});
    CHECK(outcome(k_csv, h + "x;\"1;\"2\nb;2\n") == Lines{"2@17:0  ASPAS_ABERTAS", "3@25 b|2|-"});
    // a value that began well and a second one that did not: reading goes on at the second line
    CHECK(outcome(k_csv, h + "\"x\ny\";\"1\nb;2\n\"c\"d;3\n") ==
          Lines{"2@17:0  ASPAS_ABERTAS", "3@20:0  ASPAS_ABERTAS", "4@26 b|2|-", "5@30 \"c\"d|3|-"});
    // what follows the closing quote on the same line makes both text
    CHECK(outcome(k_csv, h + "\"x\"y;1\n\"\"z\";2\n") == Lines{"2@17 \"x\"y|1|-", "3@24 \"\"z\"|2|-"});
    // two of them are a value to RFC 4180; a layout may know better
    std::string const two = h + "x;1\n\"y;2\nb;3\nz\";4\n";
    CHECK(outcome(k_csv, two) == Lines{"2@17 x|1|-", "3@21 y;2\nb;3\nz|4|-"});
    auto single = k_csv;
    single.replace(single.find("[[record]]"), 10, "multiline = false\n[[record]]");
    CHECK(outcome(single, two) == Lines{"3@21:0  ASPAS_ABERTAS", "2@17 x|1|-", "4@26 b|3|-", "5@30 z\"|4|-"});
    auto warns = k_csv;
    warns.replace(warns.find("[[record]]"), 10, "[[record]]\non_shape = \"warn\"");
    CHECK(outcome(warns, two) == outcome(single, two));
    CHECK(outcome(single, h + "\"x;\"\"y\";1\r\n\"b\r\";2\r\n") == Lines{"2@17 x;\"y|1|-", "3@28 b|2|-"}); // a CR alone ends no line
}

TEST_CASE("a hundred thousand stray quotes take no more than their lines")
{
    std::string bytes = "a;numero da casa\n";
    for (int i = 0; i < 100000; ++i) {
        bytes += i % 2 == 0 ? "\"x;1\n" : "b;2\n";
    }
    auto input = Input::of_bytes(bytes, layout_of(k_csv));
    auto const checked = check(input, 2);
    CHECK(checked.read == 100000);
    CHECK(checked.rejected == 50000);
    // each of them looks for its end in the same megabyte
    std::string far = "a;numero da casa\n\"x;1\n";
    for (int i = 0; i < 300000; ++i) {
        far += "bbbb;2\n";
    }
    auto other = Input::of_bytes(far + "\"c;3\n", layout_of(k_csv));
    CHECK(check(other, 1).rejected == 2);
}

TEST_CASE("blanks around quotes are none of the value")
{
    std::string const h = "\"a\" ; \"numero da casa\"\t;\"z\"\r\n";
    auto const at = h.size();
    CHECK(outcome(k_csv, h + " \"x;\"\"y\"\t;1;2\r\n") == Lines{fmt::format("2@{} x;\"y|1|2", at)});
    CHECK(outcome(k_csv, h + "\xc2\xa0\"x\"\xe2\x80\x8b;\"1\" ;2\r\n") == Lines{fmt::format("2@{} x|1|2", at)});
    CHECK(outcome(k_csv, h + "\"x\ny\" \r\r\nb;2\r\n") ==
          Lines{fmt::format("2@{}:0  COLUNAS_INVALIDAS", at), fmt::format("4@{} b|2|-", at + 9)});
    auto tabs = k_csv; // a blank that is the delimiter is one
    tabs.replace(tabs.find("[[record]]"), 10, "delimiter = \"\\t\"\n[[record]]");
    CHECK(outcome(tabs, "a\tnumero da casa\n \"x\" \t1\n\t2\n") == Lines{"2@17 x|1|-", "3@25 -|2|-"});
}

TEST_CASE("line ends of every kind")
{
    auto const rows = [](std::string const &end) { return outcome(k_csv, "a;numero da casa" + end + "x;1" + end + "\"y\";2" + end); };
    for (std::string const end : {"\r\r\n", "\n\r", "\r\r\r\n"}) {
        auto const n = end.size();
        CHECK(rows(end) == Lines{fmt::format("2@{} x|1|-", 16 + n), fmt::format("3@{} y|2|-", 19 + 2 * n)});
    }
    // blank lines keep their numbers
    CHECK(outcome(k_csv, "a;numero da casa\r\n\r\nx;1\r\n") == Lines{"3@20 x|1|-"});
    CHECK(outcome(k_csv, "a;numero da casa\n\r\n\rx;1\n\r") == Lines{"3@20 x|1|-"});
    CHECK(outcome(k_csv, "a;numero da casa\r\r\n\r\r\nx;1\r\r\n") == Lines{"3@22 x|1|-"});
    // CRs alone, and an LF or two among them
    std::string crs = "a;numero da casa\r";
    for (int i = 0; i < 20; ++i) {
        crs += fmt::format("x;{}\r", i % 10);
    }
    CHECK(outcome(k_csv, crs + "y;7\n").size() == 21);
    CHECK(outcome(k_csv, crs + "y;7\n").back() == "22@97 y|7|-");
    CHECK(outcome(k_csv, crs + "y;7\r\nz;8").back() == "23@102 z|8|-");
    // nine in ten are not more than nine in ten; nor are those within quotes line ends
    CHECK(outcome(k_csv, "a;numero da casa\nx\r\r\r\r\ry;1\n") == Lines{"2@17 x\r\r\r\r\ry|1|-"});
    CHECK(outcome(k_csv, "a;numero da casa\n\"x" + std::string(40, '\r') + "y\";1\n").size() == 1);
    // Ctrl-Z ends nothing, and is none of a value
    CHECK(outcome(k_csv, "a;numero da casa\n\x1ax;1\n\x1a\ny;2\n\x1a\x1a\n\x1a") == Lines{"2@17 x|1|-", "4@24 y|2|-"});
}

TEST_CASE("a row of delimiters and blanks is a blank line")
{
    std::string const h = "\n;;\na;numero da casa;z\n"; // 23 bytes
    CHECK(outcome(k_csv, h + ";;\nx;1;2\n \t;\"\";\xc2\xa0\n;;;;\n\"\"\ny;2\n;;") == Lines{"5@26 x|1|2", "9@49 y|2|-"});
    auto bare = k_fixed; // a fixed file knows no delimiters
    CHECK(outcome(bare, ";;;;0001\n") == Lines{"1@0 ;;;;|1"});
}

TEST_CASE("a CSV may have lines above its header, or no header")
{
    auto skipping = k_csv;
    skipping.replace(skipping.find("[[record]]"), 10, "skip = 2\n[[record]]");
    CHECK(outcome(skipping, "report\n\n\na;numero da casa\n1;2\n") == Lines{"5@26 1|2|-"});
    CHECK(outcome(skipping, "report\nof\n") == Lines{"CABECALHO_INVALIDO"});
    auto bare = k_csv;
    bare.replace(bare.find("[[record]]"), 10, "header = false\ndelimiter = \"\\t\"\n[[record]]");
    CHECK(outcome(bare, "x\t1\nx\t1\t2\nx\n") == Lines{"3@10:0  COLUNAS_INVALIDAS", "1@0 x|1|-", "2@4 x|1|2"});
}

TEST_CASE("encodings")
{
    auto const with = [](std::string const &encoding) {
        auto s = k_csv;
        return s.replace(s.find("[[record]]"), 10, "encoding = \"" + encoding + "\"\n[[record]]");
    };
    std::string const h = "a;numero da casa\n";
    CHECK(outcome(k_csv, h + "\xc3\xa7;1\n") == Lines{"2@17 ç|1|-"});
    CHECK(outcome(k_csv, h + "\xe7;1\nb;2\n") == Lines{"2@17:1 a CODIFICACAO_INVALIDA", "3@21 b|2|-"});
    CHECK(outcome(with("iso-8859-1"), h + "\xe7\x80;1\n") == Lines{"2@17 ç€|1|-"});
    CHECK(outcome(with("windows-1252"), h + "\xe7\x80;1\n\x81;2\n") == Lines{"3@22:1 a CODIFICACAO_INVALIDA", "2@17 ç€|1|-"});
    CHECK(outcome(with("auto"), h + "\xc3\xa7;1\n") == Lines{"2@17 ç|1|-"});
    CHECK(outcome(with("auto"), h + "\xe7;1\n") == Lines{"2@17 ç|1|-"});
    CHECK(outcome(with("auto"), "\xef\xbb\xbf" + h + "\xc3\xa7;1\n") == Lines{"2@20 ç|1|-"});
    // a bad line among good ones is refused by itself; behind a mark, also where most are bad
    CHECK(outcome(with("auto"), h + "\xc3\xa7;1\n\xe7;2\n\xc3\xa3;3\n") ==
          Lines{"3@22:1 a CODIFICACAO_INVALIDA", "2@17 ç|1|-", "4@26 ã|3|-"});
    CHECK(outcome(with("auto"), h + "\xc3\xa7;1\n\xe7;2\n\xe3;3\n") == Lines{"2@17 Ã§|1|-", "3@22 ç|2|-", "4@26 ã|3|-"});
    CHECK(outcome(with("auto"), "\xef\xbb\xbf" + h + "\xe7;2\n\xe3;3\n") ==
          Lines{"2@20:1 a CODIFICACAO_INVALIDA", "3@24:1 a CODIFICACAO_INVALIDA"});
    // marks: two of them, and where the layout says another encoding
    for (std::string const encoding : {"utf-8", "auto", "iso-8859-1", "windows-1252"}) {
        CHECK(outcome(with(encoding), "\xef\xbb\xbf\xef\xbb\xbf" + h + "\xc3\xa7;1\n") == Lines{"2@23 ç|1|-"});
    }
    CHECK(Input::of_bytes("\xef\xbb\xbf" + h + "x;1\n", layout_of(with("iso-8859-1"))).notes() ==
          Lines{"lido como utf-8, que o arquivo diz ser; o layout diz iso-8859-1"});
    auto noted = Input::of_bytes("a;numero da casa;w\n\x93x\x94;1;2\n", layout_of(with("iso-8859-1")));
    check(noted, 1);
    CHECK(noted.notes() == Lines{"bytes 80 a 9F lidos como windows-1252", "colunas ignoradas: w"});
    // fixed: bytes are sliced first, decoded after
    auto latin = k_fixed;
    latin.replace(latin.find("[[record]]"), 10, "encoding = \"iso-8859-1\"\n[[record]]");
    CHECK(outcome(latin, "\xe7\xe3o 0001\n") == Lines{"1@0 ção|1"});
    CHECK(outcome(k_fixed, "\xc3\xa7\xc3\xa3"
                           "0001\n") == Lines{"1@0 çã|1"});
    CHECK(outcome(k_fixed, "abc\xc3"
                           "0001\nbbbb0002\n") == Lines{"1@0:1 a CODIFICACAO_INVALIDA", "2@9 bbbb|2"});
}

TEST_CASE("UTF-16 of either byte order")
{
    // "a;numero da casa;z", then "é;1;😀" and "x;y;z" and a bad half of a pair, in units of two bytes
    std::u16string const text = u"a;numero da casa;z\r\né;1;😀\r\nx;y;z\r\nb;2;\xd83d\r\n";
    for (bool const big : {false, true}) {
        for (bool const marked : {true, false}) {
            std::string bytes;
            for (char16_t const c : (marked ? u"\ufeff" : u"") + text) {
                char const low = static_cast<char>(c & 0xff), high = static_cast<char>(c >> 8);
                bytes += big ? high : low;
                bytes += big ? low : high;
            }
            auto const mark = marked ? 2 : 0;
            auto input = Input::of_bytes(bytes, layout_of(k_csv));
            auto const checked = check(input, 1);
            REQUIRE(checked.faults.size() == 2);
            auto const number = input.describe(checked.faults[0]), half = input.describe(checked.faults[1]);
            CHECK(fmt::format("{}@{}:{} {} {}", number.linha, number.byte, number.coluna, number.codigo, number.registro) ==
                  fmt::format("3@{}:2 VALOR_INVALIDO x;y;z", mark + 56));
            CHECK(fmt::format("{}@{}:{} {}", half.linha, half.byte, half.coluna, half.codigo) ==
                  fmt::format("4@{}:3 CODIFICACAO_INVALIDA", mark + 70));
            // the way back is the file's own bytes
            auto const row = input.row(3);
            CHECK(input.original(row.offset, row.offset + row.bytes.size()) == bytes.substr(static_cast<std::size_t>(mark) + 56, 10));
            CHECK(input.original(0, input.preamble().size()) == bytes.substr(0, static_cast<std::size_t>(mark) + 40));
            Relation const relation(input, 0);
            RelationCursor cursor(relation);
            std::string scratch;
            REQUIRE(cursor.next());
            CHECK(cursor.value(0, scratch).text == "é");
            CHECK(cursor.value(2, scratch).text == "😀");
            bytes.pop_back();
            CHECK(outcome(k_csv, bytes) == Lines{"TRUNCADO"});
        }
    }
    // places are found in a text that is longer than what is between two marks
    std::u16string rows = u"a;numero da casa;z\n";
    for (int i = 0; i < 30000; ++i) {
        rows += u"çã;1;x\n";
    }
    std::string bytes;
    for (char16_t const c : rows + u"é;w;x\n") {
        bytes += static_cast<char>(c & 0xff);
        bytes += static_cast<char>(c >> 8);
    }
    auto input = Input::of_bytes(bytes, layout_of(k_csv));
    auto const checked = check(input, 2);
    REQUIRE(checked.faults.size() == 1);
    CHECK(input.describe(checked.faults[0]).byte == bytes.size() - 12);
    // a file of records may have zeros; nothing but a mark makes it UTF-16
    CHECK(outcome(k_fixed, std::string("a\0b\0\0\0\0\0\n", 9)).front() == "1@0:1 a CODIFICACAO_INVALIDA");
}

TEST_CASE("a header that is not as it should be says why")
{
    auto const why = [](std::string const &toml, std::string const &bytes) {
        try {
            auto input = Input::of_bytes(bytes, layout_of(toml));
            auto const checked = check(input, 1);
            return checked.refused ? checked.refused->reason() : "good";
        } catch (FileRefused const &e) {
            return e.code() + ": " + e.reason();
        }
    };
    CHECK(why(k_csv, "a,numero da casa,z\n1,2,3\n") ==
          "CABECALHO_INVALIDO: falta no cabeçalho: Número da Casa, a; o separador do arquivo é \",\", o do layout é \";\"");
    CHECK(why(k_csv, "\"a\"\t\"numero da casa\"\n1\t2\n") ==
          "CABECALHO_INVALIDO: falta no cabeçalho: Número da Casa, a; o separador do arquivo é TAB, o do layout é \";\"");
    CHECK(why(k_csv, "a,b,c\n1,2,3\n") == "CABECALHO_INVALIDO: falta no cabeçalho: Número da Casa, a");
    CHECK(why(k_csv, "a;Numero_da_casa;NÚMERO DA CASA\n1;;2\n") ==
          "CABECALHO_INVALIDO: o cabeçalho traz Número da Casa duas vezes: \"Numero_da_casa\" na coluna 2, \"NÚMERO DA CASA\" na coluna 3");
    CHECK(why(k_csv, "a;numero da casa;w;W\n1;2;3;4\n") == "good"); // no field takes it
    CHECK(why(k_csv, "a;\"numero da casa\n1;2\n") == "CABECALHO_INVALIDO: o cabeçalho tem aspas que não fecham");
    CHECK(why(k_csv, "sep=,\na,numero da casa\n1,2\n") ==
          "CABECALHO_INVALIDO: a linha sep= diz que o separador é \",\"; o layout diz \";\"");
    for (std::string const line : {"sep=;\r\n", "\"sep=;\"\n", "SEP=;;;;\n", "\xef\xbb\xbfsep=;\n"}) {
        CHECK(why(k_csv, line + "a;numero da casa\n1;2\n") == "good");
    }
    auto bare = k_csv;
    bare.replace(bare.find("[[record]]"), 10, "header = false\n[[record]]");
    CHECK(outcome(bare, "sep=;\nx;1\n") == Lines{"2@6 x|1|-"});
    CHECK(outcome(bare, "sep=x;1\n") == Lines{"1@0 sep=x|1|-"});
    auto skipping = k_csv; // one that is skipped already is not looked for
    skipping.replace(skipping.find("[[record]]"), 10, "skip = 1\n[[record]]");
    CHECK(outcome(skipping, "sep=;\na;numero da casa\nx;1\n") == Lines{"3@23 x|1|-"});
    CHECK(why(bare, "x,1\ny,2\n") ==
          "nenhuma linha tem a forma do layout x; linha 1: a linha tem 1 colunas; o arquivo pede de 2 a 3; com o separador \",\" teria 2");
}

TEST_CASE("a delimiter behind the last column")
{
    std::string const h = "a;numero da casa\n";
    CHECK(outcome(k_csv, h + "x;1;\ny;2;\n") == Lines{"2@17 x|1|-", "3@22 y|2|-"});
    CHECK(outcome(k_csv, h + "x;1;; \ny;2;;\nz;3\n").front() == "2@17:0  COLUNAS_INVALIDAS"); // not all of the first rows
    CHECK(outcome(k_csv, "a;numero da casa;;\nx;1\ny;2;\nz;3;;\n") == Lines{"2@19 x|1|-", "3@23 y|2|-", "4@28 z|3|-"});
    // one row alone may have it in a text
    CHECK(outcome(k_csv, h + "x;1\nRua A;7;\n") == Lines{"3@21:0  COLUNAS_INVALIDAS", "2@17 x|1|-"});
    // where all have it, one more is one too many, and what stands there must be blank
    std::string many = h;
    for (int i = 0; i < 120; ++i) {
        many += "x;1;\n";
    }
    auto const o = outcome(k_csv, many + "y;2;;\nz;3;w\nv;4\n");
    CHECK(o.size() == 123);
    CHECK(Lines(o.begin(), o.begin() + 2) == Lines{"122@617:0  COLUNAS_INVALIDAS", "123@623:0  COLUNAS_INVALIDAS"});
}

TEST_CASE("what looks like a key and what is one")
{
    std::string const toml = R"(
layout = "x"
format = "csv"
encoding = "auto"
unique = ["k"]
[[record]]
fields = [{ name = "k", strip_zeros = true }, { name = "nome", required = true }, { name = "obs" }]
)";
    std::string const h = "k;nome;obs\n"; // 11 bytes
    CHECK(outcome(toml, h + "\xc2\xa0\x30"
                            "1\xe2\x80\xaf;\xe3\x80\x80"
                            "Ana ;\xc2\xa0\n") == Lines{"2@11 1|Ana|-"});
    CHECK(outcome(toml, h + "1;\xc2\xa0;x\n") == Lines{"2@11:2 nome CAMPO_OBRIGATORIO"});
    // what takes no room goes, accents are composed: the same key twice
    CHECK(outcome(toml, h + "a\xcc\x83"
                            "1;x;\n\xc3\xa3\xe2\x80\x8b"
                            "1\xc2\xad;y;e\xcc\x81\n") == Lines{"3@19:1 k CHAVE_DUPLICADA", "2@11 ã1|x|-"});
    CHECK(outcome(toml, h + "1\xc2\xa0"
                            "2;x;\n3 4;y;a\xc2\xa0z\n5\t6;z;\n") ==
          Lines{"2@11:1 k VALOR_INVALIDO", "3@19 3 4|y|a\xc2\xa0z", "4@30 5\t6|z|-"});
    CHECK(outcome(toml, h + "1,23457E+11;x;\n1.2e+5;y;\n4E12;z;1,23457E+11\n1,2E-11;w;\n12,3E+4;v;\n") ==
          Lines{"2@11:1 k VALOR_INVALIDO", "3@26:1 k VALOR_INVALIDO", "4@36 4E12|z|1,23457E+11", "5@55 1,2E-11|w|-", "6@66 12,3E+4|v|-"});
    auto input = Input::of_bytes(h + "1,23457E+11;x;\n2\xc2\xa0"
                                     "2;x;\n",
                                 layout_of(toml));
    auto const checked = check(input, 1);
    REQUIRE(checked.faults.size() == 2);
    CHECK(input.describe(checked.faults[0]).mensagem == "uma planilha cortou os dígitos deste número");
    CHECK(input.describe(checked.faults[1]).mensagem == "há um branco que não se vê no meio");
    // of a single-byte encoding, too
    CHECK(outcome(toml, h + "1\xad"
                            "2\xa0;Jos\xe9;\n1\xa0"
                            "3;x;\n") == Lines{"3@22:1 k VALOR_INVALIDO", "2@11 12|José|-"});
}

TEST_CASE("records, unique keys and controls")
{
    std::string const toml = R"toml(
layout = "x"
format = "fixed"
unique = ["k"]
[[record]]
name = "head"
role = "header"
when = { at = 1, value = "H" }
[[record]]
name = "pad"
role = "ignore"
when = { at = 1, value = "9" }
[[record]]
name = "one"
when = [{ at = 1, value = "1" }, { at = 3, value = "A" }]
length = 6
fields = [{ name = "k", at = 2, len = 1 }, { name = "v", at = 4, len = 3, type = "decimal", scale = 1 }]
[[record]]
name = "other"
when = { at = 1, value = "1" }
fields = [{ name = "x", at = 2, len = 1 }]
[[record]]
name = "end"
role = "trailer"
when = { at = 1, value = "T" }
fields = [{ name = "n", at = 2, len = 2, type = "integer" }, { name = "s", at = 4, len = 4, type = "decimal", scale = 1 }]
[[control]]
record = "end"
field = "n"
equals = "count(*)"
[[control]]
record = "end"
field = "s"
equals = "sum(one.v)"
)toml";
    // header, two of one, one of other, padding, a double, an unknown one, trailer: 7 lines without the padding
    CHECK(outcome(toml, "H\n1aA010\n1bA-20\n1cB\n999\n1aA005\n?\nT07-005\n") ==
          Lines{"6@24:2 k CHAVE_DUPLICADA", "7@31:0  REGISTRO_DESCONHECIDO", "2@2 a|10", "3@9 b|-20", "4@16 c"});
    CHECK(outcome(toml, "H\n1aA010\nT030011\n").back() == "CONTROLE_DIVERGENTE");
    CHECK(outcome(toml, "H\n1aA010\nT040010\n").back() == "CONTROLE_DIVERGENTE");
    CHECK(outcome(toml, "H\n1aA010\n").back() == "CONTROLE_DIVERGENTE");
    CHECK(outcome(toml, "H\n1aA010\nT03 010\nT04 010\n").back() == "CONTROLE_DIVERGENTE"); // each trailer must hold
    // a line that is refused still counts for the controls, and its key is free for a later one
    CHECK(outcome(toml, "H\n1aAxxx\n1aA010\nT040010\n") == Lines{"2@2:4 v VALOR_INVALIDO", "3@9 a|10"});
}

TEST_CASE("a group's rows")
{
    std::string const toml = R"toml(
layout = "x"
format = "csv"
[[record]]
fields = [{ name = "k" }, { name = "fone_casa", type = "phone", on_invalid = "null" }, { name = "fone_rua", type = "phone", on_invalid = "keep" }]
[[record.group]]
name = "fones"
of = ["casa", "rua"]
when = "numero"
fields = [{ name = "numero", column = "fone_{n}" }]
)toml";
    auto const layout = layout_of(toml);
    auto input = Input::of_bytes("k;fone_casa;fone_rua\na;1133334444;(19) 98765-0123\nb;12;12\nc;;000\n", layout);
    auto const checked = check(input, 1);
    CHECK(checked.rejected == 0);
    CHECK(checked.faults.size() == 2);
    Relation const relation(input, 0, 0);
    std::vector<std::string> names;
    for (auto const &c : relation.columns()) {
        names.push_back(c.name);
    }
    CHECK(names == Lines{"k", "fone_casa", "fone_rua", "numero", "ordem", "grupo", "linha"});
    RelationCursor cursor(relation);
    Lines rows;
    while (cursor.next()) {
        std::string line, scratch;
        for (int const c : {0, 3, 4, 5, 6}) {
            auto const v = cursor.value(c, scratch);
            line += (v.kind == Value::Kind::text ? std::string(v.text) : std::to_string(v.integer)) + " ";
        }
        rows.push_back(line);
    }
    CHECK(rows == Lines{"a 1133334444 1 casa 2 ", "a 19987650123 2 rua 2 ", "b 12 2 rua 3 "});
}

TEST_CASE("equally long lines are found without a look at the ones before")
{
    auto const layout = layout_of(k_fixed);
    std::string bytes;
    for (int i = 1; i <= 300; ++i) {
        bytes += fmt::format("{:04}{:04}\r\n", i, i);
    }
    auto const texts = [&](std::string const &file, std::vector<std::uint64_t> const &lines) {
        auto input = Input::of_bytes(file, layout);
        check(input, 1);
        std::vector<std::string> out{input.is_even() ? "even" : "uneven"};
        for (auto const l : lines) {
            auto const row = input.row(l);
            out.push_back(fmt::format("{}@{} {}", row.linha, row.offset, row.bytes));
        }
        return out;
    };
    CHECK(texts(bytes, {1, 2, 64, 65, 300}) ==
          Lines{"even", "1@0 00010001", "2@10 00020002", "64@630 00640064", "65@640 00650065", "300@2990 03000300"});
    CHECK(texts(bytes.substr(0, 2998), {299, 300}) == Lines{"even", "299@2980 02990299", "300@2990 03000300"}); // the last without its end
    CHECK(texts(bytes + "\r\n03010301", {300, 302}) == Lines{"uneven", "300@2990 03000300", "302@3002 03010301"});
    CHECK(texts("00010001\n00020002\n00\n\n\n\n\n\n\n\n", {2, 3}) == Lines{"even", "2@9 00020002", "3@18 00"});
    CHECK(texts("00010001\n00020002\n0003000399\n", {2, 3}) == Lines{"even", "2@9 00020002", "3@18 0003000399"});
    CHECK(texts("00010001\n000\n             \n00040004\n", {2, 4}) == Lines{"uneven", "2@9 000", "4@27 00040004"});
    CHECK(texts("\n00010001\n00020002\n", {2, 3}) == Lines{"uneven", "2@1 00010001", "3@10 00020002"});
    CHECK(texts("        \n00010001\n00020002\n", {2, 3}) == Lines{"uneven", "2@9 00010001", "3@18 00020002"});
    CHECK(texts("00010001\n00020002\r\n00030003\n", {2, 3}) == Lines{"uneven", "2@9 00020002", "3@19 00030003"});
    CHECK(texts("00010001\r\n000200020\n00030003\r\n", {2, 3}) == Lines{"uneven", "2@10 000200020", "3@20 00030003"});
    CHECK(texts("00010001\n        \n00030003\n", {1, 3}) == Lines{"uneven", "1@0 00010001", "3@18 00030003"});
    CHECK(texts("00010001\r\n00020002\r\n00030003\n", {2, 3}) == Lines{"even", "2@10 00020002", "3@20 00030003"});
    CHECK(texts("00010001\n00020002\n000x\n00040004\n", {2, 4}) == Lines{"uneven", "2@9 00020002", "4@23 00040004"});
}

TEST_CASE("a file's rows are those of its bytes, however they are read")
{
    std::string bytes;
    for (int i = 1; i <= 30000; ++i) { // more than is copied at once
        bytes += i % 1000 == 7 ? fmt::format("{:04}x{:03}\n", i % 10000, i % 1000) : fmt::format("{:04}{:04}\n", i % 10000, i % 9999);
    }
    bytes.pop_back(); // the last line has no end
    auto const path = std::filesystem::temp_directory_path() / fmt::format("atom-input-{}.txt", ::getpid());
    std::ofstream(path, std::ios::binary) << bytes;
    auto const layout = layout_of(k_fixed);
    Input file(path, layout);
    auto memory = Input::of_bytes(bytes, layout);
    std::filesystem::remove(path);
    check(file, 1);
    check(memory, 1);
    CHECK(file.is_even());
    Relation const of_file(file, 0), of_memory(memory, 0);
    std::string scratch;
    auto const at = [&](RelationCursor &c) {
        return fmt::format("{} {} {}", c.rowid(), c.value(0, scratch).text, c.value(1, scratch).integer);
    };
    for (std::size_t const columns : {1U, 100U}) { // copied, and in place
        RelationCursor a(of_file), b(of_memory);
        a.expect(columns);
        std::size_t rows = 0;
        while (a.next() && b.next() && at(a) == at(b)) {
            ++rows;
        }
        CHECK(rows == 29970); // but for 30 bad lines
        CHECK_FALSE(b.next());
        for (std::uint64_t const linha : {1U, 30000U, 15000U, 15001U, 14563U, 29999U, 2U, 30000U}) {
            CHECK(a.seek(linha));
            CHECK(at(a) == fmt::format("{} {:04} {}", linha, linha % 10000, linha % 9999));
            CHECK(a.next() == (linha != 30000));
        }
        CHECK_FALSE(a.seek(1007));
    }
}

TEST_CASE("how many threads look makes no difference")
{
    std::string bytes;
    for (int i = 0; i < 700000; ++i) {
        bytes += i % 997 == 0 ? "aaaax001\r\n" : fmt::format("{:04}{:04}\r\n", i % 10000, i % 9999);
    }
    auto toml = k_fixed;
    auto const one = outcome(toml, bytes, 1);
    CHECK(one == outcome(toml, bytes, 3));
    CHECK(one.size() == 700000);
}
