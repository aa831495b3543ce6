// Remote folders against real servers (OpenSSH, vsftpd) and on file://. run.py starts the servers and gives their addresses in ATOM_TEST_….
// The servers see the folder HOME, and so does this test: what they did is checked on the disk.

#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>

#include "engine/base/error.hpp"
#include "engine/remote/folder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <stdexcept>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace atom;
namespace fs = std::filesystem;

namespace {

std::string setting(std::string const &name)
{
    auto const *value = std::getenv(("ATOM_TEST_" + name).c_str());
    if (value == nullptr)
        throw std::runtime_error("ATOM_TEST_" + name + " is not set: this test is started by tests/remote/run.py");
    return value;
}

void write_file(fs::path const &path, std::string const &bytes)
{
    std::ofstream out(path, std::ios::binary);
    out << bytes;
    REQUIRE(out.good());
}

std::string read_file_bytes(fs::path const &path)
{
    std::ifstream in(path, std::ios::binary);
    REQUIRE(in.good());
    return {std::istreambuf_iterator<char>(in), {}};
}

/// A folder of one test that anyone, so the servers' user too, may write. New each time.
fs::path new_folder()
{
    static int count = 0;
    auto const path = fs::path(setting("HOME")) / fmt::format("case {} {}", setting("PLACE"), ++count);
    fs::remove_all(path); // of a test case that had this place before
    fs::create_directory(path);
    fs::permissions(path, fs::perms::all);
    return path;
}

fs::path local_file(std::string const &bytes)
{
    auto const path = fs::path(setting("HOME")) / ("local file to put, " + setting("PLACE"));
    write_file(path, bytes);
    return path;
}

std::string pattern_of(std::size_t size)
{
    std::string bytes(size, '\0');
    unsigned state = 1;
    for (char &c : bytes) {
        state = state * 1664525U + 1013904223U;
        c = static_cast<char>(state >> 24U);
    }
    return bytes;
}

struct Place
{
    std::string kind; // sftp, sftp key, ftp, ftp tls, ftps, file
    std::string url;
    RemoteLogin login;
};

std::string blanks_escaped(std::string text)
{
    for (auto at = text.find(' '); at != std::string::npos; at = text.find(' ', at))
        text.replace(at, 1, "%20");
    return text;
}

Place place(std::string const &kind, fs::path const &folder, std::string const &port = {})
{
    bool const is_ftp = kind.starts_with("ftp");
    auto const path = blanks_escaped(is_ftp ? folder.lexically_relative(setting("HOME")).string() : folder.string());
    Place p{kind, "file://" + path, {}};
    if (kind == "file")
        return p;
    auto const scheme = kind.substr(0, kind.find(' '));
    auto const names = std::map<std::string, std::string>{{"sftp", "SFTP_PORT"}, {"ftp", "FTP_PORT"}, {"ftps", "FTPS_PORT"}};
    p.url = fmt::format("{}://{}@127.0.0.1:{}{}{}{}", scheme, setting("USER"), port.empty() ? setting(names.at(scheme)) : port,
                        is_ftp ? "/" : "", path, kind == "ftp tls" ? "?tls=explicit" : "");
    p.login.known_hosts = setting("KNOWN_HOSTS");
    p.login.ca_file = setting("CA");
    if (kind == "sftp key")
        p.login.key = setting("KEY");
    else
        p.login.password = setting("PASSWORD");
    return p;
}

std::unique_ptr<RemoteFolder> open(Place const &p, int timeout_seconds = 20) { return open_folder(p.url, p.login, timeout_seconds); }

std::vector<std::string> const k_kinds = {"file", "sftp", "sftp key", "ftp", "ftp tls", "ftps"};
std::vector<std::string> const k_network_kinds = {"sftp", "sftp key", "ftp", "ftp tls", "ftps"};

struct Failure
{
    bool thrown = false;
    RemoteCause cause = RemoteCause::protocol;
    std::string message;
};

std::ostream &operator<<(std::ostream &out, Failure const &f)
{
    return out << (f.thrown ? fmt::format("cause {}: {}", static_cast<int>(f.cause), f.message) : std::string("no error"));
}

template <typename Work> Failure failure_of(Work const &work)
{
    try {
        work();
    } catch (RemoteError const &e) {
        Failure f{true, e.cause(), e.what()};
        // Whatever fails, no secret is told.
        CHECK(f.message.find(setting("PASSWORD")) == std::string::npos);
        CHECK(f.message.find(setting("USER") + "@") == std::string::npos);
        return f;
    }
    return {};
}

#define CHECK_FAILS(expected_cause, ...)                                                                                                   \
    do {                                                                                                                                   \
        auto const failure = failure_of([&] { __VA_ARGS__; });                                                                             \
        INFO(failure);                                                                                                                     \
        CHECK((failure.thrown && failure.cause == RemoteCause::expected_cause));                                                           \
    } while (false)

std::string got(RemoteFolder &folder, std::string const &name)
{
    std::string bytes;
    auto const count = folder.get(name, [&](std::string_view piece) { bytes += piece; });
    CHECK(count == bytes.size());
    return bytes;
}

std::optional<std::uint64_t> size_of(RemoteFolder &folder, std::string const &path)
{
    auto const entry = folder.find(path);
    return entry ? entry->size : std::nullopt;
}

std::vector<std::string> names_of(RemoteListing const &listing)
{
    std::vector<std::string> names;
    for (auto const &e : listing.files)
        names.push_back(e.name);
    std::sort(names.begin(), names.end());
    return names;
}

/// One command to a proxy (tests/remote/proxy.py).
void tell_proxy(std::string const &name, std::string const &command)
{
    int const fd = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(std::stoi(setting(name + "_PROXY_CONTROL"))));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(connect(fd, reinterpret_cast<sockaddr *>(&address), sizeof address) == 0);
    auto const line = command + "\n";
    REQUIRE(write(fd, line.data(), line.size()) == static_cast<ssize_t>(line.size()));
    char answer[16] = {};
    REQUIRE(read(fd, answer, sizeof answer - 1) > 0);
    close(fd);
    REQUIRE(std::string(answer) == "ok\n");
}

