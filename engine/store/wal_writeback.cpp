#include "engine/store/wal_writeback.hpp"

#include "engine/store/database.hpp"

#include <chrono>

#include <fcntl.h>
#include <sys/stat.h>

namespace atom {

namespace {

constexpr std::chrono::milliseconds k_look_every{20};
constexpr std::int64_t k_at_once = std::int64_t{8} << 20;

} // namespace

WalWriteback::WalWriteback(Database const &db)
    : m_wal(db.path().string() + "-wal"), m_thread([this](std::stop_token const &stop) { work(stop); })
{}

void WalWriteback::work(std::stop_token const &stop)
{
    std::unique_lock lock(m_mutex);
    while (!m_wake.wait_for(lock, stop, k_look_every, [&] { return stop.stop_requested(); })) {
        write_out();
    }
}

void WalWriteback::write_out()
{
    if (!m_fd) {
        m_fd = Fd(::open(m_wal.c_str(), O_RDONLY | O_CLOEXEC));
    }
    struct ::stat st = {};
    if (!m_fd || ::fstat(m_fd.get(), &st) != 0) {
        return; // it is not there yet
    }
    m_begun = std::min<std::int64_t>(m_begun, st.st_size); // SQLite has cut it
    if (st.st_size - m_begun >= k_at_once && ::sync_file_range(m_fd.get(), m_begun, st.st_size - m_begun, SYNC_FILE_RANGE_WRITE) == 0) {
        m_begun = st.st_size;
    }
}

} // namespace atom
