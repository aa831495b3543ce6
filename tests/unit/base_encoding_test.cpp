#include "engine/base/encoding.hpp"

#include <catch2/catch.hpp>

using namespace atom;
using namespace std::string_literals;

namespace {

constexpr auto k_none = std::string::npos;

std::string all_bytes()
{
    std::string s;
    for (int i = 1; i < 256; ++i) {
        s += static_cast<char>(i);
    }
    return s;
}

} // namespace

TEST_CASE("encodings by name", "[base][encoding]")
{
    for (auto const e : {Encoding::utf8, Encoding::iso_8859_1, Encoding::windows_1252}) {
        CHECK(encoding_from_name(encoding_name(e)) == e);
    }
    CHECK(encoding_name(Encoding::utf8) == "utf-8");
    CHECK(encoding_name(Encoding::iso_8859_1) == "iso-8859-1");
    CHECK(encoding_name(Encoding::windows_1252) == "windows-1252");
    CHECK(encoding_from_name("ISO-8859-1") == Encoding::iso_8859_1);
    CHECK(encoding_from_name("latin1") == std::nullopt);
    CHECK(encoding_from_name("auto") == std::nullopt);
}

TEST_CASE("ASCII at any length and place", "[base][encoding]")
{
    for (std::size_t n = 0; n < 35; ++n) {
        std::string text(n, 'a');
        CHECK(is_ascii(text));
        CHECK(find_invalid(text, Encoding::utf8) == k_none);
        for (std::size_t i = 0; i < n; ++i) {
            auto bad = text;
            bad[i] = '\x80';
            CHECK_FALSE(is_ascii(bad));
            CHECK(find_invalid(bad, Encoding::utf8) == i);
            CHECK(find_invalid(bad, Encoding::windows_1252) == k_none);
            bad[i] = '\x81';
            CHECK(find_invalid(bad, Encoding::windows_1252) == i);
            bad[i] = '\0';
            CHECK(is_ascii(bad));
            for (auto const e : {Encoding::utf8, Encoding::iso_8859_1, Encoding::windows_1252}) {
                CHECK(find_invalid(bad, e) == i);
            }
        }
    }
    CHECK(is_ascii("\x7f\x01"));
}

TEST_CASE("UTF-8 that is well-formed", "[base][encoding]")
{
    for (std::string const s : {"", "a", "\xC2\x80", "\xDF\xBF", "\xE0\xA0\x80", "\xED\x9F\xBF", "\xEE\x80\x80", "\xEF\xBF\xBF",
                                "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF", "\xEF\xBB\xBF", "Ação em São João"}) {
        CAPTURE(s);
        CHECK(is_valid_utf8(s));
        CHECK(find_invalid(s, Encoding::utf8) == k_none);
        CHECK(to_utf8(s, Encoding::utf8) == s);
        CHECK(from_utf8(s, Encoding::utf8) == s);
    }
    CHECK(is_valid_utf8("a\0b"s));
}

TEST_CASE("UTF-8 that is not", "[base][encoding]")
{
    for (std::string const s : {
             "\x80",
             "\xBF", // no lead
             "\xC0\x80",
             "\xC1\xBF", // overlong
             "\xE0\x80\x80",
             "\xE0\x9F\xBF", // overlong
             "\xF0\x80\x80\x80",
             "\xF0\x8F\xBF\xBF", // overlong
             "\xED\xA0\x80",
             "\xED\xBF\xBF", // surrogates
             "\xF4\x90\x80\x80",
             "\xF5\x80\x80\x80", // past 10FFFF
             "\xFE",
             "\xFF", //
             "\xC3",
             "\xE2\x82",
             "\xF0\x9F\x98", // cut off
             "\xC3(",
             "\xE2\x28\xA1",
             "\xE2\x82(", // broken off
         }) {
        CAPTURE(s);
        CHECK_FALSE(is_valid_utf8(s));
        CHECK(find_invalid("abcdefghij" + s, Encoding::utf8) == 10);
        CHECK(find_invalid("é" + s + "é", Encoding::utf8) == 2);
        CHECK(from_utf8(s, Encoding::utf8) == std::nullopt);
        CHECK(from_utf8(s, Encoding::iso_8859_1) == std::nullopt);
    }
}

