#pragma once
// The network side of all sources. Each is listed and fetched from on a thread of its own, by a connection of its own, so that one that is
// slow or dead delays no other. The threads write the spool and nothing else; what came is taken up by the poll's thread, the only one that
// calls this class and the only one that writes the base.

#include "engine/intake/fetch.hpp"

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

namespace atom {

/// What a look at a folder gave.
struct Listing
{
    std::vector<RemoteEntry> entries;
    std::exception_ptr fault; // RemoteError
};

class Sources
{
public:
    /// Opens a source's folder, on its thread; calls under way end when the token is asked to stop. What it throws is the listing's fault.
    using Open = std::function<std::unique_ptr<RemoteFolder>(std::string const &source, std::stop_token stop)>;
    using Patience = std::chrono::milliseconds;

    Sources(Open open, std::filesystem::path spool);
    /// Breaks off what is under way and waits for the threads, about a second.
    ~Sources();
    Sources(Sources const &) = delete;
    Sources &operator=(Sources const &) = delete;

    /// Breaks off what is under way, and whoever waits, when this is asked to stop.
    void stop_by(std::stop_token const &stop);
    /// Called by the threads, whenever something came.
    void on_news(std::function<void()> call);

    /// Begins a listing, unless the source is at work. `known`: what its server was asked before.
    void list(std::string const &source, KnownEntries known = {});
    /// Waits until every listing has come, or the time is over: whoever is not back by then is not waited for again until it answers in
    /// time.
    void await_listings(Patience patience);
    std::optional<Listing> take_listing(std::string const &source);
    /// What is listed now, or has been, no longer holds: something was moved in that folder.
    void forget_listing(std::string const &source);

    /// Fetches these, in this order, after what is being fetched; what was wanted before and has not begun is dropped.
    void want(std::string const &source, std::vector<Wanted> const &wanted);
    /// Its bytes, fetched before all others if they are not here yet; none if they do not come in time: they are still on their way.
    std::optional<Fetched> await(std::string const &source, Wanted const &wanted, Patience patience);
    /// Lets go of bytes that are here for other rows than these.
    void drop_all_but(std::string const &source, std::set<std::int64_t> const &rows);
    /// Files whose bytes are in the spool, or on their way there.
    std::set<std::int64_t> on_their_way() const;

    /// Some source is being listed or fetched from.
    bool is_busy() const;
    bool is_busy(std::string const &source) const;
    /// Counts what came.
    std::uint64_t news() const;
    /// Until more came than then, or nobody is busy.
    void await_news(std::uint64_t since);

private:
    struct Source
    {
        std::string name;
        std::thread thread;
        bool is_asked = false, is_listing = false, is_stale = false;
        bool is_prompt = true; // it was back in time the last time
        KnownEntries known;
        std::optional<Listing> listing;
        std::deque<Wanted> queue;
        std::optional<Wanted> fetching;
        std::map<std::int64_t, Fetched> fetched; // by row
        std::int64_t urgent = 0;                 // the row that the poll waits for
    };

    Source &at(std::string const &name);
    void stop();
    void work(Source &s);
    void do_listing(Source &s, std::unique_ptr<RemoteFolder> &folder, std::unique_lock<std::mutex> &lock);
    void do_fetching(Source &s, std::unique_ptr<RemoteFolder> &folder, std::unique_lock<std::mutex> &lock);
    void tell_news();
    static bool may_fetch(Source const &s);
    static bool is_at_work(Source const &s);

    Open m_open;
    std::filesystem::path m_spool;
    std::function<void()> m_call;
    std::stop_source m_stop;
    std::optional<std::stop_callback<std::function<void()>>> m_on_stop;
    mutable std::mutex m_mutex; // of all below
    std::condition_variable m_changed;
    std::uint64_t m_news = 0;
    std::map<std::string, Source> m_sources; // a node stays where it is
};

} // namespace atom
