#include "engine/base/clock.hpp"

#include "engine/base/error.hpp"
#include "engine/base/file.hpp"
#include "engine/base/text.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <stdexcept>
#include <string_view>
#include <vector>

#include <sys/stat.h>

namespace atom {

namespace {

constexpr std::int64_t k_day_seconds = 86400;
constexpr char const *k_zone_folder = "/usr/share/zoneinfo";

// The offsets of a zone, in seconds east of UTC. Read here, and not by localtime(), since that knows only the process's TZ.
struct Zone
{
    std::int64_t first_offset = 0; // before the first change
    std::vector<std::int64_t> at;  // instants of change, rising
    std::vector<std::int64_t> offset;

    std::int64_t offset_at(std::int64_t instant) const noexcept
    {
        auto const next = std::upper_bound(at.begin(), at.end(), instant);
        return next == at.begin() ? first_offset : offset[static_cast<std::size_t>(next - at.begin()) - 1];
    }
};

// A TZif file (RFC 8536): big-endian numbers, taken from the front. Throws std::out_of_range where it ends too early.
class TzReader
{
public:
    explicit TzReader(std::string_view bytes) : m_bytes(bytes) {}

    std::string_view take(std::size_t n)
    {
        if (n > m_bytes.size()) {
            throw std::out_of_range("time zone file");
        }
        auto const taken = m_bytes.substr(0, n);
        m_bytes.remove_prefix(n);
        return taken;
    }
    std::uint64_t number(std::size_t size)
    {
        std::uint64_t n = 0;
        for (char const c : take(size)) {
            n = (n << 8U) | static_cast<unsigned char>(c);
        }
        return n;
    }
    std::string_view rest() const noexcept { return m_bytes; }

private:
    std::string_view m_bytes;
};

struct TzHeader
{
    std::size_t ut_indicators, standard_indicators, leaps, times, types, letters;

    std::size_t body_size(std::size_t time_size) const noexcept
    {
        return times * (time_size + 1) + types * 6 + letters + leaps * (time_size + 4) + standard_indicators + ut_indicators;
    }
};

TzHeader read_header(TzReader &in)
{
    if (in.take(4) != "TZif" || in.take(1).front() < '2') { // version 1 ends in 2038
        throw std::out_of_range("time zone file");
    }
    in.take(15);
    TzHeader h = {};
    for (auto *const count : {&h.ut_indicators, &h.standard_indicators, &h.leaps, &h.times, &h.types, &h.letters}) {
        *count = static_cast<std::size_t>(in.number(4));
    }
    return h;
}

Zone read_zone(std::string_view bytes)
{
    TzReader in(bytes);
    auto const old = read_header(in);
    in.take(old.body_size(4)); // the same in 32 bits, for old programs
    auto const h = read_header(in);
    Zone zone;
    for (std::size_t i = 0; i < h.times; ++i) {
        zone.at.push_back(static_cast<std::int64_t>(in.number(8)));
    }
    auto const type_of = in.take(h.times);
    std::vector<std::int64_t> offsets;
    for (std::size_t i = 0; i < h.types; ++i) {
        offsets.push_back(static_cast<std::int32_t>(in.number(4)));
        in.take(2);
    }
    zone.first_offset = offsets.at(0);
    for (char const type : type_of) {
        zone.offset.push_back(offsets.at(static_cast<unsigned char>(type)));
    }
    in.take(h.letters + h.leaps * 12 + h.standard_indicators + h.ut_indicators);
    // What follows is the rule after the last change, as in TZ. One without daylight saving ("<-03>3") says what the last
    // change said. One with it has a comma; it is spelled out until 2037 in the usual files, and only there are we right.
    constexpr std::int64_t k_2037 = 2114380800;
    if (in.rest().find(',') != std::string_view::npos && (zone.at.empty() || zone.at.back() < k_2037)) {
        throw std::out_of_range("daylight saving rule");
    }
    return zone;
}

bool exists(std::string const &path) noexcept
{
    struct stat st = {};
    return ::stat(path.c_str(), &st) == 0;
}

bool is_zone_name(std::string const &name)
{
    constexpr std::string_view k_allowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-/";
    return !name.empty() && name.front() != '/' && name.find_first_not_of(k_allowed) == std::string::npos;
}

Zone load_zone(std::string const &name)
{
    std::string const quoted = "\"" + name + "\"";
    if (!exists(k_zone_folder)) {
        throw std::invalid_argument("time zone " + quoted + " cannot be looked up: there is no " + k_zone_folder +
                                    "; install the package tzdata");
    }
    std::string const path = std::string(k_zone_folder) + "/" + name;
    if (!is_zone_name(name) || !exists(path)) {
        throw std::invalid_argument("unknown time zone " + quoted + "; allowed: a name of the tz database, as America/Sao_Paulo");
    }
    try {
        return read_zone(read_file(path));
    } catch (FileError const &e) {
        throw std::invalid_argument("unknown time zone " + quoted + ": " + e.what());
    } catch (std::out_of_range const &) {
        throw std::invalid_argument("time zone " + quoted + ": " + path + " is not a table of changes this program can read");
    }
}

// Zones never change while we run, and are few: kept for good, so the reference stays good.
Zone const &zone_named(std::string const &name)
{
    static std::mutex mutex;
    static std::map<std::string, Zone> zones;
    std::lock_guard const lock(mutex);
    auto const found = zones.find(name);
    return found != zones.end() ? found->second : zones.emplace(name, load_zone(name)).first->second;
}

Civil civil_at(std::int64_t local_seconds) noexcept
{
    auto days = local_seconds / k_day_seconds;
    auto second = local_seconds % k_day_seconds;
    if (second < 0) {
        second += k_day_seconds;
        --days;
    }
    Civil c = civil_of(static_cast<Day>(days));
    c.hour = static_cast<int>(second / 3600);
    c.minute = static_cast<int>(second / 60 % 60);
    c.second = static_cast<int>(second % 60);
    return c;
}

// The instant at which a zone's clocks show this; the first of two; where they leap over it, as much after the leap.
std::int64_t instant_of(std::int64_t local_seconds, Zone const &zone) noexcept
{
    std::int64_t const before = zone.offset_at(local_seconds - k_day_seconds);
    std::int64_t const after = zone.offset_at(local_seconds + k_day_seconds);
    for (auto const offset : {before, after}) {
        if (zone.offset_at(local_seconds - offset) == offset) {
            return local_seconds - offset;
        }
    }
    return local_seconds - before;
}

class SystemClock : public Clock
{
public:
    std::int64_t now() const override
    {
        using namespace std::chrono;
        return duration_cast<seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
    }
    void sleep(std::chrono::seconds s, std::stop_token const &stop) override { rest(s, stop); }
};

class FixedClock : public Clock
{
public:
    explicit FixedClock(std::int64_t local_seconds, bool runs) : m_start(local_seconds), m_runs(runs) {}
    std::int64_t now() const override { return instant_of(m_start, zone_named(timezone())) + (m_runs ? elapsed() : m_slept.load()); }
    void sleep(std::chrono::seconds s, std::stop_token const &stop) override
    {
        if (m_runs) {
            rest(s, stop);
        }
        m_slept += s.count();
    }

private:
    std::int64_t elapsed() const
    {
        return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - m_began).count();
    }

