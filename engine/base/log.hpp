#pragma once
// The log: one line an event on standard error, "2026-11-03 02:00:01 info  message", or as JSON. Messages are logged once, at the top, by
// who knows all the context. No personal data: callers mask (base/text.hpp). Backed by spdlog, which only log.cpp includes.

#include <fmt/format.h>
#include <string>

namespace atom {

class Clock;

enum class LogLevel
{
    debug,
    info,
    warning,
    error,
    off
};

enum class LogFormat
{
    text,
    json // {"time": "2026-11-03 02:00:01", "level": "info", "message": "…"}
};
void set_log_format(LogFormat format);

/// Default: warnings and errors, on standard error. The clock gives the time of each line; it must outlive the logging.
void set_log(LogLevel least, Clock const *clock);
void log_text(LogLevel level, std::string const &message);

template <typename... Args> void log_debug(fmt::format_string<Args...> f, Args &&...args)
{
    log_text(LogLevel::debug, fmt::format(f, std::forward<Args>(args)...));
}
template <typename... Args> void log_info(fmt::format_string<Args...> f, Args &&...args)
{
    log_text(LogLevel::info, fmt::format(f, std::forward<Args>(args)...));
}
template <typename... Args> void log_warning(fmt::format_string<Args...> f, Args &&...args)
{
    log_text(LogLevel::warning, fmt::format(f, std::forward<Args>(args)...));
}
template <typename... Args> void log_error(fmt::format_string<Args...> f, Args &&...args)
{
    log_text(LogLevel::error, fmt::format(f, std::forward<Args>(args)...));
}

} // namespace atom
