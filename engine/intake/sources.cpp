#include "engine/intake/sources.hpp"

#include "engine/base/file.hpp"

#include <algorithm>

#include <csignal>

namespace atom {

namespace {

// How much may lie in the spool before it is worked; what the poll waits for comes all the same.
constexpr std::size_t k_ahead_files = 64;
constexpr std::uint64_t k_ahead_bytes = 256U << 20U;

/// Signals are for the thread that waits for them.
void block_signals()
{
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, nullptr);
}

} // namespace

Sources::Sources(Open open, std::filesystem::path spool) : m_open(std::move(open)), m_spool(std::move(spool)) {}

Sources::~Sources()
{
    m_on_stop.reset();
    stop();
    for (auto &[name, s] : m_sources) {
        s.thread.join();
    }
}

void Sources::stop()
{
    m_stop.request_stop();
    std::lock_guard const lock(m_mutex);
    m_changed.notify_all();
}

void Sources::stop_by(std::stop_token const &stop)
{
    m_on_stop.emplace(stop, [this] { this->stop(); });
}

void Sources::on_news(std::function<void()> call)
{
    std::lock_guard const lock(m_mutex);
    m_call = std::move(call);
}

/// The source's state; its thread begins with its first work.
Sources::Source &Sources::at(std::string const &name)
{
    auto &s = m_sources[name];
    if (!s.thread.joinable()) {
        s.name = name;
        s.thread = std::thread([this, &s] { work(s); });
    }
    return s;
}

/// What cannot begin before there is room in the spool is no work: whoever waited for its end might wait for himself.
bool Sources::is_at_work(Source const &s) { return s.is_asked || s.is_listing || s.fetching.has_value() || may_fetch(s); }

void Sources::list(std::string const &source, KnownEntries known)
{
    std::lock_guard const lock(m_mutex);
    auto &s = at(source);
    if (!is_at_work(s)) {
        s.is_asked = true;
        s.known = std::move(known);
        s.is_stale = false;
        s.listing.reset();
        m_changed.notify_all();
    }
}

void Sources::await_listings(Patience patience)
{
    std::unique_lock lock(m_mutex);
    auto const is_out = [](auto const &entry) { return entry.second.is_asked || entry.second.is_listing; };
    m_changed.wait_for(lock, patience, [&] {
        return m_stop.stop_requested() ||
               std::none_of(m_sources.begin(), m_sources.end(), [&](auto const &entry) { return entry.second.is_prompt && is_out(entry); });
    });
    for (auto &entry : m_sources) {
        entry.second.is_prompt = !is_out(entry);
    }
}

std::optional<Listing> Sources::take_listing(std::string const &source)
{
    std::lock_guard const lock(m_mutex);
    auto &s = at(source);
    return std::exchange(s.listing, std::nullopt);
}

void Sources::forget_listing(std::string const &source)
{
    std::lock_guard const lock(m_mutex);
    auto const found = m_sources.find(source);
    if (found != m_sources.end()) {
        found->second.is_stale = true;
        found->second.listing.reset();
    }
}

void Sources::want(std::string const &source, std::vector<Wanted> const &wanted)
{
    std::lock_guard const lock(m_mutex);
    auto &s = at(source);
    s.queue.clear();
    for (auto const &w : wanted) {
        auto const have = s.fetched.find(w.id);
        bool const is_here = have != s.fetched.end() && have->second.wanted == w;
        if (!is_here && s.fetching != w) {
            s.queue.push_back(w);
        }
    }
    m_changed.notify_all();
}

std::optional<Fetched> Sources::await(std::string const &source, Wanted const &wanted, Patience patience)
{
    std::unique_lock lock(m_mutex);
    auto &s = at(source);
    auto const is_here = [&] {
        auto const have = s.fetched.find(wanted.id);
        return have != s.fetched.end() && have->second.wanted == wanted;
    };
    if (!is_here() && s.fetching != wanted) {
        s.queue.erase(std::remove(s.queue.begin(), s.queue.end(), wanted), s.queue.end());
        s.queue.push_front(wanted);
    }
    s.urgent = wanted.id;
    m_changed.notify_all();
    m_changed.wait_for(lock, patience, [&] { return is_here() || m_stop.stop_requested(); });
    s.urgent = 0;
    if (!is_here()) {
        return std::nullopt;
    }
    auto out = std::move(s.fetched.at(wanted.id));
    s.fetched.erase(wanted.id);
    m_changed.notify_all(); // there is room again
    return out;
}