    std::int64_t m_start; // as if local time were UTC
    bool m_runs;
    std::chrono::steady_clock::time_point m_began = std::chrono::steady_clock::now();
    std::atomic<std::int64_t> m_slept = 0;
};

} // namespace

Civil Clock::local() const
{
    auto const instant = now();
    return civil_at(instant + zone_named(timezone()).offset_at(instant));
}

std::string Clock::local_text() const { return iso_text(local(), DateKind::datetime); }

void Clock::set_timezone(std::string const &iana_name)
{
    zone_named(iana_name); // throws if there is none
    std::lock_guard const lock(m_mutex);
    m_zone = iana_name;
}

std::string Clock::timezone() const
{
    std::lock_guard const lock(m_mutex);
    return m_zone;
}

void rest(std::chrono::microseconds time, std::stop_token const &stop)
{
    std::mutex mutex;
    std::unique_lock lock(mutex);
    std::condition_variable_any never;
    never.wait_for(lock, stop, time, [] { return false; });
}

std::unique_ptr<Clock> system_clock() { return std::make_unique<SystemClock>(); }

namespace {

std::unique_ptr<Clock> clock_from(std::string const &local_text, bool runs)
{
    static constexpr std::string_view k_midnight = " 00:00:00";
    std::string text(trim(local_text));
    if (text.size() == 10 || text.size() == 16) {
        text += k_midnight.substr(text.size() - 10);
    }
    auto const c = parse_iso(text, DateKind::datetime);
    if (!c) {
        throw std::invalid_argument("\"" + local_text + "\" is no time; allowed: YYYY-MM-DD, YYYY-MM-DD HH:MM or YYYY-MM-DD HH:MM:SS");
    }
    return std::make_unique<FixedClock>(
        day_of(*c) * k_day_seconds + c->hour * std::int64_t{3600} + c->minute * std::int64_t{60} + c->second, runs);
}

} // namespace

std::unique_ptr<Clock> fixed_clock(std::string const &local_text) { return clock_from(local_text, false); }
std::unique_ptr<Clock> running_clock(std::string const &local_text) { return clock_from(local_text, true); }

} // namespace atom
