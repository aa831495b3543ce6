#pragma once
// Keeps the disk busy while a long transaction grows the WAL: what stands in it is written out as it comes, so that the commit, which must
// see all of it on the disk, has little left to wait for. A matter of speed only: when something is durable is SQLite's affair, as ever.

#include "engine/base/file.hpp"

#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <stop_token>
#include <thread>

namespace atom {

class Database;

/// Works from its making to its end, in a thread of its own. It opens the WAL only: to close a base's own file would drop SQLite's locks on
/// it.
class WalWriteback
{
public:
    explicit WalWriteback(Database const &db);
    WalWriteback(WalWriteback const &) = delete;
    WalWriteback &operator=(WalWriteback const &) = delete;

private:
    void work(std::stop_token const &stop);
    void write_out();

    std::filesystem::path m_wal;
    Fd m_fd;
    std::int64_t m_begun = 0; // bytes from the start whose writing was begun
    std::mutex m_mutex;
    std::condition_variable_any m_wake;
    std::jthread m_thread; // last: it ends before what it uses
};

} // namespace atom