void Sources::drop_all_but(std::string const &source, std::set<std::int64_t> const &rows)
{
    std::lock_guard const lock(m_mutex);
    auto &fetched = at(source).fetched;
    for (auto it = fetched.begin(); it != fetched.end();) {
        if (rows.count(it->first) > 0) {
            ++it;
            continue;
        }
        std::error_code ignored; // what is left in the spool does no harm
        std::filesystem::remove(it->second.path, ignored);
        it = fetched.erase(it);
    }
    m_changed.notify_all();
}

std::set<std::int64_t> Sources::on_their_way() const
{
    std::lock_guard const lock(m_mutex);
    std::set<std::int64_t> out;
    for (auto const &[name, s] : m_sources) {
        for (auto const &[id, fetched] : s.fetched) {
            out.insert(id);
        }
        for (auto const &w : s.queue) {
            out.insert(w.id);
        }
        if (s.fetching) {
            out.insert(s.fetching->id);
        }
    }
    return out;
}

bool Sources::is_busy() const
{
    std::lock_guard const lock(m_mutex);
    return std::any_of(m_sources.begin(), m_sources.end(), [](auto const &entry) { return is_at_work(entry.second); });
}

bool Sources::is_busy(std::string const &source) const
{
    std::lock_guard const lock(m_mutex);
    auto const found = m_sources.find(source);
    return found != m_sources.end() && is_at_work(found->second);
}

std::uint64_t Sources::news() const
{
    std::lock_guard const lock(m_mutex);
    return m_news;
}

void Sources::await_news(std::uint64_t since)
{
    std::unique_lock lock(m_mutex);
    m_changed.wait(lock, [&] {
        return m_news != since || m_stop.stop_requested() ||
               std::none_of(m_sources.begin(), m_sources.end(), [](auto const &entry) { return is_at_work(entry.second); });
    });
}

// ---- the threads' side ----------------------------------------------------------------------------------------------------------------

bool Sources::may_fetch(Source const &s)
{
    if (s.queue.empty()) {
        return false;
    }
    std::uint64_t bytes = 0;
    for (auto const &[id, fetched] : s.fetched) {
        bytes += fetched.size;
    }
    return s.urgent == s.queue.front().id || (s.fetched.size() < k_ahead_files && bytes < k_ahead_bytes);
}

void Sources::work(Source &s)
{
    block_signals();
    std::unique_ptr<RemoteFolder> folder; // and its connection
    std::unique_lock lock(m_mutex);
    while (true) {
        m_changed.wait(lock, [&] { return m_stop.stop_requested() || s.is_asked || may_fetch(s); });
        if (m_stop.stop_requested()) {
            return;
        }
        if (s.is_asked) {
            do_listing(s, folder, lock);
        } else {
            do_fetching(s, folder, lock);
        }
        tell_news();
    }
}

void Sources::do_listing(Source &s, std::unique_ptr<RemoteFolder> &folder, std::unique_lock<std::mutex> &lock)
{
    s.is_asked = false;
    s.is_listing = true;
    auto const known = std::move(s.known);
    lock.unlock();
    Listing out;
    try {
        if (!folder) {
            folder = m_open(s.name, m_stop.get_token());
        }
        out.entries = folder->list({}, known).files;
    } catch (...) {
        out.fault = std::current_exception();
        folder.reset(); // a secret, a key or an address may be another one the next time
    }
    lock.lock();
    s.is_listing = false;
    if (!s.is_stale) {
        s.listing = std::move(out);
    }
}

void Sources::do_fetching(Source &s, std::unique_ptr<RemoteFolder> &folder, std::unique_lock<std::mutex> &lock)
{
    s.fetching = s.queue.front();
    s.queue.pop_front();
    auto const wanted = *s.fetching;
    lock.unlock();
    Fetched out{wanted, {}, 0, {}, nullptr};
    try {
        if (!folder) {
            folder = m_open(s.name, m_stop.get_token());
        }
        out = fetch(wanted, *folder, m_spool);
    } catch (...) { // of opening
        out.fault = std::current_exception();
    }
    lock.lock();
    s.fetching.reset();
    s.fetched.insert_or_assign(wanted.id, std::move(out));
}

/// With the lock held.
void Sources::tell_news()
{
    ++m_news;
    m_changed.notify_all();
    if (m_call) {
        m_call();
    }
}

} // namespace atom
