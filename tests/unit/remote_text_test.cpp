// The parts of engine/remote that need no server: URLs, names, listings, host keys.

#include "engine/base/error.hpp"
#include "engine/remote/folder.hpp"
#include "engine/remote/host_key.hpp"
#include "engine/remote/key_file.hpp"
#include "engine/remote/listing.hpp"
#include "engine/remote/remote_url.hpp"

#include <catch2/catch.hpp>

#include <fstream>
#include <stdexcept>

using namespace atom;

TEST_CASE("remote: safe names", "[remote]")
{
    for (std::string const name : {"a", "a b.txt", "-rf", "...", ".hidden", "a:b", "\xe7", "~"})
        CHECK(is_safe_name(name));
    for (std::string const name : {"", ".", "..", "a/b", "a\\b", "a\nb", "\x7f", "\x1b[31m"})
        CHECK_FALSE(is_safe_name(name));
    CHECK_FALSE(is_safe_name(std::string("a\0b", 3)));
    CHECK(is_safe_name(std::string(255, 'x')));
    CHECK_FALSE(is_safe_name(std::string(256, 'x')));
}

TEST_CASE("remote: a URL is taken apart", "[remote]")
{
    auto const u = parse_remote_url("SFTP://us%40er:p%2Fw%3A@host.example:2222/some%20dir/");
    CHECK(u.scheme == "sftp");
    CHECK(u.user == "us@er");
    CHECK(u.password == "p/w:");
    CHECK(u.host == "host.example");
    CHECK(u.port == "2222");
    CHECK(u.path == "/some dir");
    CHECK(u.label == "sftp://host.example:2222/some%20dir/");
    CHECK(parse_remote_url("ftp://h").path.empty());
    CHECK(parse_remote_url("ftp://h//abs").path == "//abs");
    CHECK(parse_remote_url("ftp://h//").path == "//");
    CHECK(parse_remote_url("ftp://h/%2F").path == "//");
    CHECK(parse_remote_url("sftp://h/~/").path == "/~");
    CHECK(parse_remote_url("ftps://[::1]:990/x").host == "[::1]");
    CHECK(parse_remote_url("ftps://[::1]:990/x").port == "990");
    CHECK(parse_remote_url("file:///a%20b/c").path == "/a b/c");
    CHECK(parse_remote_url("file:///50%/c").path == "/50%/c");
    CHECK(parse_remote_url("ftp://h/x?tls=explicit").explicit_tls);
    CHECK(parse_remote_url("ftp://h/x?tls=explicit").path == "/x");
    CHECK(parse_remote_url("ftps://h/x?tls=explicit").path == "/x?tls=explicit");
}

TEST_CASE("remote: a wrong URL is refused without its secrets", "[remote]")
{
    for (std::string const url : {"", "host", "http://h/x", "file://x/y", "file:/x", "file://", "sftp://", "sftp:///x",
                                  "sftp://u:secret@/x", "sftp://u:secret@h:port/x", "sftp://u:secret@h:123456/x", "sftp://u:sec/ret@h/x",
                                  "sftp://u:secret@a b/x", "sftp://u:secret@h/a%0ab", "sftp://u:12/secret@h/x"}) {
        INFO(url);
        try {
            parse_remote_url(url);
            FAIL("taken");
        } catch (std::invalid_argument const &e) {
            CHECK(std::string(e.what()).find("sec") == std::string::npos);
        }
    }
    CHECK_THROWS_AS(open_folder("gopher://h/", {}), std::invalid_argument);
}

