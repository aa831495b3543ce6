#include "engine/base/file.hpp"

#include "engine/base/error.hpp"

#include <catch2/catch.hpp>

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <thread>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace atom;
namespace fs = std::filesystem;

namespace {

// A folder of its own for each test, gone afterwards.
class Folder
{
public:
    Folder()
    {
        std::string name = (fs::temp_directory_path() / "atom-file-XXXXXX").string();
        REQUIRE(::mkdtemp(name.data()) != nullptr);
        m_path = name;
    }
    ~Folder()
    {
        std::error_code ignored;
        fs::remove_all(m_path, ignored);
    }
    Folder(Folder const &) = delete;
    Folder &operator=(Folder const &) = delete;
    fs::path operator/(std::string const &name) const { return m_path / name; }
    fs::path const &path() const { return m_path; }

private:
    fs::path m_path;
};

void put(fs::path const &path, std::string const &content) { std::ofstream(path, std::ios::binary | std::ios::trunc) << content; }

mode_t mode_of(fs::path const &path)
{
    struct stat st = {};
    REQUIRE(::stat(path.c_str(), &st) == 0);
    return st.st_mode & 07777U;
}

bool is_open(int fd) { return ::fcntl(fd, F_GETFD) != -1; }

} // namespace

TEST_CASE("a file that is cut while it is mapped reads as zeros, and has changed")
{
    char name[] = "/tmp/atom_cut.XXXXXX";
    int const fd = ::mkstemp(name);
    REQUIRE(fd >= 0);
    constexpr off_t k_size = 1 << 20;
    REQUIRE(::ftruncate(fd, k_size) == 0);
    REQUIRE(::pwrite(fd, "x", 1, k_size - 1) == 1);
    {
        MappedFile const file(name);
        MappedFile const other(name);
        REQUIRE(::ftruncate(fd, 1000) == 0);
        CHECK(file.bytes().back() == '\0');
        CHECK(file.bytes()[k_size / 2] == '\0');
        CHECK(other.bytes().substr(1000).find_first_not_of('\0') == std::string_view::npos);
        CHECK(file.changed());
    }
    ::close(fd);
    ::unlink(name);
}

