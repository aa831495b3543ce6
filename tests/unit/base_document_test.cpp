#include "engine/base/document.hpp"

#include <catch2/catch.hpp>

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

TEST_CASE("a CPF is tried first", "[base][document]")
{
    CHECK(read("00000000000191") == "00000000191"); // valid as both
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