TEST_CASE("remote: names are written for each protocol", "[remote]")
{
    CHECK(percent_encoded("a b/%;\xe7~.-_") == "a%20b/%25%3B%E7~.-_");
    CHECK(percent_decoded("a%20b%2") == "a b%2");
    CHECK(percent_decoded("%zz%e7") == "%zz\xe7");
    CHECK(parent_of("a/b/c") == "a/b");
    CHECK(parent_of("c").empty());
    CHECK(joined("", "b") == "b");
    CHECK(joined("/", "b") == "/b");
    CHECK(joined("a", "b") == "a/b");
    for (std::string const path : {"a", "a/b", "-x", "a..b/...", " "})
        CHECK_NOTHROW(check_remote_path(path));
    for (std::string const path : {"", "/a", "a/", "a//b", ".", "a/..", "a\nb", "a\rb"})
        CHECK_THROWS_AS(check_remote_path(path), RemoteError);
}

namespace {

std::int64_t at(char const *digits) { return ftp_time(digits).value(); }

} // namespace

TEST_CASE("remote: lines of LIST", "[remote]")
{
    struct Case
    {
        std::string line, name;
        std::uint64_t size;
        std::int64_t modified;
    };
    for (auto const &c : std::vector<Case>{
             {"-rw-r--r--    1 1000     1000          123 Jan 01 12:00 plain.txt", "plain.txt", 123, at("19720101120000")},
             {"-rw-r--r--    1 user     group           0 Nov  3  2023  two  blanks ", " two  blanks ", 0, at("20231103000000")},
             {"-rw-rw-rw-   1 DOM\\us er Domain Users  5000000000 Dec 31 23:59 x", "x", 5000000000U, at("19721231235900")},
             {"-rw-r--r-- 1 a b 5 Jan 1 12:00 7 Feb 2 13:00 y", "7 Feb 2 13:00 y", 5, at("19720101120000")},
             {"-rw-r--r--. 1 a 77 12 Mar 2024 z", "z", 77, at("20240312000000")},
             {"-rw-r--r-- 1 1000 5 1 Jan  1 12:00 n", "n", 1, at("19720101120000")},
             {"-rw-r--r--+ 1 a b 9 2023-08-07 02:00 iso", "iso", 9, at("20230807020000")},
             {"-rwx------ 1 a b 9 Aug  7 02:00:59 seconds", "seconds", 9, at("19720807020059")},
             {"-rw-r--r-- 1 a b 9 Nov  3 10:00:05 2026 both", "both", 9, at("20261103100005")},
             {"-rw-r--r-- 1 u g 9 dez  3 10:00 mes", "mes", 9, at("19721203100000")},
             {"- [RWCEAFMS] 1 9 Feb 29 10:00 netware", "netware", 9, at("19720229100000")},
             {"-rw-r--r--    ? 0 0 9 Aug 7 02:00 -> arrow", "-> arrow", 9, at("19720807020000")},
             {"11-03-26  10:00AM                   10 j.csv", "j.csv", 10, at("20261103100000")},
             {"11-03-2026  12:05AM       10  two  blanks ", " two  blanks ", 10, at("20261103000500")},
             {"11/13/99  12:05PM       10 x", "x", 10, at("19991113120500")},
             {"25-12-2026  14:00       10 day first", "day first", 10, at("20261225140000")},
             {"2026-11-03  10:00       10 iso", "iso", 10, at("20261103100000")}}) {
        INFO(c.line);
        auto const listed = read_list_line(c.line);
        REQUIRE(listed.kind == ListedLine::Kind::file);
        CHECK(listed.entry.name == c.name);
        CHECK(listed.entry.size == c.size);
        CHECK(listed.entry.modified == c.modified);
        CHECK(listed.entry.line == c.line);
    }
    for (std::string const line :
         {"", " ", "total 12", ".", "..", "drwxr-xr-x 2 a b 4096 Jan 1 12:00 d", "lrwxrwxrwx 1 a b 1 Jan 1 12:00 l -> x",
          "brw-rw---- 1 a b 8, 0 Jan 1 12:00 sda", "srwxrwxrwx 1 a b 0 Jan 1 12:00 s", "d [R----F--] supervisor 512 Jan 16 18:53 login",
          "11-03-26  10:00AM       <DIR>          lidos", "11-03-26  10:00AM       <SYMLINKD>     l"})
        CHECK(read_list_line(line).kind == ListedLine::Kind::other);
    for (std::string const line : {"-rw-r--r-- 1 a b 5 Jan 1 12:00",
                                   "-rw-r--r-- 1 a b 5 Jan 1 12:00 ",
                                   "-rw",
                                   "-rw-r--r-- 1 a b Jan 1 12:00 x",
                                   "-rw-r--r-- 1 a b 99999999999999999999 Jan 1 12:00 x",
                                   "-rw-r--r-- 1 a b 5 Jan 41 12:00 x",
                                   "-rw-r--r-- 1 a b 5 Jan 1 25:00 x",
                                   "-rw-r--r-- 1 a group5 Jan 1 12:00 x",
                                   "-rw-r--r-- 1 a b 5 Jan 1 12:00\tx",
                                   "data 20261103.csv",
                                   "dez.csv",
                                   "total",
                                   "total x",
                                   "+i8388621.48594,m825718503,r,s280,\tj.csv",
                                   "QSYS            77824 02/23/00 15:09:55 *DIR       QOpenSys/",
                                   "J.CSV;1              1/4          3-NOV-2026 10:00:00",
                                   "VOL1   3390   2026/11/03  1   15  FB   80  8000  PS  J.CSV",
                                   "13-41-26  10:00AM  10 x",
                                   "11-03-26  13:00AM  10 x",
                                   "11-03-26  10:00AM  10",
                                   "11-03-26  10:00AM  1.0 x",
                                   "x"}) {
        INFO(line);
        CHECK(read_list_line(line).kind == ListedLine::Kind::not_understood);
    }
}