TEST_CASE("a descriptor closes once", "[base][file]")
{
    Fd a(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    REQUIRE(a);
    int const number = a.get();
    Fd b(std::move(a));
    CHECK_FALSE(a); // NOLINT: moved from is empty
    CHECK(b.get() == number);
    Fd c(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    int const replaced = c.get();
    c = std::move(b);
    CHECK_FALSE(is_open(replaced));
    CHECK(c.get() == number);
    CHECK(is_open(number));
    c = Fd();
    CHECK_FALSE(is_open(number));
    CHECK(Fd().release() == -1);
}

TEST_CASE("a mapped file", "[base][file]")
{
    Folder const folder;
    std::string content;
    for (int i = 0; i < 20000; ++i) {
        content += "line " + std::to_string(i) + "\r\n";
    }
    put(folder / "a", content);
    MappedFile const file(folder / "a");
    CHECK(file.path() == folder / "a");
    CHECK(file.bytes() == content);
    CHECK_FALSE(file.changed());
    file.forget(0, 100);
    file.forget(1, content.size());
    file.forget(0, content.size() + 1000000);
    file.forget(50000, 10);
    CHECK(file.bytes() == content);
    CHECK_FALSE(file.changed());
    put(folder / "a", content + "x");
    CHECK(file.changed());
}

TEST_CASE("a mapped file is the same bytes at the same addresses, whatever passes ask for and give back", "[base][file]")
{
    constexpr std::size_t k_mib = std::size_t{1} << 20;
    Folder const folder;
    std::string content;
    while (content.size() < 9 * k_mib) {
        content += "line " + std::to_string(content.size()) + "\n";
    }
    put(folder / "a", content);
    MappedFile const file(folder / "a");
    auto const *const place = file.bytes().data();
    file.want(0, 3 * k_mib);
    CHECK(file.bytes() == content);
    file.forget(0, 3 * k_mib);
    file.forget(1 * k_mib, 5 * k_mib);
    CHECK(file.bytes() == content);
    file.want(5 * k_mib, 100 * k_mib);
    file.want(5 * k_mib, 100 * k_mib);
    file.forget(7 * k_mib, 7 * k_mib + 8192);
    CHECK(file.bytes() == content);
    file.forget(0, 100 * k_mib);
    file.want(100 * k_mib, 200 * k_mib);
    CHECK(file.bytes() == content);
    CHECK(file.bytes().data() == place);

    // threads that come and go over the same pages never see anything else
    std::atomic<bool> good = true;
    {
        std::vector<std::jthread> threads;
        for (unsigned t = 0; t < 3; ++t) {
            threads.emplace_back([&, t] {
                for (std::size_t i = 0; i < 60; ++i) {
                    auto const from = (i * 7 + t * 3) % 9 * k_mib;
                    file.want(from, from + 2 * k_mib);
                    good = good && file.bytes().substr(from, k_mib) == std::string_view(content).substr(from, k_mib);
                    file.forget(from > k_mib ? from - k_mib : 0, from + 2 * k_mib);
                }
            });
        }
    }
    CHECK(good);
}

TEST_CASE("a mapped file tells a change that leaves the size", "[base][file]")
{
    Folder const folder;
    put(folder / "a", "12345");
    struct timespec const old[2] = {{1000000000, 0}, {1000000000, 5}};
    REQUIRE(::utimensat(AT_FDCWD, (folder / "a").c_str(), old, 0) == 0);
    MappedFile const file(folder / "a");
    CHECK_FALSE(file.changed());
    put(folder / "a", "54321");
    CHECK(file.changed());
}

TEST_CASE("a mapped file without a byte", "[base][file]")
{
    Folder const folder;
    put(folder / "a", "");
    MappedFile const file(folder / "a");
    CHECK(file.bytes().empty());
    file.want(0, 10);
    file.forget(0, 10);
    CHECK_FALSE(file.changed());
}

TEST_CASE("what cannot be mapped", "[base][file]")
{
    Folder const folder;
    auto const missing = folder / "missing";
    CHECK_THROWS_WITH(MappedFile(missing), "cannot open " + missing.string() + ": No such file or directory");
    CHECK_THROWS_WITH(MappedFile(folder.path()), "cannot map " + folder.path().string() + ": Is a directory");
    CHECK_THROWS_WITH(MappedFile("/dev/null"), "cannot map /dev/null: Invalid argument");
}

TEST_CASE("SHA-256", "[base][file]")
{
    CHECK(Sha256().hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    Sha256 sum;
    sum.update("a");
    sum.update("");
    sum.update("bc");
    CHECK(sum.hex() == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST_CASE("SHA-256 of a file of several pieces", "[base][file]")
{
    Folder const folder;
    put(folder / "a", std::string(1000000, 'a'));
    CHECK(sha256_of(folder / "a") == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    std::string const big(3 * 1024 * 1024 + 7, 'x');
    put(folder / "b", big);
    Sha256 sum;
    sum.update(big);
    CHECK(sha256_of(folder / "b") == sum.hex());
    CHECK_THROWS_AS(sha256_of(folder / "c"), FileError);
    CHECK_THROWS_WITH(sha256_of(folder.path()), "cannot read " + folder.path().string() + ": Is a directory");
}

TEST_CASE("an atomic file is there after its commit only", "[base][file]")
{
    Folder const folder;
    auto const path = folder / "out.csv";
    put(path, "old");
    auto const before = ::umask(077);
    {
        AtomicFile file(path);
        file.write("a;b\r\n");
        file.write("");
        file.write("1;2\r\n");
        CHECK(file.size() == 10);
        CHECK(read_file(path) == "old");
        CHECK(fs::exists(folder / "out.csv.part"));
        file.commit();
        CHECK_FALSE(fs::exists(folder / "out.csv.part"));
        CHECK(read_file(path) == "a;b\r\n1;2\r\n");
    }
    ::umask(before);
    CHECK(mode_of(path) == 0640);
    CHECK(read_file(path) == "a;b\r\n1;2\r\n");
}

TEST_CASE("an atomic file without a commit leaves nothing", "[base][file]")
{
    Folder const folder;
    put(folder / "out.part", "left by a crash, and longer than what comes");
    {
        AtomicFile file(folder / "out");
        file.write("x");
    }
    CHECK(fs::is_empty(folder.path()));
    {
        AtomicFile file(folder / "out");
        file.write("y");
        file.commit();
    }
    CHECK(read_file(folder / "out") == "y");
}

TEST_CASE("an atomic file of many and of large writes", "[base][file]")
{
    Folder const folder;
    std::string expected;
    AtomicFile file(folder / "out");
    for (int i = 0; i < 30000; ++i) {
        std::string const line = "contrato;" + std::to_string(i) + "\n";
        file.write(line);
        expected += line;
        if (i % 10000 == 0) {
            std::string const large(600000, static_cast<char>('a' + i / 10000));
            file.write(large);
            expected += large;
        }
    }
    CHECK(file.size() == expected.size());
    file.commit();
    CHECK(read_file(folder / "out") == expected);
}

TEST_CASE("an atomic file that cannot be", "[base][file]")
{
    Folder const folder;
    auto const path = folder / "no/out";
    CHECK_THROWS_WITH(AtomicFile(path), "cannot open " + path.string() + ".part: No such file or directory");
    REQUIRE(fs::create_directory(folder / "taken"));
    {
        AtomicFile file(folder / "taken");
        CHECK_THROWS_WITH(file.commit(),
                          "cannot rename " + (folder / "taken.part").string() + " to " + (folder / "taken").string() + ": Is a directory");
    }
    CHECK_FALSE(fs::exists(folder / "taken.part"));
    fs::create_symlink("/dev/null", folder / "link.part");
    CHECK_THROWS_AS(AtomicFile(folder / "link"), FileError);
}

TEST_CASE("a full disk is told", "[base][file]")
{
    if (!fs::exists("/dev/full")) {
        return;
    }
    Folder const folder;
    // The part is opened by its own name only, so /dev/full is put behind its descriptor.
    AtomicFile file(folder / "out");
    Fd const full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
    REQUIRE(full);
    int part = -1;
    for (auto const &entry : fs::directory_iterator("/proc/self/fd")) {
        std::error_code ignored;
        if (fs::read_symlink(entry.path(), ignored) == folder / "out.part") {
            part = std::stoi(entry.path().filename().string());
        }
    }
    REQUIRE(part >= 0);
    REQUIRE(::dup3(full.get(), part, O_CLOEXEC) == part);
    file.write("x");
    CHECK_THROWS_WITH(file.commit(), "cannot write " + (folder / "out.part").string() + ": No space left on device");
    CHECK_FALSE(fs::exists(folder / "out"));
}

TEST_CASE("a whole file as text", "[base][file]")
{
    Folder const folder;
    std::string const content("a\r\n\0\xFF", 5);
    put(folder / "a", content);
    put(folder / "empty", "");
    CHECK(read_file(folder / "a") == content);
    CHECK(read_file(folder / "empty").empty());
    CHECK_FALSE(read_file("/proc/self/status").empty()); // says that it has no size
    CHECK_THROWS_WITH(read_file(folder / "no"), "cannot open " + (folder / "no").string() + ": No such file or directory");
    CHECK_THROWS_WITH(read_file(folder.path()), "cannot read " + folder.path().string() + ": Is a directory");
}

TEST_CASE("folders are made with what is above them", "[base][file]")
{
    Folder const folder;
    auto const before = ::umask(0);
    make_folder(folder / "a/b/c");
    make_folder(folder / "a/b/c");
    make_folder(folder / "d/e/");
    ::umask(before);
    CHECK(fs::is_directory(folder / "a/b/c"));
    CHECK(fs::is_directory(folder / "d/e"));
    CHECK(mode_of(folder / "a") == 0750);
    CHECK(mode_of(folder / "a/b/c") == 0750);
    put(folder / "file", "x");
    CHECK_THROWS_WITH(make_folder(folder / "file"), "cannot make the folder " + (folder / "file").string() + ": File exists");
    CHECK_THROWS_AS(make_folder(folder / "file/x"), FileError);
}

TEST_CASE("files by the end of their names", "[base][file]")
{
    Folder const folder;
    for (auto const *const name : {"b.toml", "a.toml", "c.txt", "d.toml.bak"}) {
        put(folder / name, "");
    }
    fs::create_directory(folder / "e.toml");
    CHECK(files_with_extension(folder.path(), ".toml") == std::vector<fs::path>{folder / "a.toml", folder / "b.toml"});
    CHECK(files_with_extension(folder.path(), ".csv").empty());
    CHECK(files_with_extension(folder / "no", ".toml").empty());
    CHECK_THROWS_WITH(files_with_extension(folder / "c.txt", ".toml"), "cannot list " + (folder / "c.txt").string() + ": Not a directory");
}

TEST_CASE("a folder is synced", "[base][file]")
{
    Folder const folder;
    CHECK_NOTHROW(sync_folder(folder.path()));
    CHECK_THROWS_WITH(sync_folder(folder / "no"), "cannot open " + (folder / "no").string() + ": No such file or directory");
    put(folder / "file", "");
    CHECK_THROWS_AS(sync_folder(folder / "file"), FileError);
}