TEST_CASE("a sequence that crosses an eight-byte step", "[base][encoding]")
{
    for (std::size_t n = 0; n < 20; ++n) {
        std::string const text = std::string(n, 'x') + "€" + std::string(20, 'y');
        CHECK(is_valid_utf8(text));
        CHECK(count_characters(text) == n + 21);
        CHECK(find_invalid(text.substr(0, n + 2), Encoding::utf8) == n);
    }
}

TEST_CASE("what is no UTF-8 becomes a replacement character, one a broken sequence", "[base][encoding]")
{
    std::string const r = "\xEF\xBF\xBD";
    CHECK(to_utf8("a\xFF"
                  "b",
                  Encoding::utf8) == "a" + r + "b");
    CHECK(to_utf8("\xE2\x82", Encoding::utf8) == r);
    CHECK(to_utf8("\xE2\x82(", Encoding::utf8) == r + "(");
    CHECK(to_utf8("\xC0\x80", Encoding::utf8) == r + r);
    CHECK(to_utf8("\xED\xA0\x80", Encoding::utf8) == r + r + r);
    CHECK(to_utf8("\xE7\xE3o", Encoding::utf8) == r + r + "o");
}

TEST_CASE("ISO-8859-1 has all bytes", "[base][encoding]")
{
    auto const bytes = all_bytes();
    CHECK(find_invalid(bytes, Encoding::iso_8859_1) == k_none);
    auto const text = to_utf8(bytes, Encoding::iso_8859_1);
    CHECK(is_valid_utf8(text));
    CHECK(count_characters(text) == 255);
    for (int i = 1; i < 256; ++i) { // those that Windows has given a character are not written
        std::string const byte(1, static_cast<char>(i));
        bool const of_windows = has_windows_bytes(byte);
        CAPTURE(i);
        CHECK(of_windows == (i >= 0x80 && i < 0xA0 && i != 0x81 && i != 0x8D && i != 0x8F && i != 0x90 && i != 0x9D));
        CHECK(from_utf8(to_utf8(byte, Encoding::iso_8859_1), Encoding::iso_8859_1) == (of_windows ? std::nullopt : std::optional(byte)));
    }
    CHECK(to_utf8("S\xE3o Jo\xE3o", Encoding::iso_8859_1) == "São João");
    CHECK(to_utf8("\x93"
                  "Ana\x94 \x96 \x80"
                  "5\x81",
                  Encoding::iso_8859_1) == "“Ana” – €5\xC2\x81");
    CHECK(from_utf8("€", Encoding::iso_8859_1) == std::nullopt);
    CHECK(from_utf8("Ÿ", Encoding::iso_8859_1) == std::nullopt);
}

