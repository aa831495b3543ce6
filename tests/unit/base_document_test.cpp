#include "engine/base/document.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <string>

using namespace atom;

namespace {

// "none", "invalid" or the document.
std::string read(std::string_view s)
{
    auto const field = parse_document(s);
    CHECK_FALSE((field.none && field.value));
    return field.none ? "none" : field.value.value_or("invalid");
}

} // namespace

TEST_CASE("CPF check digits", "[base][document]")
{
    for (auto const *const cpf : {"52998224725", "00000000191", "12345678909", "00012345601", "98765432100", "11144477735", "70000000906",
                                  "10000000019", "10000000280"}) {
        CAPTURE(cpf);
        CHECK(is_valid_cpf(cpf));
        for (std::size_t i = 9; i < 11; ++i) { // of the first nine some may differ unseen: remainders 0 and 1 share a digit
            std::string wrong = cpf;
            wrong[i] = wrong[i] == '9' ? '0' : static_cast<char>(wrong[i] + 1);
            CAPTURE(wrong);
            CHECK_FALSE(is_valid_cpf(wrong));
        }
    }
}

TEST_CASE("what is no CPF", "[base][document]")
{
    for (char c = '0'; c <= '9'; ++c) {
        CHECK_FALSE(is_valid_cpf(std::string(11, c)));
    }
    for (auto const *const s : {"", "5299822472", "529982247250", "529.982.247", "5299822472A", " 5299822472", "5299822472-"}) {
        CHECK_FALSE(is_valid_cpf(s));
    }
}

TEST_CASE("CNPJ check digits, of digits and letters", "[base][document]")
{
    for (auto const *const cnpj :
         {"12ABC34501DE35", "11222333000181", "00000000000191", "0000ABCD000198", "ZZZZZZZZZZZZ62", "00000000000A04", "98765432000198"}) {
        CAPTURE(cnpj);
        CHECK(is_valid_cnpj(cnpj));
    }
    CHECK_FALSE(is_valid_cnpj("12ABC34501DE36"));
    CHECK_FALSE(is_valid_cnpj("12ABC34501DE45"));
    CHECK_FALSE(is_valid_cnpj("12ABC34510DE35"));
    CHECK_FALSE(is_valid_cnpj("12abc34501de35"));
    CHECK_FALSE(is_valid_cnpj("12ABC34501DE3A"));
    CHECK_FALSE(is_valid_cnpj("12ABC34501D:35"));
    CHECK_FALSE(is_valid_cnpj("1122233300018"));
    CHECK_FALSE(is_valid_cnpj("112223330001811"));
    CHECK_FALSE(is_valid_cnpj(""));
    for (char c = '0'; c <= '9'; ++c) {
        CHECK_FALSE(is_valid_cnpj(std::string(14, c)));
    }
}

TEST_CASE("a field without a document", "[base][document]")
{
    for (auto const *const s :
         {"", "   ", "0", "00000000000", "00000000000000", "000.000.000-00", "  .   .   -  ", "00.000.000/0000-00", "\t"}) {
        CAPTURE(s);
        CHECK(read(s) == "none");
    }
}

TEST_CASE("a CPF with any mask and filling", "[base][document]")
{
    for (auto const *const s : {"52998224725", "529.982.247-25", " 529 982 247 25 ", "00052998224725", "000000052998224725", "529982247/25",
                                "0000529.982.247-25"}) {
        CAPTURE(s);
        CHECK(read(s) == "52998224725");
    }
    CHECK(read("12345601") == "00012345601"); // its leading zeros were lost
    CHECK(read("000.123.456-01") == "00012345601");
    CHECK(read("191") == "00000000191");
}

TEST_CASE("a CNPJ with any mask and filling", "[base][document]")
{
    CHECK(read("11.222.333/0001-81") == "11222333000181");
    CHECK(read("00000011222333000181") == "11222333000181");
    CHECK(read("12.ABC.345/01DE-35") == "12ABC34501DE35");
    CHECK(read("12abc34501de35") == "12ABC34501DE35");
    CHECK(read("0000012aBc34501De35") == "12ABC34501DE35");
    CHECK(read("abcd000198") == "0000ABCD000198");
    CHECK(read("A04") == "00000000000A04");
}

TEST_CASE("what can be both a CPF and a CNPJ", "[base][document]")
{
    CHECK(read("191") == "00000000191"); // up to 11 digits: a CPF
    CHECK(read("00000000191") == "00000000191");
    CHECK(read("000.000.001-91") == "00000000191");
    for (auto const *const s : {"000000000191", "00000000000191", "000000000000191", "00.000.000/0001-91", "00.000.000 0001-91"}) {
        CAPTURE(s);
        CHECK(read(s) == "00000000000191"); // 12 or more, and branch 0001
    }
    CHECK(read("00000000000272") == "00000000272"); // branch 0002
    CHECK(read("00.000.000/0002-72") == "00000000000272");
    CHECK(read("00.000.000/0002-73") == "invalid"); // a mask is a CNPJ's, whatever its digits
}

