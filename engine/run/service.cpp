#include "engine/run/service.hpp"

#include "engine/base/duration.hpp"
#include "engine/base/file.hpp"
#include "engine/base/log.hpp"
#include "engine/run/poll.hpp"
#include "engine/run/service_manager.hpp"

#include <fmt/format.h>

#include <atomic>

namespace atom {

using std::chrono::steady_clock;

namespace {

constexpr Sources::Patience k_patience = std::chrono::seconds(5); // a source that takes longer is worked when it is ready
constexpr auto k_longest_silence = std::chrono::minutes(10);      // of the work at hand, before the watchdog is left to bite

std::filesystem::path lock_beside(Workspace const &workspace, char const *ending)
{
    make_folder(workspace.base.parent_path());
    return workspace.base.string() + ending;
}

/// Signs of life of the polling thread, for the watchdog.
class Pulse
{
public:
    void beat() { m_last = steady_clock::now().time_since_epoch().count(); }
    void rest() { m_last = 0; }
    bool is_alive() const
    {
        auto const last = m_last.load();
        return last == 0 || steady_clock::now() - steady_clock::time_point(steady_clock::duration(last)) < k_longest_silence;
    }

private:
    std::atomic<steady_clock::rep> m_last = 0;
};

class Service
{
public:
    explicit Service(ServiceSetting setting)
        : m_set(std::move(setting)), m_workspace(std::move(m_set.workspace)), m_schedule(m_workspace->every)
    {}

    void run()
    {
        set_up();
        migrate(*m_workspace);
        tell_manager();
        log_info("looks at {} every {}", counted_sources(), duration_text(m_workspace->every));
        while (true) {
            switch (m_schedule.wait()) {
            case Schedule::Event::stop: end(); return;
            case Schedule::Event::reload: reload(); break;
            case Schedule::Event::due:
                m_is_due = true;
                guarded_poll();
                break;
            case Schedule::Event::rung: guarded_poll(); break;
            }
        }
    }

private:
    std::string counted_sources() const
    {
        return fmt::format("{} source{}", m_workspace->sources.size(), m_workspace->sources.size() == 1 ? "" : "s");
    }

    /// What stands on the workspace.
    void set_up()
    {
        m_standing.reset(); // its threads use the folders
        m_folders = std::make_unique<Folders>();
        m_folders->stop_by(m_schedule.stop_token());
        add_folders(*m_folders, *m_workspace);
        m_standing = std::make_unique<Standing>(*m_folders, m_workspace->spool, m_workspace->every);
        m_standing->is_service = true;
        m_standing->sources.on_news([this] { m_schedule.ring(); });
        m_schedule.set_every(m_workspace->every);
    }

    /// Only at the start and when the workspace is read again: between, whoever edits it is not watched.
    void migrate(Workspace const &workspace)
    {
        auto const lock = LockFile::take(lock_beside(workspace, ".lock"), m_set.who);
        open_base(workspace);
    }

    void tell_manager()
    {
        m_manager.tell("READY=1\nSTATUS=waiting for files");
        if (auto const watchdog = m_manager.watchdog()) {
            m_schedule.each(*watchdog / 3, [this] {
                if (m_pulse.is_alive()) {
                    m_manager.tell("WATCHDOG=1");
                }
            });
        }
    }

    /// A fault of the base or the machine is told once; the poll is tried again when it is due.
    void guarded_poll()
    {
        m_pulse.beat();
        try {
            if (poll_locked() && !std::exchange(m_fault, "").empty()) {
                log_warning("the base and the machine are well again");
            }
        } catch (std::exception const &e) {
            if (!m_schedule.stop_token().stop_requested() && m_fault != e.what()) {
                m_fault = e.what();
                log_error("{}; it is tried again at the next look", m_fault);
            }
        }
        m_pulse.rest();
    }

    /// False if another command has the base.
    bool poll_locked()
    {
        auto const path = lock_beside(*m_workspace, ".lock");
        auto const lock = LockFile::try_take(path, m_set.who);
        if (!lock) {
            tell_waiting(LockFile::holder(path));
            m_schedule.ring_after(std::chrono::milliseconds(500));
            return false;
        }
        m_waits_for.clear();
        auto db = open_base(*m_workspace, OpenMode::existing);
        db->ask_whether_to_go_on([this] {
            m_pulse.beat();
            return !m_schedule.stop_token().stop_requested();
        });
        Site site{*m_workspace, m_set.clock, *m_folders, *db, Ledger(*db), m_schedule.stop_token()};
        Outcome outcome;
        poll(site, *m_standing, {std::nullopt, std::exchange(m_is_due, false), k_patience, false}, outcome);
        if (outcome.is_cut) {
            m_schedule.ring();
        }
        return true;
    }

    void tell_waiting(std::string const &holder)
    {
        if (!holder.empty() && holder != m_waits_for) {
            m_waits_for = holder;
            log_info("waits for {}", holder);
        }
    }

    void reload()
    {
        m_manager.tell("RELOADING=1");
        try {
            auto next = m_set.reload();
            if (next->base != m_workspace->base) {
                throw ConfigError({{{"atom.toml", 0, 0}, "[base] path is another one: that takes a restart"}});
            }
            migrate(*next);
            m_set.clock.set_timezone(next->timezone);
            std::swap(m_workspace, next);
            set_up();
            log_info("the configuration was read again");
        } catch (ConfigError const &e) {
            for (auto const &f : e.faults()) {
                log_error("{}", f.text());
            }
            log_error("the changed configuration is refused; the old one goes on");
        } catch (std::exception const &e) {
            log_error("the changed configuration could not be read: {}", e.what());
        }
        m_manager.tell("READY=1");
        m_schedule.ring();
    }

    void end()
    {
        m_manager.tell("STOPPING=1");
        m_standing.reset();
        log_info("stopped");
    }

    ServiceSetting m_set;
    std::unique_ptr<Workspace> m_workspace;
    ServiceManager m_manager;
    Pulse m_pulse;
    std::unique_ptr<Folders> m_folders;
    Schedule m_schedule; // its thread uses what is above, and the sources' threads ring it
    std::unique_ptr<Standing> m_standing;
    bool m_is_due = false;
    std::string m_fault, m_waits_for;
};

} // namespace

RunLock::RunLock(Workspace const &workspace, std::string const &who)
{
    auto const path = lock_beside(workspace, ".run.lock");
    m_lock = LockFile::try_take(path, who);
    if (!m_lock) {
        m_holder = LockFile::holder(path);
    }
}

void run_service(ServiceSetting setting) { Service(std::move(setting)).run(); }

} // namespace atom
