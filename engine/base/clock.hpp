#pragma once
// Time, as the program sees it: everything that asks for the time asks this, so that a test or `--at` decides what it is. Any thread.

#include "engine/base/date.hpp"

#include <chrono>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>

namespace atom {

class Clock
{
public:
    virtual ~Clock() = default;
    /// Seconds since 1970-01-01 00:00 UTC.
    virtual std::int64_t now() const = 0;
    /// Waits, no longer than until `stop`; a fixed clock moves on by as much and returns at once.
    virtual void sleep(std::chrono::seconds s, std::stop_token const &stop) = 0;

    /// The civil time at the workspace's zone.
    Civil local() const;
    Day today() const { return day_of(local()); }
    std::string local_text() const; // "2026-11-03 02:00:00"

    /// Throws std::invalid_argument for a zone that the system's tz database does not have.
    void set_timezone(std::string const &iana_name);
    std::string timezone() const;

private:
    mutable std::mutex m_mutex; // whoever logs asks for the time while a reload sets the zone
    std::string m_zone = "America/Sao_Paulo";
};

/// Waits for a real while, no longer than until `stop`.
void rest(std::chrono::microseconds time, std::stop_token const &stop);

std::unique_ptr<Clock> system_clock();

/// Starts at this local time ("YYYY-MM-DD", "YYYY-MM-DD HH:MM" or "… HH:MM:SS") and moves only by sleep(). Throws std::invalid_argument.
/// The zone that is set later decides which instant that is.
std::unique_ptr<Clock> fixed_clock(std::string const &local_text);
/// The same, but goes on from there as time does.
std::unique_ptr<Clock> running_clock(std::string const &local_text);

} // namespace atom