Place through_proxy(std::string const &kind, fs::path const &folder)
{
    return place(kind, folder, setting(kind == "ftp" ? "FTP_PROXY_PORT" : "SFTP_PROXY_PORT"));
}

std::string proxy_of(std::string const &kind) { return kind == "ftp" ? "FTP" : "SFTP"; }

// What a server's disk may hold, and what gets into trouble with quoting somewhere on the way.
std::vector<std::string> const k_odd_names = {"plain.txt",
                                              "two  blanks.txt",
                                              "it's.txt",
                                              "say \"hi\".txt",
                                              "100%.txt",
                                              "a%20b.txt",
                                              "semi;colon;type=a",
                                              "hash#mark?.txt",
                                              "-rf",
                                              "back\\slash",
                                              "[1]*{2}.csv",
                                              "~home",
                                              "a&b=c+d,e@f:g",
                                              "cora\xc3\xa7\xc3\xa3o.txt",
                                              "cora\xe7\xe3o.txt",
                                              "Jan 12 10:00 x",
                                              "* star",
                                              "tab\there",
                                              std::string(255, 'n')};

/// A call with a deadline of 2 s, to a server in trouble from then on, ends as a timeout before so many seconds.
void check_times_out(std::string const &kind, fs::path const &path, std::string const &trouble, int seconds,
                     std::function<void(RemoteFolder &)> const &call)
{
    auto const folder = open(through_proxy(kind, path), 2);
    folder->find("big");
    tell_proxy(proxy_of(kind), trouble);
    auto const start = std::chrono::steady_clock::now();
    auto const failure = failure_of([&] { call(*folder); });
    auto const took = std::chrono::steady_clock::now() - start;
    tell_proxy(proxy_of(kind), "clear");
    INFO(failure);
    CHECK((failure.thrown && failure.cause == RemoteCause::timeout));
    CHECK(took < std::chrono::seconds(seconds));
}

} // namespace

