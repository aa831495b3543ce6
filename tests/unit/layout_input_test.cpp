// Files of every shape: line ends, marks, padding, quotes, columns, encodings; and which of their lines are refused, where and why.

#include "engine/layout/check.hpp"
#include "engine/layout/relation.hpp"
#include "layout_of.hpp"

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

/// What came of a file: "linha@byte a|n" for each good line, "linha@byte:coluna campo CODE" for each fault, the code of a refusal.
std::vector<std::string> outcome(std::string const &toml, std::string const &bytes, unsigned threads = 1)
{
    std::vector<std::string> out;
    try {
        auto input = Input::of_bytes(bytes, layout_of(toml));
        auto const checked = check(input, threads);
        for (auto const &f : checked.faults) {
            auto const r = input.describe(f);
            out.push_back(fmt::format("{}@{}:{} {} {}{}", r.linha, r.byte, r.coluna, r.campo, r.codigo, r.warning ? " warning" : ""));
        }
        std::uint64_t good = 0;
        for (int const record : input.layout().detail_records()) {
            Relation const relation(input, record);
            RelationCursor cursor(relation);
            while (cursor.next()) {
                ++good;
                std::string line = fmt::format("{}@{}", cursor.row().linha, cursor.row().offset), scratch;
                for (std::size_t i = 0; i + 1 < relation.columns().size(); ++i) { // all but linha
                    auto const v = cursor.value(static_cast<int>(i), scratch);
                    line += (i == 0 ? " " : "|") + (v.none()                      ? "-"
                                                    : v.kind == Value::Kind::text ? std::string(v.text)
                                                                                  : std::to_string(v.integer));
                }
                out.push_back(line);
            }
        }
        CHECK(checked.read == good + checked.rejected);
        if (checked.refused) {
            out.push_back(checked.refused->code());
        }
    } catch (FileRefused const &e) {
        out.push_back(e.code());
    }
    return out;
}

using Lines = std::vector<std::string>;

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
    CHECK(outcome(open, "aaaa0001 and more\nbb\n") == Lines{"1@0 aaaa|1", "2@18 bb|-"});
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
    CHECK(outcome(with("iso-8859-1"), h + "\xe7\x80;1\n") == Lines{"2@17 ç\xc2\x80|1|-"});
    CHECK(outcome(with("windows-1252"), h + "\xe7\x80;1\n\x81;2\n") == Lines{"3@22:1 a CODIFICACAO_INVALIDA", "2@17 ç€|1|-"});
    CHECK(outcome(with("auto"), h + "\xc3\xa7;1\n") == Lines{"2@17 ç|1|-"});
    CHECK(outcome(with("auto"), h + "\xe7;1\n") == Lines{"2@17 ç|1|-"});
    CHECK(outcome(with("auto"), "\xef\xbb\xbf" + h + "\xc3\xa7;1\n") == Lines{"2@20 ç|1|-"});
    // fixed: bytes are sliced first, decoded after
    auto latin = k_fixed;
    latin.replace(latin.find("[[record]]"), 10, "encoding = \"iso-8859-1\"\n[[record]]");
    CHECK(outcome(latin, "\xe7\xe3o 0001\n") == Lines{"1@0 ção|1"});
    CHECK(outcome(k_fixed, "\xc3\xa7\xc3\xa3"
                           "0001\n") == Lines{"1@0 çã|1"});
    CHECK(outcome(k_fixed, "abc\xc3"
                           "0001\nbbbb0002\n") == Lines{"1@0:1 a CODIFICACAO_INVALIDA", "2@9 bbbb|2"});
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
