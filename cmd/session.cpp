#include "cmd/session.hpp"

#include "engine/base/file.hpp"

#include <fmt/format.h>

#include <iostream>

#include <unistd.h>

namespace atom {

Session::Session(Call const &call, char const *command, bool wait, bool dry_run) : m_workspace(call.workspace()), m_clock(call.clock(m_workspace))
{
    bool const exists = std::filesystem::exists(m_workspace.base);
    if (dry_run && !exists) {
        m_db = open_base(m_workspace, OpenMode::memory); // there is nothing to lock, and nothing is left behind
        add_folders(m_folders, m_workspace);
        return;
    }
    make_folder(m_workspace.base.parent_path());
    auto const path = std::filesystem::path(m_workspace.base.string() + ".lock");
    auto const who = holder_text(command, *m_clock);
    if (!wait) {
        m_run_lock.emplace(m_workspace, who);
        m_holder = m_run_lock->holder();
        if (!m_run_lock->is_taken()) {
            return;
        }
    }
    m_lock = LockFile::try_take(path, who);
    if (!m_lock) {
        m_holder = LockFile::holder(path);
        if (!wait) {
            return;
        }
        std::cerr << fmt::format("waiting for {}\n", m_holder);
        m_lock = LockFile::take(path, who);
    }
    m_db = open_base(m_workspace);
    add_folders(m_folders, m_workspace);
}

Site Session::site()
{
    return {m_workspace, *m_clock, m_folders, *m_db, Ledger(*m_db), Writers(m_workspace), m_stop};
}

void Session::stop_by(std::stop_token stop)
{
    m_stop = std::move(stop);
    m_folders.stop_by(m_stop);
    m_db->ask_whether_to_go_on([this] { return !m_stop.stop_requested(); });
}

std::string holder_text(char const *command, Clock const &clock)
{
    return fmt::format("atom {} (process {}, since {})", command, ::getpid(), clock.local_text());
}

} // namespace atom