TEST_CASE("a folder lists its regular files", "[remote]")
{
    for (auto const &kind : k_kinds) {
        DYNAMIC_SECTION(kind)
        {
            auto const path = new_folder();
            write_file(path / "one", "1");
            write_file(path / "twenty", std::string(20, 'x'));
            write_file(path / "empty", "");
            fs::create_directory(path / "sub");
            fs::create_symlink("one", path / "link");
            write_file(path / "sub" / "below", "123");
            auto const folder = open(place(kind, path));

            auto const listing = folder->list();
            CHECK(names_of(listing) == std::vector<std::string>{"empty", "one", "twenty"});
            CHECK(listing.lines >= 5);
            for (auto const &e : listing.files) {
                CHECK(e.size == fs::file_size(path / e.name));
                auto const found = folder->find(e.name);
                REQUIRE(found);
                CHECK(found->size == e.size);
                CHECK(found->modified == e.modified);
                struct stat state = {};
                REQUIRE(stat((path / e.name).c_str(), &state) == 0);
                REQUIRE(e.modified);
                CHECK(*e.modified / 1'000'000'000 == state.st_mtim.tv_sec);
            }
            CHECK(names_of(folder->list("sub")) == std::vector<std::string>{"below"});
            CHECK(folder->list("not there").files.empty());
            CHECK(names_of(folder->list()).size() == 3); // the same connection again
        }
    }
}

TEST_CASE("a missing folder is not_found, at every call", "[remote]")
{
    for (auto const &kind : k_kinds) {
        DYNAMIC_SECTION(kind)
        {
            auto const folder = open(place(kind, new_folder() / "missing"));
            CHECK_FAILS(not_found, folder->list());
            CHECK_FAILS(not_found, folder->list("sub"));
            CHECK_FAILS(not_found, folder->get("x", [](std::string_view) {}));
            CHECK_FAILS(not_found, folder->rename("x", "y"));
            CHECK(size_of(*folder, "x") == std::nullopt);
            folder->remove("x");
        }
    }
}

TEST_CASE("files come and go byte for byte", "[remote]")
{
    for (auto const &kind : k_kinds) {
        DYNAMIC_SECTION(kind)
        {
            auto const path = new_folder();
            auto const folder = open(place(kind, path));
            for (std::size_t const size : {std::size_t(0), std::size_t(1), std::size_t(70'000), std::size_t(5'000'001)}) {
                auto const bytes = pattern_of(size);
                folder->put(local_file(bytes), "put");
                CHECK(read_file_bytes(path / "put") == bytes);
                CHECK(got(*folder, "put") == bytes);
                CHECK(size_of(*folder, "put") == size);
            }
            folder->put(local_file("shorter"), "put"); // in place of a longer one
            CHECK(read_file_bytes(path / "put") == "shorter");
            CHECK(names_of(folder->list()) == std::vector<std::string>{"put"});
            folder->remove("put");
            folder->remove("put"); // no fault
            CHECK(size_of(*folder, "put") == std::nullopt);
            CHECK_FAILS(not_found, got(*folder, "put"));
            CHECK_THROWS_AS(folder->put(path / "no such local file", "x"), FileError);
        }
    }
}

TEST_CASE("put and rename make the folders that they need, each time", "[remote]")
{
    for (auto const &kind : k_kinds) {
        DYNAMIC_SECTION(kind)
        {
            auto const path = new_folder();
            auto const folder = open(place(kind, path));
            folder->put(local_file("a"), ".tmp/a");
            folder->put(local_file("b"), "deep/down/b"); // a second one on the same connection
            folder->rename(".tmp/a", "lidos/a");
            folder->rename("deep/down/b", "b");
            CHECK(read_file_bytes(path / "lidos" / "a") == "a");
            CHECK(read_file_bytes(path / "b") == "b");
            CHECK_FALSE(fs::exists(path / ".tmp" / "a"));
            CHECK(folder->list("deep/down").files.empty());
        }
    }
}

TEST_CASE("a rename never replaces", "[remote]")
{
    for (auto const &kind : k_kinds) {
        DYNAMIC_SECTION(kind)
        {
            auto const path = new_folder();
            write_file(path / "from", "new");
            write_file(path / "to", "old");
            write_file(path / "empty", "");
            auto const folder = open(place(kind, path));
            CHECK_FAILS(exists, folder->rename("from", "to"));
            CHECK_FAILS(exists, folder->rename("from", "empty"));
            CHECK(read_file_bytes(path / "from") == "new");
            CHECK(read_file_bytes(path / "to") == "old");
            CHECK(fs::file_size(path / "empty") == 0);
            CHECK_FAILS(not_found, folder->rename("nobody", "free"));
            CHECK_FAILS(not_found, folder->rename("nobody", "newsub/free"));
            folder->rename("from", "free");
            CHECK(read_file_bytes(path / "free") == "new");
        }
    }
}

TEST_CASE("names are bytes", "[remote]")
{
    for (auto const &kind : k_kinds) {
        DYNAMIC_SECTION(kind)
        {
            auto const path = new_folder();
            auto const folder = open(place(kind, path));
            auto expected = k_odd_names;
            if (kind.starts_with("ftp")) // vsftpd takes these apart itself: see the test of its limits
                std::erase_if(expected, [](auto const &n) { return n == "tab\there"; });
            for (auto const &name : expected) {
                INFO(name);
                folder->put(local_file(name), name);
                CHECK(read_file_bytes(path / name) == name);
                CHECK(got(*folder, name) == name);
                CHECK(size_of(*folder, name) == name.size());
            }
            auto sorted = expected;
            std::sort(sorted.begin(), sorted.end());
            CHECK(names_of(folder->list()) == sorted);
            for (auto const &name : expected) {
                INFO(name);
                folder->rename(name, "lidos of/" + name);
                CHECK(read_file_bytes(path / "lidos of" / name) == name);
                CHECK_FAILS(not_found, folder->rename(name, "x" + name.substr(0, 200)));
            }
            CHECK(names_of(folder->list("lidos of")) == sorted);
            for (auto const &name : expected)
                folder->remove("lidos of/" + name);
            CHECK(folder->list("lidos of").files.empty());
        }
    }
}

TEST_CASE("names that would change a command or leave the folder are refused", "[remote]")
{
    for (auto const &kind : k_kinds) {
        DYNAMIC_SECTION(kind)
        {
            auto const path = new_folder();
            write_file(path / "x", "x");
            auto const folder = open(place(kind, path));
            for (std::string const name : {"a\nb", "a\r\nDELE x", "", "../x", "a/../../x", "/x", "a//b", "."}) {
                INFO(name);
                CHECK_FAILS(protocol, folder->rename("x", name));
                CHECK_FAILS(protocol, folder->remove(name));
                CHECK_FAILS(protocol, folder->put(local_file("y"), name));
                CHECK_FAILS(protocol, folder->find(name));
                CHECK_FAILS(protocol, got(*folder, name));
            }
            CHECK(read_file_bytes(path / "x") == "x");
        }
    }
}

TEST_CASE("a name with a line end on the server is one entry, and no safe name", "[remote]")
{
    for (std::string const kind : {"file", "sftp"}) {
        DYNAMIC_SECTION(kind)
        {
            auto const path = new_folder();
            std::string const name = "x\n-rw-r--r-- 1 a b 5 Jan 1 12:00 evil";
            write_file(path / name, "x");
            auto const entries = open(place(kind, path))->list().files;
            REQUIRE(entries.size() == 1);
            CHECK(entries[0].name == name);
            CHECK_FALSE(is_safe_name(entries[0].name));
        }
    }
}

TEST_CASE("10,000 files are listed", "[remote]")
{
    static auto const path = [] {
        auto const made = new_folder();
        for (int i = 0; i < 10'000; ++i)
            std::ofstream(made / fmt::format("20231106_020000_parc_{:05}_out.528", i)) << "x";
        return made;
    }();
    for (std::string const kind : {"file", "sftp", "ftp"}) {
        DYNAMIC_SECTION(kind)
        {
            auto const names = names_of(open(place(kind, path))->list());
            REQUIRE(names.size() == 10'000);
            CHECK(names.front() == "20231106_020000_parc_00000_out.528");
            CHECK(names.back() == "20231106_020000_parc_09999_out.528");
            CHECK(std::adjacent_find(names.begin(), names.end()) == names.end());
        }
    }
}

TEST_CASE("an sftp URL names the root or the home", "[remote][sftp]")
{
    auto const path = new_folder();
    write_file(path / "x", "x");
    auto p = place("sftp", path);
    p.url = fmt::format("sftp://{}@127.0.0.1:{}/~/{}", setting("USER"), setting("SFTP_PORT"), blanks_escaped(path.filename()));
    auto const folder = open(p);
    CHECK(names_of(folder->list()) == std::vector<std::string>{"x"});
    folder->rename("x", "sub/y");
    folder->put(local_file("z"), "new/z");
    CHECK(read_file_bytes(path / "sub" / "y") == "x");
    CHECK(read_file_bytes(path / "new" / "z") == "z");
    CHECK(got(*folder, "sub/y") == "x");
}

TEST_CASE("an ftp URL names the login's folder, or the root after two slashes", "[remote][ftp]")
{
    auto const path = new_folder();
    write_file(path / "x", "x");
    auto p = place("ftp", path);
    p.url = fmt::format("ftp://{}@127.0.0.1:{}/{}", setting("USER"), setting("FTP_PORT"), blanks_escaped(path.string()));
    REQUIRE(p.url.find(fmt::format("{}//", setting("FTP_PORT"))) != std::string::npos);
    auto const folder = open(p);
    CHECK(names_of(folder->list()) == std::vector<std::string>{"x"});
    CHECK(got(*folder, "x") == "x");
    p.url = fmt::format("ftp://{}@127.0.0.1:{}", setting("USER"), setting("FTP_PORT"));
    CHECK(size_of(*open(p), path.filename().string() + "/x") == 1U);
    CHECK_FALSE(open(p)->list(path.filename()).files.empty());
}

TEST_CASE("a login is refused as denied, and its secret stays one", "[remote]")
{
    auto const path = new_folder();
    for (auto const &kind : k_network_kinds) {
        DYNAMIC_SECTION(kind)
        {
            auto p = place(kind, path);
            p.login.key.clear();
            p.login.password = "wrong-secret";
            auto const folder = open(p);
            auto const failure = failure_of([&] { folder->list(); });
            INFO(failure);
            CHECK((failure.thrown && failure.cause == RemoteCause::denied));
            CHECK(failure.message.find("wrong-secret") == std::string::npos);
            CHECK(failure.message.starts_with(folder->label()));
            CHECK(folder->label().find(setting("USER")) == std::string::npos);
        }
    }
    SECTION("password in the URL")
    {
        auto p = place("sftp", path);
        p.login.password.clear();
        p.url.replace(p.url.find('@'), 1, ":other%2Fsecret@");
        auto const failure = failure_of([&] { open(p)->list(); });
        CHECK((failure.thrown && failure.cause == RemoteCause::denied));
        CHECK(failure.message.find("secret") == std::string::npos);
    }
    SECTION("keys")
    {
        auto p = place("sftp key", path);
        p.login.key = setting("LOCKED_KEY");
        p.login.key_passphrase = setting("KEY_PASSPHRASE");
        CHECK(open(p)->list().files.empty());
        p.login.key_passphrase = "wrong-secret";
        CHECK_FAILS(denied, open(p)->list());
        p.login.key = "no such key";
        CHECK_FAILS(denied, open(p)->list());
        p.login.key.clear(); // neither key nor password
        CHECK_FAILS(denied, open(p)->list());
        p.login.key = setting("LOCKED_KEY");
        p.login.password = setting("PASSWORD"); // the key fails, the password holds
        CHECK(open(p)->list().files.empty());
    }
}

TEST_CASE("permissions are denied", "[remote]")
{
    for (std::string const kind : {"sftp", "ftp"}) {
        DYNAMIC_SECTION(kind)
        {
            auto const path = new_folder();
            write_file(path / "x", "x");
            fs::create_directory(path / "closed");
            fs::permissions(path / "closed", fs::perms::owner_all);
            fs::permissions(path, fs::perms::owner_all | fs::perms::others_read | fs::perms::others_exec);
            auto const folder = open(place(kind, path));
            CHECK_FAILS(denied, folder->put(local_file("y"), "y"));
            CHECK_FAILS(denied, folder->put(local_file("y"), "newsub/y"));
            CHECK_FAILS(denied, folder->rename("x", "y"));
            CHECK_FAILS(denied, folder->remove("x"));
            CHECK(fs::exists(path / "x"));
            if (kind == "sftp")
                CHECK_FAILS(denied, folder->list("closed"));
        }
    }
}

TEST_CASE("a full disk has no space",
          "[remote][.small-disk]") // run.py --small-disk: it mounts one, which takes more rights than root has everywhere
{
    for (std::string const kind : {"sftp", "ftp"}) {
        DYNAMIC_SECTION(kind)
        {
            auto const folder = open(place(kind, setting("SMALL_DISK")));
            auto const failure = failure_of([&] { folder->put(local_file(pattern_of(3'000'000)), "big"); });
            INFO(failure);
            // vsftpd drops the data connection before it says why, and curl does not wait to hear it; either way it is tried again
            CHECK(failure.thrown);
            CHECK((failure.cause == RemoteCause::no_space || (kind == "ftp" && failure.cause == RemoteCause::unreachable)));
            folder->remove("big");
            folder->put(local_file(pattern_of(1000)), "small");
            folder->remove("small");
        }
    }
}

TEST_CASE("only a known host key is taken", "[remote][sftp]")
{
    auto const path = new_folder();
    auto p = place("sftp", path);
    auto const has = [](Failure const &f, std::string const &word) { return f.message.find(word) != std::string::npos; };
    SECTION("hashed")
    {
        p.login.known_hosts = setting("KNOWN_HOSTS_HASHED");
        CHECK(open(p)->list().files.empty());
    }
    SECTION("unknown")
    {
        for (auto const &file : {fs::path(setting("KNOWN_HOSTS_EMPTY")), path / "no file", fs::path()}) {
            INFO(file);
            p.login.known_hosts = file;
            auto const failure = failure_of([&] { open(p)->list(); });
            INFO(failure);
            CHECK((failure.thrown && failure.cause == RemoteCause::host_key));
            CHECK(has(failure, setting("HOST_FINGERPRINT") + " (ssh-ed25519)"));
            CHECK(has(failure, fmt::format("ssh-keyscan -p {} 127.0.0.1 >> ", setting("SFTP_PORT"))));
            CHECK(has(failure, file.string()));
        }
        CHECK_FALSE(fs::exists(path / "no file"));
    }
    SECTION("changed")
    {
        p.login.known_hosts = setting("KNOWN_HOSTS_CHANGED");
        auto const before = read_file_bytes(p.login.known_hosts);
        auto const folder = open(p);
        for (int i = 0; i < 2; ++i) {
            auto const failure = failure_of([&] { folder->put(local_file("secret data"), "x"); });
            INFO(failure);
            CHECK((failure.thrown && failure.cause == RemoteCause::host_key));
            CHECK(has(failure, "the server shows " + setting("HOST_FINGERPRINT") + " (ssh-ed25519)"));
            CHECK(has(failure, "known is " + setting("CHANGED_FINGERPRINT") + " (ssh-ed25519)"));
        }
        CHECK(read_file_bytes(p.login.known_hosts) == before);
        CHECK_FALSE(fs::exists(path / "x"));
    }
    SECTION("another kind of key")
    {
        p.login.known_hosts = setting("KNOWN_HOSTS_OTHER_KIND");
        auto const failure = failure_of([&] { open(p)->list(); });
        INFO(failure);
        CHECK((failure.thrown && failure.cause == RemoteCause::host_key));
        CHECK(has(failure, "the server shows " + setting("HOST_FINGERPRINT") + " (ssh-ed25519)"));
        CHECK(has(failure, "known is " + setting("OTHER_KIND_FINGERPRINT") + " (ecdsa-sha2-nistp256)"));
    }
}

TEST_CASE("servers that have an RSA key alone, and ask for more than a password", "[remote][sftp]")
{
    auto const path = new_folder();
    write_file(path / "x", "x");
    auto p = place("sftp", path, setting("STRICT_PORT"));
    p.login.known_hosts = setting("KNOWN_HOSTS_RSA");
    auto const both = [&] {
        auto out = place("sftp", path, setting("BOTH_PORT"));
        out.login.known_hosts = setting("KNOWN_HOSTS_RSA");
        return out;
    };
    auto const lists = [](Place const &at) { return names_of(open(at)->list()) == std::vector<std::string>{"x"}; };
    auto const told = [&](Place const &at, RemoteCause cause, std::string const &words) {
        auto const failure = failure_of([&] { open(at)->list(); });
        INFO(failure);
        CHECK(failure.thrown);
        CHECK(failure.cause == cause);
        CHECK(failure.message.find(words) != std::string::npos);
        CHECK(failure.message.find(setting("KEY_PASSPHRASE")) == std::string::npos);
    };
    SECTION("by keyboard-interactive")
    {
        CHECK(lists(p));
        p.login.password = "wrong-secret";
        told(p, RemoteCause::denied, "the server refuses the password (keyboard-interactive)");
        p.login.password.clear();
        told(p, RemoteCause::denied,
             "the server wants one of publickey, keyboard-interactive, and neither a key nor a password is configured");
    }
    SECTION("by keys")
    {
        p.login.password.clear();
        for (auto const *key : {"KEY", "KEY_RSA", "KEY_ECDSA"}) {
            INFO(key);
            p.login.key = setting(key);
            CHECK(lists(p));
        }
        p.login.key_passphrase = setting("KEY_PASSPHRASE");
        p.login.key = setting("KEY_PEM");
        CHECK(lists(p));
        p.login.key = setting("KEY_GCM");
        told(p, RemoteCause::denied,
             "is encrypted with aes256-gcm@openssh.com, which cannot be read here; ssh-keygen -p -Z aes256-ctr -f ");
        p.login.key_passphrase = "another";
        p.login.key = setting("KEY_PEM");
        told(p, RemoteCause::denied,
             fmt::format("the passphrase of the private key {} is not right (key_passphrase_env)", setting("KEY_PEM")));
        p.login.key_passphrase.clear();
        told(p, RemoteCause::denied, "has a passphrase, and none is set: key_passphrase_env names the variable that holds it");
        p.login.key = setting("KEY_STRANGE");
        told(p, RemoteCause::denied,
             fmt::format("the server refuses the key {}, {} (ssh-ed25519)", setting("KEY_STRANGE"), setting("STRANGE_FINGERPRINT")));
        p.login.key = path / "x";
        fs::permissions(p.login.key, fs::perms::owner_read);
        told(p, RemoteCause::denied, "holds no private key, neither in OpenSSH's format nor as PEM");
    }
    SECTION("by a key and a password")
    {
        p = both();
        p.login.key = setting("KEY_RSA");
        CHECK(lists(p));
        p.login.password.clear();
        told(p, RemoteCause::denied, "the server takes the key, and wants keyboard-interactive too");
    }
    SECTION("keys that known_hosts revokes, or whose authority it names")
    {
        p.login.known_hosts = setting("KNOWN_HOSTS_REVOKED");
        told(p, RemoteCause::host_key,
             fmt::format("the server shows {} (ssh-rsa), a key that {} says is revoked", setting("RSA_FINGERPRINT"),
                         setting("KNOWN_HOSTS_REVOKED")));
        auto const failure = failure_of([&] { open(p)->list(); });
        CHECK(failure.message.find("ssh-keyscan") == std::string::npos);
        p.login.known_hosts = setting("KNOWN_HOSTS_AUTHORITY");
        told(p, RemoteCause::host_key, "certificates of hosts are not supported");
    }
}

TEST_CASE("only a certificate of a known authority is taken", "[remote][ftp]")
{
    for (std::string const kind : {"ftps", "ftp tls"}) {
        for (auto const &ca : {setting("OTHER_CA"), std::string()}) {
            DYNAMIC_SECTION(kind << (ca.empty() ? " the system's" : " another"))
            {
                auto p = place(kind, new_folder());
                p.login.ca_file = ca;
                CHECK_FAILS(host_key, open(p)->list());
            }
        }
    }
}

TEST_CASE("a server that is not there is unreachable", "[remote]")
{
    int const fd = socket(AF_INET, SOCK_STREAM, 0); // bound, not listening: nobody else gets this port
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    REQUIRE(bind(fd, reinterpret_cast<sockaddr *>(&address), sizeof address) == 0);
    REQUIRE(getsockname(fd, reinterpret_cast<sockaddr *>(&address), &size) == 0);
    auto const port = std::to_string(ntohs(address.sin_port));
    for (auto const &kind : k_network_kinds) {
        DYNAMIC_SECTION(kind)
        {
            auto const folder = open(place(kind, new_folder(), port));
            CHECK_FAILS(unreachable, folder->list());
            CHECK_FAILS(unreachable, folder->rename("a", "b"));
            CHECK_FAILS(unreachable, folder->find("a"));
        }
    }
    close(fd);
}

TEST_CASE("a connection that is cut is unreachable, and the next call connects again", "[remote][proxy]")
{
    for (std::string const kind : {"sftp", "sftp key", "ftp"}) {
        auto const proxy = proxy_of(kind);
        auto const path = new_folder();
        write_file(path / "big", pattern_of(3'000'000));
        auto const folder = open(through_proxy(kind, path));
        DYNAMIC_SECTION(kind << ": a download")
        {
            REQUIRE(folder->list().files.size() == 1);
            tell_proxy(proxy, "cut-down 1000000");
            std::uint64_t received = 0;
            CHECK_FAILS(unreachable, folder->get("big", [&](std::string_view piece) { received += piece.size(); }));
            CHECK(received > 0);
            CHECK(received < 1'000'000);
            CHECK(got(*folder, "big") == pattern_of(3'000'000));
        }
        DYNAMIC_SECTION(kind << ": an upload")
        {
            REQUIRE(folder->list().files.size() == 1);
            tell_proxy(proxy, "cut-up 1000000");
            CHECK_FAILS(unreachable, folder->put(local_file(pattern_of(3'000'000)), "up"));
            folder->put(local_file(pattern_of(3'000'000)), "up");
            CHECK(read_file_bytes(path / "up") == pattern_of(3'000'000));
        }
        DYNAMIC_SECTION(kind << ": at each byte of the greeting and the login")
        {
            // an ftp login has about 250 bytes; after that a cut may fall on a data connection's own end
            for (int const bytes : kind == "ftp" ? std::vector{1, 10, 30, 60, 100, 200} : std::vector{1, 10, 60, 500, 1200, 2000}) {
                tell_proxy(proxy, fmt::format("cut-down {}", bytes));
                auto const fresh = open(through_proxy(kind, path));
                auto const failure = failure_of([&] { fresh->list(); });
                INFO(bytes << " " << failure);
                CHECK((failure.thrown && failure.cause == RemoteCause::unreachable));
            }
        }
        DYNAMIC_SECTION(kind << ": a listing")
        {
            for (int i = 0; i < 600; ++i)
                write_file(path / fmt::format("file number {}", i), "");
            CHECK(size_of(*folder, "big") == 3'000'000U);
            tell_proxy(proxy, "cut-down 30000");
            CHECK_FAILS(unreachable, folder->list());
            CHECK(folder->list().files.size() == 601);
        }
        tell_proxy(proxy, "clear");
    }
}

TEST_CASE("a lost answer is unreachable, whatever the server did", "[remote][proxy]")
{
    for (std::string const kind : {"sftp", "ftp"}) {
        auto const path = new_folder();
        write_file(path / "x", "x");
        auto const folder = open(through_proxy(kind, path));
        folder->list();
        CHECK(size_of(*folder, "nobody") == std::nullopt);
        DYNAMIC_SECTION(kind << ": a rename's")
        {
            // sftp: the first answer is to the question whether the name is free
            tell_proxy(proxy_of(kind), kind == "ftp" ? "drop-after RNTO" : "drop-turn 2");
            CHECK_FAILS(unreachable, folder->rename("x", "y"));
            CHECK(read_file_bytes(path / "y") == "x");
            CHECK_FAILS(not_found, folder->rename("x", "y2"));
            CHECK(size_of(*folder, "y") == 1U);
        }
        DYNAMIC_SECTION(kind << ": a size's")
        {
            tell_proxy(proxy_of(kind), kind == "ftp" ? "drop-after SIZE" : "drop-turn 1");
            CHECK_FAILS(unreachable, folder->find("x"));
            CHECK(size_of(*folder, "x") == 1U);
        }
        DYNAMIC_SECTION(kind << ": a get's")
        {
            tell_proxy(proxy_of(kind), kind == "ftp" ? "drop-after RETR" : "drop-turn 1");
            CHECK_FAILS(unreachable, got(*folder, "x"));
            CHECK(got(*folder, "x") == "x");
        }
        DYNAMIC_SECTION(kind << ": a removal's")
        {
            tell_proxy(proxy_of(kind), kind == "ftp" ? "drop-after DELE" : "drop-turn 1");
            CHECK_FAILS(unreachable, folder->remove("x"));
            folder->remove("x");
            CHECK_FALSE(fs::exists(path / "x"));
        }
        tell_proxy(proxy_of(kind), "clear");
    }
}

TEST_CASE("a server that falls silent is a timeout", "[remote][proxy]")
{
    for (std::string const kind : {"sftp", "ftp"}) {
        auto const path = new_folder();
        write_file(path / "big", pattern_of(100'000));
        auto const check = [&](auto const &call) { check_times_out(kind, path, "stall", 8, call); };
        DYNAMIC_SECTION(kind << ": list")
        {
            check([](RemoteFolder &f) { f.list(); });
        }
        DYNAMIC_SECTION(kind << ": get")
        {
            check([](RemoteFolder &f) { f.get("big", [](std::string_view) {}); });
        }
        DYNAMIC_SECTION(kind << ": put")
        {
            check([](RemoteFolder &f) { f.put(local_file(pattern_of(100'000)), "up"); });
        }
        DYNAMIC_SECTION(kind << ": rename")
        {
            check([](RemoteFolder &f) { f.rename("big", "b"); });
        }
        DYNAMIC_SECTION(kind << ": connecting")
        {
            tell_proxy(proxy_of(kind), "stall");
            CHECK_FAILS(timeout, open(through_proxy(kind, path), 1)->list());
            tell_proxy(proxy_of(kind), "clear");
        }
    }
}

TEST_CASE("a server that only trickles is a timeout", "[remote][proxy]")
{
    for (std::string const kind : {"sftp", "ftp"}) {
        auto const path = new_folder();
        write_file(path / "big", pattern_of(1'000'000));
        auto const check = [&](auto const &call) { check_times_out(kind, path, "trickle 20", 20, call); };
        DYNAMIC_SECTION(kind << ": get")
        {
            check([](RemoteFolder &f) { f.get("big", [](std::string_view) {}); });
        }
        DYNAMIC_SECTION(kind << ": put")
        {
            check([](RemoteFolder &f) { f.put(local_file(pattern_of(10'000'000)), "up"); });
        }
    }
}

TEST_CASE("what the sink throws comes through, and the folder goes on", "[remote]")
{
    for (auto const &kind : k_kinds) {
        DYNAMIC_SECTION(kind)
        {
            auto const path = new_folder();
            write_file(path / "x", pattern_of(1'000'000));
            auto const folder = open(place(kind, path));
            CHECK_THROWS_AS(folder->get("x", [](std::string_view) { throw FileError("write", "spool", ENOSPC); }), FileError);
            CHECK(got(*folder, "x") == pattern_of(1'000'000));
        }
    }
}

TEST_CASE("a local folder keeps a put whole", "[remote][file]")
{
    auto const path = new_folder();
    auto const folder = open(place("file", path));
    write_file(path / ".atom-put-1-1", "left by a killed process");
    fs::create_directory(path / "taken");
    CHECK(folder->list().files.empty());
    CHECK_FAILS(exists, folder->put(local_file("x"), "taken"));
    folder->put(local_file("x"), "made/x");
    CHECK((fs::status(path / "made" / "x").permissions() & fs::perms::others_all) == fs::perms::none);
    CHECK((fs::status(path / "made").permissions() & fs::perms::others_all) == fs::perms::none);
    CHECK(std::distance(fs::directory_iterator(path / "made"), {}) == 1);

    // what a killed one left goes with the next put of the name
    write_file(path / "made" / ".atom-put-x", "left");
    folder->put(local_file("y"), "made/x");
    CHECK(got(*folder, "made/x") == "y");
    CHECK(std::distance(fs::directory_iterator(path / "made"), {}) == 1);
    std::string const longest(255, 'n');
    folder->put(local_file("z"), longest);
    CHECK(got(*folder, longest) == "z");
}