TEST_CASE("remote: a line of LIST that changes its form is of the same file", "[remote]")
{
    std::string const young = "-rw-r--r-- 1 a b 5 Nov  3 09:00 x";
    CHECK(may_be_same_file(young, "-rw-r--r-- 1 a b 5 Nov  3  2026 x"));
    CHECK(may_be_same_file("-rw-r--r-- 1 a b 5 Nov  3  2026 x", young));
    CHECK(may_be_same_file(young, "-rw-rw-r-- 1 a c 5 Nov  3 09:00 x"));
    CHECK_FALSE(may_be_same_file(young, "-rw-r--r-- 1 a b 5 Nov  3 10:00 x"));
    CHECK_FALSE(may_be_same_file(young, "-rw-r--r-- 1 a b 5 Nov  4  2026 x"));
    CHECK_FALSE(may_be_same_file(young, "-rw-r--r-- 1 a b 6 Nov  3  2026 x"));
    CHECK_FALSE(may_be_same_file("-rw-r--r-- 1 a b 5 Nov  3  2025 x", "-rw-r--r-- 1 a b 5 Nov  3  2026 x"));
}

TEST_CASE("remote: lines of MLSD", "[remote]")
{
    using Kind = ListedLine::Kind;
    auto const read = read_listing("type=cdir;modify=20230101000000; .\r\n"
                                   "Type=File;Size=12;Modify=20230807020000.123;UNIX.mode=0644;  a b; c.txt\r\n"
                                   "type=dir;modify=20230101000000; sub\r\n"
                                   "type=OS.unix=slink:/x;size=3; link\n"
                                   "modify=20230807020000;size=5000000000;type=file; big",
                                   read_mlsd_line);
    REQUIRE_FALSE(read.wrong);
    REQUIRE(read.lines.size() == 5);
    CHECK(read.lines[0].kind == Kind::other);
    CHECK(read.lines[1].kind == Kind::file);
    CHECK(read.lines[1].entry.name == " a b; c.txt");
    CHECK(read.lines[1].entry.size == 12U);
    CHECK(read.lines[1].entry.modified == at("20230807020000"));
    CHECK(read.lines[1].entry.line.empty());
    CHECK(read.lines[2].kind == Kind::other);
    CHECK(read.lines[3].kind == Kind::other);
    CHECK(read.lines[4].entry.name == "big");
    CHECK(read.lines[4].entry.size == 5000000000U);

    struct Case
    {
        std::string line;
        Kind kind;
        std::string name;
        std::optional<std::uint64_t> size;
    };
    for (auto const &c : std::vector<Case>{{"type=file;modify=20230807020000; x", Kind::file, "x", std::nullopt},
                                           {"type=file;size=;modify=; x", Kind::file, "x", std::nullopt},
                                           {"size=3;perm=r; x", Kind::file, "x", 3U},
                                           {"sizd=4096; x", Kind::other, "x", std::nullopt},
                                           {"perm=r; x", Kind::any, "x", std::nullopt},
                                           {" x", Kind::any, "x", std::nullopt},
                                           {" type=file;size=1; x", Kind::file, "x", 1U}}) {
        INFO(c.line);
        auto const listed = read_mlsd_line(c.line);
        CHECK(listed.kind == c.kind);
        CHECK(listed.entry.name == c.name);
        CHECK(listed.entry.size == c.size);
        CHECK(listed.entry.line == (c.line[0] == ' ' && c.size ? c.line.substr(1) : c.line)); // some of it has to be asked
    }
    for (std::string const line : {"type=file;size=12;", "type=file;size=1x; x", "type=file;size=-1; x", "type=door;size=1; x", "x"})
        CHECK(read_mlsd_line(line).kind == Kind::not_understood);
    CHECK_FALSE(ftp_time("20231301000000"));
    CHECK_FALSE(ftp_time("2023010100000"));
}

