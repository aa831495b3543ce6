#include "cmd/session.hpp"

#include "engine/base/file.hpp"
#include "engine/run/schedule.hpp"

#include <fmt/format.h>

#include <iostream>

#include <unistd.h>

namespace atom {

Session::Session(Call const &call, char const *command, bool wait, bool dry_run)
    : m_workspace(call.workspace()), m_clock(call.clock(m_workspace))
{
    if (dry_run) {
        lock_silently(wait);
    } else {
        lock_for_writing(command, wait);
    }
    if (!m_lock) {
        return;
    }
    if (dry_run) {
        open_copy();
    } else {
        m_db = open_base(m_workspace);
    }
    add_folders(m_folders, m_workspace);
}

namespace {

std::filesystem::path lock_of(Workspace const &workspace) { return workspace.base.string() + ".lock"; }

} // namespace

void Session::lock_for_writing(char const *command, bool wait)
{
    make_folder(m_workspace.base.parent_path());
    auto const path = lock_of(m_workspace);
    auto const who = holder_text(command, *m_clock);
    if (!wait) {
        m_run_lock.emplace(m_workspace, who);
        m_holder = m_run_lock->holder();
        if (!m_run_lock->is_taken()) {
            return;
        }
    }
    m_lock = LockFile::try_take(path, who);
    if (m_lock) {
        return;
    }
    m_holder = LockFile::holder(path);
    if (wait) {
        std::cerr << fmt::format("waiting for {}\n", m_holder);
        m_lock = LockFile::take(path, who);
    }
}

Ended Session::work(std::function<void(Site &)> const &work)
{
    Schedule const schedule(std::chrono::hours(24)); // for its signals
    m_stop = schedule.stop_token();
    m_folders.stop_by(m_stop);
    m_db->ask_whether_to_go_on([this] { return !m_stop.stop_requested(); });
    std::exception_ptr fault;
    try {
        auto site = this->site();
        work(site);
    } catch (std::exception const &) {
        fault = schedule.stop_signal() == 0 ? std::current_exception() : nullptr; // else it is the stop, in the words of what it broke off
    }
    m_db->ask_whether_to_go_on({});
    return {schedule.stop_signal(), fault};
}

std::string holder_text(char const *command, Clock const &clock)
{
    return fmt::format("atom {} (process {}, since {})", command, ::getpid(), clock.local_text());
}

void Session::lock_silently(bool wait)
{
    auto const path = lock_of(m_workspace);
    m_lock = LockFile::try_take_silently(path);
    if (m_lock) {
        return;
    }
    m_holder = LockFile::holder(path);
    if (wait) {
        std::cerr << fmt::format("waiting for {}\n", m_holder);
        m_lock = LockFile::take_silently(path);
    }
}

void Session::open_copy()
{
    m_copy.emplace(m_workspace);
    m_db = open_base(m_workspace);
    DryCopy::forget_spool(*m_db);
    m_folders.only_look();
    std::vector<std::string> keys, states;
    for (auto const &s : m_workspace.subjects) {
        keys.push_back(s.key);
        states.push_back(s.status);
    }
    m_plan.emplace(*m_db, keys, states);
}

Site Session::site() { return {m_workspace, *m_clock, m_folders, *m_db, Ledger(*m_db), m_stop, m_plan ? &*m_plan : nullptr}; }

} // namespace atom
