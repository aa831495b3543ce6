#include "engine/base/phone.hpp"

#include <catch2/catch.hpp>

using namespace atom;

namespace {

std::string read(std::string_view s)
{
    auto const phone = parse_phone(s);
    return phone ? phone->area + " " + phone->number + (phone->extension ? " ext" : "") : "none";
}

} // namespace

TEST_CASE("the 67 area codes", "[base][phone]")
{
    std::string codes;
    int count = 0;
    for (int i = 0; i < 100; ++i) {
        std::string const code = {static_cast<char>('0' + i / 10), static_cast<char>('0' + i % 10)};
        if (is_area_code(code)) {
            codes += code + " ";
            ++count;
        }
    }
    CHECK(count == 67);
    CHECK(codes == "11 12 13 14 15 16 17 18 19 21 22 24 27 28 31 32 33 34 35 37 38 41 42 43 44 45 46 47 48 49 51 53 54 55 "
                   "61 62 63 64 65 66 67 68 69 71 73 74 75 77 79 81 82 83 84 85 86 87 88 89 91 92 93 94 95 96 97 98 99 ");
    for (auto const *const s : {"", "1", "111", "1a", "a1", " 1", "1:"}) {
        CHECK_FALSE(is_area_code(s));
    }
}

TEST_CASE("mobiles and landlines", "[base][phone]")
{
    CHECK(read("11987654321") == "11 987654321");
    CHECK(read("1132654321") == "11 32654321");
    for (char first = '0'; first <= '9'; ++first) {
        std::string const number = first + std::string("2654321");
        CAPTURE(number);
        std::string const eight = first >= '6' ? "11 9" + number : first >= '2' ? "11 " + number : "none";
        CHECK(read("11" + number) == eight);
        CHECK(read("11" + number + "0") == (first == '9' ? "11 " + number + "0" : "none"));
    }
}

TEST_CASE("an old mobile gets its 9", "[base][phone]")
{
    CHECK(read("1187654321") == "11 987654321");
    CHECK(read("(21) 6765-4321") == "21 967654321");
    CHECK(read("5598765432") == "55 998765432");
}

TEST_CASE("any mask", "[base][phone]")
{
    for (auto const *const s : {"(11) 98765-4321", "11 98765 4321", "11.98765.4321", "11/98765-4321", " 11987654321 ",
                                "+55 (11) 98765-4321", "\t11 98765-4321", "(011) 98765-4321", "011987654321"}) {
        CAPTURE(s);
        CHECK(read(s) == "11 987654321");
    }
}

TEST_CASE("the country's 55 goes from 12 or 13 digits only", "[base][phone]")
{
    CHECK(read("551132654321") == "11 32654321");
    CHECK(read("5511987654321") == "11 987654321");
    CHECK(read("551187654321") == "11 987654321");
    CHECK(read("5532654321") == "55 32654321"); // an area code
    CHECK(read("55987654321") == "55 987654321");
    CHECK(read("555532654321") == "55 32654321");
    CHECK(read("5555987654321") == "55 987654321");
    CHECK(read("441132654321") == "none");
}

TEST_CASE("the area code's 0 goes", "[base][phone]")
{
    CHECK(read("01132654321") == "11 32654321");
    CHECK(read("05532654321") == "55 32654321");
    CHECK(read("055987654321") == "55 987654321");
    CHECK(read("5501132654321") == "11 32654321");
    CHECK(read("55011987654321") == "11 987654321");
    CHECK(read("001132654321") == "none"); // only one
}

TEST_CASE("0XX and an operator's code go in front of a whole number", "[base][phone]")
{
    for (auto const *const s : {"0XX11987654321", "0xx11 98765-4321", "0 (XX) 11 98765-4321", "(0XX11) 98765-4321", "0 21 11 98765-4321",
                                "02111987654321", "015 (11) 98765-4321", "055 11 98765-4321",
                                "11\xc2\xa0"
                                "98765\xe2\x80\x91"
                                "4321"}) {
        CAPTURE(s);
        CHECK(read(s) == "11 987654321");
    }
    CHECK(read("0XX1132654321") == "11 32654321");
    CHECK(read("0211132654321") == "11 32654321");
    CHECK(read("0XX 55 3265-4321") == "55 32654321");
    for (auto const *const s :
         {"0XX32654321", "0XX987654321", "XX1132654321", "0X1132654321", "0XXX1132654321", "0XX2032654321", "1XX1132654321", "02132654321x",
          "021 3265-4321 1", "0112032654321", "0XX0800 123 4567", "0 10 11 3265-4321", "0XX"}) {
        CAPTURE(s);
        CHECK(read(s) == "none");
    }
}

TEST_CASE("an extension", "[base][phone]")
{
    for (auto const *const s : {"11 3265-4321 ramal 12", "(11) 3265-4321 RAMAL: 123456", "1132654321r12", "11 3265-4321 r. 5",
                                "11 3265-4321 x12", "11 3265-4321 ext. 7", "11 3265-4321 #1", "0XX11 3265-4321 ramal 9"}) {
        CAPTURE(s);
        CHECK(read(s) == "11 32654321 ext");
    }
    for (auto const *const s : {"11 3265-4321 ramal", "11 3265-4321 ramal 1234567", "ramal 12", "11 3265-4321 abcramal 12",
                                "3265-4321 r 12", "11 3265-4321 ramal 1a"}) {
        CAPTURE(s);
        CHECK(read(s) == "none");
    }
}

TEST_CASE("what nobody answers", "[base][phone]")
{
    for (auto const *const s : {
             "",
             " ",
             "0",
             "00000000000",
             "32654321",
             "987654321",
             "113265432",
             "119876543210",
             "551198765432109", // lengths
             "2032654321",
             "1032654321",
             "2332654321",
             "7232654321", // area codes
             "1102654321",
             "1112654321",
             "11287654321", // first digits
             "11 9876a-4321",
             "11 98765_4321",
             "11,987654321",
             "tel 1132654321",
             "1132654321x", // letters and signs
             "08001234567",
             "0800 123 4567",
             "8001234567",
             "55 0800 123 4567",
             "03001234567",
             "0300 123 4567",
             "0800123456", // services
             "30031234",
             "40041234",
             "11 3003-1234",
             "11 4004-1234",
             "11 3000-0000",
             "11 4009-9999",
             "5511 4004-1234",
             "011 4003 1234",
         }) {
        CAPTURE(s);
        CHECK(read(s) == "none");
    }
    CHECK(read("1130104321") == "11 30104321"); // 301x is a landline
    CHECK(read("1140104321") == "11 40104321");
    CHECK(read(std::string(1000, '1')) == "none");
    CHECK(read(std::string_view("1132654321\0", 11)) == "none");
}
