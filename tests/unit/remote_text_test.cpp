// The parts of engine/remote that need no server: URLs, names, listings, host keys.

#include "engine/base/error.hpp"
#include "engine/remote/folder.hpp"
#include "engine/remote/host_key.hpp"
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
    CHECK(sftp_quoted("a\"b\\c'd") == "\"a\\\"b\\\\c'd\"");
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

TEST_CASE("remote: lines of a long listing", "[remote]")
{
    struct Case
    {
        std::string line, name;
        std::uint64_t size;
        std::string modified;
    };
    for (auto const &c :
         std::vector<Case>{{"-rw-r--r--    1 1000     1000          123 Jan 01 12:00 plain.txt", "plain.txt", 123, "Jan 01 12:00"},
                           {"-rw-r--r--    1 user     group           0 Nov  3  2023  two  blanks ", " two  blanks ", 0, "Nov  3  2023"},
                           {"-rw-rw-rw-   1 DOM\\us er Domain Users  5000000000 Dec 31 23:59 x", "x", 5000000000U, "Dec 31 23:59"},
                           {"-rw-r--r-- 1 a b 5 Jan 1 12:00 7 Feb 2 13:00 y", "7 Feb 2 13:00 y", 5, "Jan 1 12:00"},
                           {"-rw-r--r--. 1 a 77 12 Mar 2024 z", "z", 77, "12 Mar 2024"},
                           {"-rw-r--r-- 1 1000 5 1 Jan  1 12:00 n", "n", 1, "Jan  1 12:00"},
                           {"-rw-r--r--+ 1 a b 9 2023-08-07 02:00 iso", "iso", 9, "2023-08-07 02:00"},
                           {"-rwx------ 1 a b 9 Aug  7 02:00:59 seconds", "seconds", 9, "Aug  7 02:00:59"},
                           {"-rw-r--r--    ? 0 0 9 Aug 7 02:00 -> arrow", "-> arrow", 9, "Aug 7 02:00"}}) {
        INFO(c.line);
        auto const entry = parse_long_line(c.line);
        REQUIRE(entry);
        CHECK(entry->name == c.name);
        CHECK(entry->size == c.size);
        CHECK(entry->modified == c.modified);
    }
    for (std::string const line : {"", "total 12", "drwxr-xr-x 2 a b 4096 Jan 1 12:00 d", "lrwxrwxrwx 1 a b 1 Jan 1 12:00 l -> x",
                                   "-rw-r--r-- 1 a b 5 Jan 1 12:00", "-rw-r--r-- 1 a b 5 Jan 1 12:00 ", "-rw",
                                   "-rw-r--r-- 1 a b Jan 1 12:00 x", "-rw-r--r-- 1 a b 99999999999999999999 Jan 1 12:00 x"})
        CHECK_FALSE(parse_long_line(line));
}

TEST_CASE("remote: lines of MLSD", "[remote]")
{
    auto const entries = parse_lines("type=cdir;modify=20230101000000; .\r\n"
                                     "Type=File;Size=12;Modify=20230807020000.123;UNIX.mode=0644;  a b; c.txt\r\n"
                                     "type=dir;modify=20230101000000; sub\r\n"
                                     "type=OS.unix=slink:/x;size=3; link\n"
                                     "modify=20230807020000;size=5000000000;type=file; big",
                                     parse_mlsd_line);
    REQUIRE(entries.size() == 2);
    CHECK(entries[0].name == " a b; c.txt");
    CHECK(entries[0].size == 12);
    CHECK(entries[0].modified == "20230807020000.123");
    CHECK(entries[1].name == "big");
    CHECK(entries[1].size == 5000000000U);
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
        << " comment\nhost ssh-ed25519 " << key << "\nhost sk-unknown XX\n@revoked * ssh-rsa GONE\nhost ssh-rsa GONE\n"
        << "|1|F1E1KeoE/eEWhi10WpGv4OdiO6Y=|3988QV0VE8wmZL7suNrYQLITLCg= ssh-rsa HASHED\n";
    auto const known = known_keys(file, "host", "2222");
    REQUIRE(known.size() == 1);
    CHECK(known[0].described() == fingerprint + " (ssh-ed25519)");
    std::vector<std::string> kinds;
    for (auto const &k : known_keys(file, "host", ""))
        kinds.push_back(k.kind);
    CHECK(kinds == std::vector<std::string>{"ssh-ed25519", "ecdsa-sha2-nistp256", "ssh-rsa"});
    CHECK(known_keys(file, "host", "22").size() == 3);
    CHECK(known_keys(file, "host", "23").empty());
    REQUIRE(known_keys(file, "192.168.1.61", "").size() == 1); // a published example of a hashed name
    CHECK(known_keys(file, "192.168.1.61", "")[0].key == "HASHED");
    std::filesystem::remove(file);
    CHECK(known_keys(file, "host", "22").empty());
    CHECK(known_host_name("[::1]", "22") == "::1");
    CHECK(known_host_name("[::1]", "2222") == "[::1]:2222");
}