TEST_CASE("Windows-1252 lacks five bytes", "[base][encoding]")
{
    for (int i = 1; i < 256; ++i) {
        std::string const byte(1, static_cast<char>(i));
        bool const missing = i == 0x81 || i == 0x8D || i == 0x8F || i == 0x90 || i == 0x9D;
        CAPTURE(i);
        CHECK(find_invalid(byte, Encoding::windows_1252) == (missing ? 0 : k_none));
        if (missing) {
            CHECK(to_utf8(byte, Encoding::windows_1252) == "\xEF\xBF\xBD");
        } else {
            CHECK(from_utf8(to_utf8(byte, Encoding::windows_1252), Encoding::windows_1252) == byte);
        }
    }
    CHECK(to_utf8("\x80 \x82\x83\x84\x85\x86\x87\x88\x89\x8A\x8B\x8C\x8E", Encoding::windows_1252) == "€ ‚ƒ„…†‡ˆ‰Š‹ŒŽ");
    CHECK(to_utf8("\x91\x92\x93\x94\x95\x96\x97\x98\x99\x9A\x9B\x9C\x9E\x9F", Encoding::windows_1252) == "‘’“”•–—˜™š›œžŸ");
    CHECK(to_utf8("\xA0\xE7\xFF", Encoding::windows_1252) == "\xC2\xA0"
                                                             "çÿ");
    CHECK(from_utf8("\xC2\x80", Encoding::windows_1252) == std::nullopt); // U+0080 is the euro's place
    CHECK(from_utf8("\xC2\x81", Encoding::windows_1252) == std::nullopt);
    CHECK(from_utf8("\xEF\xBF\xBD", Encoding::windows_1252) == std::nullopt);
    CHECK(from_utf8("日", Encoding::windows_1252) == std::nullopt);
    CHECK(from_utf8("😀", Encoding::windows_1252) == std::nullopt);
}

TEST_CASE("bytes of Windows in a text of any length", "[base][encoding]")
{
    for (std::size_t n = 1; n < 80; ++n) {
        std::string text(n, '\xE7');
        CHECK_FALSE(has_windows_bytes(text));
        for (std::size_t i = 0; i < n; ++i) {
            text[i] = '\x96';
            CHECK(has_windows_bytes(text));
            text[i] = '\x90';
            CHECK_FALSE(has_windows_bytes(text));
            text[i] = i % 2 == 0 ? '\xA0' : '\xE7';
        }
    }
}

TEST_CASE("which encoding a file has, by its lines", "[base][encoding]")
{
    CHECK(likely_encoding("") == Encoding::utf8);
    CHECK(likely_encoding("abc\n") == Encoding::utf8);
    CHECK(likely_encoding("José\nBel\xe9m\nAntônio") == Encoding::utf8);
    CHECK(likely_encoding("José\nBel\xe9m\n") == Encoding::utf8); // one and one: nobody writes é as two letters by chance
    CHECK(likely_encoding("Jos\xe9\rBel\xe9m\rAntônio\r") == Encoding::windows_1252);
    CHECK(likely_encoding("a long line that is ASCII\r\nJos\xe9 e Antônio\r\n") == Encoding::windows_1252);
    CHECK(likely_encoding("\xe9") == Encoding::windows_1252);
}

TEST_CASE("what an encoding does not have is written plainer", "[base][encoding]")
{
    CHECK(from_utf8("Jose\xcc\x81", Encoding::iso_8859_1) == "Jos\xe9");
    CHECK(from_utf8("Jose\xcc\x81", Encoding::windows_1252) == "Jos\xe9");
    CHECK(from_utf8_or_plain("Jose\xcc\x81 Conceic\xcc\xa7"
                             "a\xcc\x83o",
                             Encoding::iso_8859_1) == "Jos\xe9 Concei\xe7\xe3o");
    CHECK(from_utf8_or_plain("“Ana’s” – —−‐ ‹x› ″′", Encoding::iso_8859_1) == "\"Ana's\" - --- 'x' \"'");
    CHECK(from_utf8_or_plain("“Ana” – −", Encoding::windows_1252) == "\x93"
                                                                     "Ana\x94 \x96 -");
    CHECK(from_utf8_or_plain("Łódź Ñ 日 €", Encoding::iso_8859_1) == "L\xf3"
                                                                     "dz \xd1 ? ?");
    CHECK(from_utf8_or_plain("é\xff", Encoding::iso_8859_1) == "\xe9?");
}

TEST_CASE("counting characters", "[base][encoding]")
{
    CHECK(count_characters("") == 0);
    CHECK(count_characters("Conceição") == 9);
    CHECK(count_characters("éééééééééé") == 10);
    CHECK(count_characters("😀😀😀€€€ééé") == 9);
}
