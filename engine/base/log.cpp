#include "engine/base/log.hpp"

#include "engine/base/clock.hpp"
#include "engine/base/json.hpp"
#include "engine/base/text.hpp"

#include <atomic>
#include <exception>
#include <string_view>

#include <spdlog/logger.h>
#include <spdlog/sinks/stdout_sinks.h>

namespace atom {

namespace {

std::atomic<LogLevel> g_least = LogLevel::warning;
std::atomic<LogFormat> g_format = LogFormat::text;
std::atomic<Clock const *> g_clock = nullptr;

// The line is made here, since its time comes from our clock: spdlog adds only the line end, and keeps threads apart.
spdlog::logger &logger()
{
    static spdlog::logger instance = [] {
        spdlog::logger made("atom", std::make_shared<spdlog::sinks::stderr_sink_mt>());
        made.set_pattern("%v");
        made.set_level(spdlog::level::trace);
        return made;
    }();
    return instance;
}

std::string_view level_word(LogLevel level) noexcept
{
    switch (level) {
    case LogLevel::debug: return "debug";
    case LogLevel::info: return "info ";
    case LogLevel::warning: return "warn ";
    case LogLevel::error:
    case LogLevel::off: return "error";
    }
    return {};
}

spdlog::level::level_enum spdlog_level(LogLevel level) noexcept
{
    switch (level) {
    case LogLevel::debug: return spdlog::level::debug;
    case LogLevel::info: return spdlog::level::info;
    case LogLevel::warning: return spdlog::level::warn;
    case LogLevel::error:
    case LogLevel::off: return spdlog::level::err;
    }
    return spdlog::level::err;
}

std::string time_text()
{
    static auto const own_clock = system_clock();
    Clock const *const clock = g_clock.load();
    try {
        return (clock == nullptr ? *own_clock : *clock).local_text();
    } catch (std::exception const &) {
        // Without a tz database there is no local time; the event matters more than its hour.
        return fmt::format("@{}", own_clock->now());
    }
}

// Foreign texts (file names, a server's words) may hold line ends and terminal codes, C1 controls (C2 80 to C2 9F) too.
std::string escaped(std::string_view s)
{
    std::string out;
    out.reserve(s.size());
    for (std::size_t i = 0; i < s.size(); ++i) {
        auto const c = static_cast<unsigned char>(s[i]);
        auto const next = i + 1 < s.size() ? static_cast<unsigned char>(s[i + 1]) : 0U;
        if (c == '\n') {
            out += "\\n";
        } else if (c == '\r') {
            out += "\\r";
        } else if (c == '\t') {
            out += "\\t";
        } else if (c < 0x20 || c == 0x7F) {
            out += fmt::format("\\x{:02x}", c);
        } else if (c == 0xC2 && next >= 0x80 && next < 0xA0) {
            out += fmt::format("\\u{:04x}", next);
            ++i;
        } else {
            out += s[i];
        }
    }
    return out;
}

} // namespace

void set_log_format(LogFormat format) { g_format = format; }

void set_log(LogLevel least, Clock const *clock)
{
    g_least = least;
    g_clock = clock;
}

void log_text(LogLevel level, std::string const &message)
{
    if (level == LogLevel::off || level < g_least.load()) {
        return;
    }
    bool const json = g_format.load() == LogFormat::json;
    std::string const line =
        json ? JsonObject().add("time", time_text()).add("level", trim(level_word(level))).add("message", message).text()
             : fmt::format("{} {} {}", time_text(), level_word(level), escaped(message));
    logger().log(spdlog_level(level), spdlog::string_view_t(line));
}

} // namespace atom
