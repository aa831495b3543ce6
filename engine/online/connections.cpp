#include "engine/online/connections.hpp"

#include <fmt/format.h>

#include <sys/stat.h>

namespace atom {

namespace {

constexpr std::size_t k_most_together = 64;
constexpr std::chrono::seconds k_most_of_a_write{10};
constexpr std::chrono::seconds k_most_of_a_read{60}; // that nobody gave another patience

bool nobody_knows() { return false; }

/// The connection asks whether its statements may go on, while this lives.
class Asked
{
public:
    Asked(Database &db, Patience &patience) : m_db(db)
    {
        m_db.ask_whether_to_go_on([&patience] { return patience.lasts(); });
    }
    ~Asked() { m_db.ask_whether_to_go_on({}); }
    Asked(Asked const &) = delete;
    Asked &operator=(Asked const &) = delete;

private:
    Database &m_db;
};

/// Which file stands under this path; a base that was put back from a backup is another one.
std::uint64_t file_at(std::filesystem::path const &path)
{
    struct stat st = {};
    if (::stat(path.c_str(), &st) != 0) {
        throw BaseUnreachable(fmt::format("{} cannot be reached", path.filename().string()));
    }
    return st.st_ino ^ (static_cast<std::uint64_t>(st.st_dev) << 48U);
}

} // namespace

Database &OnlineConnection::get()
{
    auto const files = std::pair(file_at(m_workspace->online), file_at(m_workspace->base));
    if (m_db && files == m_files) {
        return *m_db;
    }
    m_db.reset();
    try {
        m_db = open_online(*m_workspace, m_mode);
        // many connections: a cache of 4 MiB each, not of 32
        m_db->exec("pragma main.cache_size = -4096; pragma base.cache_size = -4096");
    } catch (StoreError const &e) {
        m_db.reset();
        throw BaseUnreachable(e.what());
    }
    m_files = files;
    return *m_db;
}

std::unique_ptr<OnlineConnection> Readers::take()
{
    std::lock_guard const lock(m_mutex);
    if (m_idle.empty()) {
        return std::make_unique<OnlineConnection>(*m_workspace, OpenMode::read_only);
    }
    auto out = std::move(m_idle.back());
    m_idle.pop_back();
    return out;
}

bool Patience::lasts()
{
    auto const now = std::chrono::steady_clock::now();
    if (now >= m_next) {
        m_next = now + std::chrono::milliseconds(50);
        m_over = m_over || now >= m_end || m_nobody_waits();
    }
    return !m_over;
}

void Readers::run(std::function<void(Database &)> const &work)
{
    Patience patience(k_most_of_a_read, nobody_knows);
    run(work, patience);
}

void Readers::run(std::function<void(Database &)> const &work, Patience &patience)
{
    auto connection = take();
    auto &db = connection->get();
    db.exec("begin");
    std::exception_ptr refused;
    try {
        Asked const asked(db, patience);
        work(db);
    } catch (StoreError const &) {
        throw; // the connection is closed: it may be what failed
    } catch (...) {
        refused = std::current_exception();
    }
    db.exec("commit");
    {
        std::lock_guard const lock(m_mutex);
        m_idle.push_back(std::move(connection));
    }
    if (refused) {
        std::rethrow_exception(refused);
    }
}

Writer::Writer(Workspace const &workspace) : m_connection(workspace, OpenMode::read_write), m_thread([this] { work_off(); }) {}

Writer::~Writer()
{
    {
        std::lock_guard const lock(m_mutex);
        m_ending = true;
    }
    m_wake.notify_one();
    m_thread.join();
}

void Writer::run(std::function<void(Database &)> const &work)
{
    Task task{&work, {}, nullptr};
    auto done = task.done.get_future();
    {
        std::lock_guard const lock(m_mutex);
        m_queue.push_back(&task);
    }
    m_wake.notify_one();
    done.wait();
    if (task.failed) {
        std::rethrow_exception(task.failed);
    }
}

std::size_t Writer::waiting() const
{
    std::lock_guard const lock(m_mutex);
    return m_queue.size();
}

void Writer::work_off()
{
    for (;;) {
        std::vector<Task *> tasks;
        {
            std::unique_lock lock(m_mutex);
            m_wake.wait(lock, [this] { return m_ending || !m_queue.empty(); });
            if (m_queue.empty()) {
                return;
            }
            while (!m_queue.empty() && tasks.size() < k_most_together) {
                tasks.push_back(m_queue.front());
                m_queue.pop_front();
            }
        }
        commit_each(tasks);
        for (auto *task : tasks) {
            task->done.set_value(); // it is gone from here on
        }
    }
}

/// Together; where that fails as a whole, those that did not fail themselves each in a transaction of its own.
void Writer::commit_each(std::vector<Task *> const &tasks)
{
    try {
        commit(tasks);
        return;
    } catch (...) { // nothing of it is there
        for (auto *task : tasks) {
            task->failed = task->failed || tasks.size() > 1 ? task->failed : std::current_exception();
        }
    }
    for (auto *task : tasks) {
        if (!task->failed) {
            commit_each({task});
        }
    }
}

void Writer::commit(std::vector<Task *> const &tasks)
{
    auto &db = m_connection.get();
    Transaction all(db);
    for (auto *task : tasks) {
        Patience patience(k_most_of_a_write, nobody_knows);
        try {
            Asked const asked(db, patience);
            Transaction one(db);
            (*task->work)(db);
            one.commit();
        } catch (...) {
            task->failed = std::current_exception();
        }
        if (!db.in_transaction()) { // SQLite undid all of it, on a full disk, say: what follows must not be committed on its own
            throw BaseUnreachable("a transaction was undone as a whole");
        }
    }
    all.commit();
}

} // namespace atom