TEST_CASE("every CPF that begins with 00 is a CNPJ, too", "[base][document]")
{
    // Of a root and a branch: as 14 bare digits one of the two, with its mask the CNPJ. Sums are carried along: ten million of them.
    std::size_t cpfs = 0, cnpjs = 0, wrong = 0;
    std::string s = "00000000000000"; // three zeros, 00 of the CPF, seven digits, two check digits
    for (int n = 1; n < 10'000'000; ++n) {
        int first = 0, second = 0, rest = n;
        for (int i = 0; i < 7; ++i, rest /= 10) {
            int const digit = rest % 10;
            s[static_cast<std::size_t>(11 - i)] = static_cast<char>('0' + digit);
            first += digit * (i + 2);
            second += digit * (i + 3);
        }
        int const a = first % 11 < 2 ? 0 : 11 - first % 11;
        int const b = (second + 2 * a) % 11 < 2 ? 0 : 11 - (second + 2 * a) % 11;
        s[12] = static_cast<char>('0' + a);
        s[13] = static_cast<char>('0' + b);
        if (n % 10000 == 1 || n % 97 == 0) { // every root with branch 0001, and all branches of some hundred thousand
            auto const d = parse_document(s);
            bool const cnpj = n % 10000 == 1;
            (cnpj ? cnpjs : cpfs) += 1;
            wrong += d.value == (cnpj ? s : s.substr(3)) ? 0 : 1;
        }
        wrong += is_valid_cnpj(s) && is_valid_cpf(std::string_view(s).substr(3)) ? 0 : 1;
    }
    CHECK(wrong == 0);
    CHECK(cnpjs == 1000);
    CHECK(cpfs == 103082);
}

TEST_CASE("branches of small roots", "[base][document]")
{
    std::size_t masked = 0, bare = 0;
    for (int root = 1; root <= 2000; ++root) {
        for (int branch : {1, 2, 10, 9999}) {
            for (int check = 0; check < 100; ++check) {
                auto const s = fmt::format("{:08}{:04}{:02}", root, branch, check);
                if (!is_valid_cnpj(s)) {
                    continue;
                }
                auto const mask =
                    fmt::format("{}.{}.{}/{}-{}", s.substr(0, 2), s.substr(2, 3), s.substr(5, 3), s.substr(8, 4), s.substr(12));
                masked += read(mask) == s ? 1 : 0;
                bool const both = is_valid_cpf(s.substr(3)) && root < 100000;
                bare += read(s) == (both && branch != 1 ? s.substr(3) : s) ? 1 : 0;
            }
        }
    }
    CHECK(masked == 8000);
    CHECK(bare == 8000);
}

TEST_CASE("a kind chooses between two valid readings", "[base][document]")
{
    auto const as = [](std::string_view s, char const *kind) {
        auto const d = parse_document(s, document_kind(kind));
        return d.value.value_or("invalid") + (d.other_kind ? " !" : "");
    };
    CHECK(as("00000000000191", "cpf") == "00000000191");
    CHECK(as("00000000000191", "CNPJ") == "00000000000191");
    CHECK(as("191", "cnpj") == "00000000000191");
    CHECK(as("00000000000272", "cnpj") == "00000000000272");
    CHECK(as("00000000000272", "F") == "00000000272"); // no kind
    CHECK(as("52998224725", "cpf") == "52998224725");
    CHECK(as("52998224725", "cnpj") == "52998224725 !"); // it is no CNPJ
    CHECK(as("11222333000181", "cpf") == "11222333000181 !");
    CHECK(as("00.000.000/0001-91", "cpf") == "00000000000191 !");
    CHECK(as("52998224726", "cpf") == "invalid");
}

TEST_CASE("a field with something else", "[base][document]")
{
    for (auto const *const s : {"52998224726", "11111111111", "11222333000182", "529982247250000", "123456789012345", "nome",
                                "529_982_247_25", "529.982.247-2\xC3\xA7", "1", "12ABC34501DE3", "52998224725,"}) {
        CAPTURE(s);
        CHECK(read(s) == "invalid");
    }
    CHECK(read(std::string_view("52998224725\0", 12)) == "invalid");
    CHECK(read(std::string(1000, '1')) == "invalid");
    CHECK(read(std::string(1000, '0') + "52998224725") == "52998224725");
}