TEST_CASE("remote: the first line that is not understood is told, without anybody's name", "[remote]")
{
    auto const wrong = [](std::string const &line) {
        return read_listing("total 1\r\n" + line + "\r\n", read_list_line).wrong.value_or("");
    };
    CHECK(wrong("J.CSV;1  1/4  3-NOV-2026 10:00:00") == "J.CSV;1  1/4  3-NOV-2026 10:00:00");
    CHECK(wrong("Ficha de Ana Souza.csv") == "F***a ** *** S***a.***");
    CHECK(wrong("x 123.456.789-09.csv") == "* ***.***.***-09.***");
    CHECK(wrong("a\x1b[1m") == "a\\x1b[1m");
}

TEST_CASE("remote: fingerprints as OpenSSH writes them", "[remote]")
{
    std::string const key = "AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl"; // github.com's
    std::string const fingerprint = "SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU";
    auto const bytes = base64_decoded(key);
    CHECK(bytes.size() == 51);
    CHECK(key_kind(bytes) == "ssh-ed25519");
    CHECK(key_fingerprint(bytes) == fingerprint);
    CHECK(key_kind("short").empty());
    CHECK(key_kind("").empty());

    auto const file = std::filesystem::temp_directory_path() / "atom-unit-known-hosts";
    std::ofstream(file)
        << "# a comment\n\nother ssh-ed25519 AAAA\nhost,1.2.3.4 ssh-rsa RSA\nHOST ecdsa-sha2-nistp256 EC\n[host]:2222 ssh-ed25519 " << key
        << " comment\nhost ssh-ed25519 " << key << "\r\nhost sk-unknown XX\n@revoked h?st,!host2 ssh-rsa GONE\nhost ssh-rsa GONE\n"
        << "|1|F1E1KeoE/eEWhi10WpGv4OdiO6Y=|3988QV0VE8wmZL7suNrYQLITLCg= ssh-rsa HASHED\n"
        << "*.Example.com,!bad.example.com,[*.example.com]:2? ssh-ed25519 PATTERN\n@cert-authority *.example.com ssh-rsa CA\n";
    auto const known = [&](char const *host, char const *port) {
        std::string out;
        for (auto const &k : known_host(file, host, port).keys)
            out += k.kind + "=" + (k.key == key ? "key" : k.key) + " ";
        return out;
    };
    CHECK(known_host(file, "host", "2222").keys.at(0).described() == fingerprint + " (ssh-ed25519)");
    CHECK(known("host", "2222") == "ssh-ed25519=key ");
    CHECK(known("host", "") == "ssh-ed25519=key ecdsa-sha2-nistp256=EC ssh-rsa=RSA "); // GONE is revoked
    CHECK(known("Host", "22") == known("host", ""));
    CHECK(known("host", "23").empty());
    CHECK(known("192.168.1.61", "") == "ssh-rsa=HASHED "); // a published example of a hashed name
    CHECK(known("a.example.com", "") == "ssh-ed25519=PATTERN ");
    CHECK(known("bad.example.com", "").empty());
    CHECK(known("a.example.com", "21") == "ssh-ed25519=PATTERN ");
    CHECK(known("a.example.com", "221").empty());
    CHECK(known("example.com", "").empty());
    CHECK(known_host(file, "host", "2222").revoked.size() == 1); // at any port
    CHECK(known_host(file, "host2", "").revoked.empty());
    CHECK(known_host(file, "a.example.com", "").has_authority);
    CHECK_FALSE(known_host(file, "host", "").has_authority);
    std::filesystem::remove(file);
    CHECK(known("host", "22").empty());
    CHECK(known_host_name("[::1]", "22") == "::1");
    CHECK(known_host_name("[::1]", "2222") == "[::1]:2222");
}

