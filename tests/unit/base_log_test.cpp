#include "engine/base/log.hpp"

#include "engine/base/clock.hpp"
#include "engine/base/file.hpp"

#include <catch2/catch.hpp>

#include <cstdio>
#include <functional>
#include <thread>
#include <vector>

#include <unistd.h>

using namespace atom;

namespace {

// What `work` writes on standard error.
std::string logged(std::function<void()> const &work)
{
    std::string name = (std::filesystem::temp_directory_path() / "atom-log-XXXXXX").string();
    Fd const file(::mkstemp(name.data()));
    REQUIRE(file);
    std::fflush(stderr);
    Fd const saved(::dup(STDERR_FILENO));
    REQUIRE(::dup2(file.get(), STDERR_FILENO) >= 0);
    work();
    std::fflush(stderr);
    REQUIRE(::dup2(saved.get(), STDERR_FILENO) >= 0);
    auto text = read_file(name);
    ::unlink(name.c_str());
    return text;
}

// The log is one for the program: each test leaves it as it was.
class LogOf
{
public:
    LogOf(LogLevel least, Clock const &clock) { set_log(least, &clock); }
    ~LogOf() { set_log(LogLevel::warning, nullptr); }
    LogOf(LogOf const &) = delete;
    LogOf &operator=(LogOf const &) = delete;
};

} // namespace

TEST_CASE("a line has the clock's time, a level and the message", "[base][log]")
{
    auto const clock = fixed_clock("2026-11-03 02:00:01");
    LogOf const log(LogLevel::debug, *clock);
    CHECK(logged([] { log_info("{} lines of {}", 12, "x.csv"); }) == "2026-11-03 02:00:01 info  12 lines of x.csv\n");
    CHECK(logged([] { log_text(LogLevel::debug, "d"); }) == "2026-11-03 02:00:01 debug d\n");
    CHECK(logged([] { log_warning("w"); }) == "2026-11-03 02:00:01 warn  w\n");
    clock->sleep(std::chrono::seconds(59), {});
    CHECK(logged([] { log_error("e"); }) == "2026-11-03 02:01:00 error e\n");
}

TEST_CASE("what is below the least level is not logged", "[base][log]")
{
    auto const clock = fixed_clock("2026-11-03");
    auto const all = [] {
        log_text(LogLevel::debug, "d");
        log_info("i");
        log_warning("w");
        log_error("e");
        log_text(LogLevel::off, "o");
    };
    {
        LogOf const log(LogLevel::warning, *clock);
        CHECK(logged(all) == "2026-11-03 00:00:00 warn  w\n2026-11-03 00:00:00 error e\n");
    }
    {
        LogOf const log(LogLevel::off, *clock);
        CHECK(logged(all).empty());
    }
}

TEST_CASE("by itself the log shows warnings, at the time of now", "[base][log]")
{
    auto const text = logged([] {
        log_info("i");
        log_warning("w");
    });
    REQUIRE(text.size() == std::string("2026-11-03 00:00:00 warn  w\n").size());
    CHECK(parse_iso(text.substr(0, 19), DateKind::datetime));
    CHECK(text.substr(19) == " warn  w\n");
}

TEST_CASE("an event is one line, whatever its text", "[base][log]")
{
    auto const clock = fixed_clock("2026-11-03");
    LogOf const log(LogLevel::info, *clock);
    auto const line_of = [](std::string const &message) { return logged([&] { log_text(LogLevel::info, message); }).substr(26); };
    CHECK(line_of("a\nb\r\nc\td") == "a\\nb\\r\\nc\\td\n");
    CHECK(line_of(std::string("\x1b[31m\0\x7f", 7)) == "\\x1b[31m\\x00\\x7f\n");
    CHECK(line_of("\xC2\x9B"
                  "31m") == "\\u009b31m\n");
    CHECK(line_of("São {} %v \\ \xC2\xA0.") == "São {} %v \\ \xC2\xA0.\n");
    CHECK(line_of("") == "\n");
}

TEST_CASE("threads do not mix their lines", "[base][log]")
{
    auto const clock = fixed_clock("2026-11-03");
    LogOf const log(LogLevel::info, *clock);
    std::string const message(200, 'x');
    auto const text = logged([&] {
        std::vector<std::thread> threads;
        for (int i = 0; i < 4; ++i) {
            threads.emplace_back([&] {
                for (int n = 0; n < 50; ++n) {
                    log_text(LogLevel::info, message);
                }
            });
        }
        for (auto &thread : threads) {
            thread.join();
        }
    });
    std::string const line = "2026-11-03 00:00:00 info  " + message + "\n";
    std::string expected;
    for (int i = 0; i < 200; ++i) {
        expected += line;
    }
    CHECK(text == expected);
}