TEST_CASE("remote: what a private key's file is", "[remote]")
{
    using Format = KeyFile::Format;
    auto const begin = [](std::string const &kind) { return "-----BEGIN " + kind + "PRIVATE KEY-----\n"; };
    auto const base64 = [](std::string const &bytes) { // as ssh-keygen writes it, but for its lines' length
        std::string const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        std::string out;
        for (std::size_t i = 0; i < bytes.size(); i += 3) {
            unsigned n = 0;
            for (std::size_t k = i; k < i + 3; ++k)
                n = n << 8U | (k < bytes.size() ? static_cast<unsigned char>(bytes[k]) : 0U);
            for (int shift = 18; shift >= 0; shift -= 6)
                out += digits[n >> static_cast<unsigned>(shift) & 63U];
            out += i % 48 == 45 ? "\n" : "";
        }
        return out;
    };
    auto const field = [](std::string const &text) { return std::string("\0\0\0", 3) + static_cast<char>(text.size()) + text; };
    auto const openssh = [&](std::string const &cipher) {
        auto const bytes = std::string("openssh-key-v1\0", 15) + field(cipher) + field("bcrypt") + field("salt") +
                           std::string("\0\0\0\1", 4) + field(field("ssh-ed25519") + "public") + field("private");
        return read_key_file(begin("OPENSSH ") + base64(bytes) + "\n-----END");
    };
    auto const open = openssh("none");
    CHECK(open.format == Format::openssh);
    CHECK(open.kind == "ssh-ed25519");
    CHECK_FALSE(open.is_encrypted);
    auto const locked = openssh("aes256-gcm@openssh.com");
    CHECK(locked.kind == "ssh-ed25519");
    CHECK(locked.is_encrypted);
    CHECK(locked.cipher == "aes256-gcm@openssh.com");
    CHECK(read_key_file(begin("RSA ") + "MIIE").format == Format::pem);
    CHECK_FALSE(read_key_file(begin("RSA ") + "MIIE").is_encrypted);
    CHECK(read_key_file(begin("RSA ") + "Proc-Type: 4,ENCRYPTED\n").is_encrypted);
    CHECK(read_key_file(begin("ENCRYPTED ") + "MIIE").is_encrypted);
    CHECK(read_key_file("PuTTY-User-Key-File-3: ssh-ed25519\n").format == Format::putty);
    CHECK(read_key_file("ssh-ed25519 AAAA me\n").format == Format::unknown);
    CHECK(read_key_file(begin("OPENSSH ") + "AAAA\n").format == Format::unknown);
    CHECK(read_key_file("").format == Format::unknown);
}
