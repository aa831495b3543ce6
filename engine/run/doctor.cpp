#include "engine/run/doctor.hpp"

#include "engine/base/file.hpp"
#include "engine/run/site.hpp"
#include "engine/run/situation.hpp"
#include "engine/store/base_file.hpp"
#include "engine/store/database.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstdlib>
#include <future>

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

namespace atom {

namespace fs = std::filesystem;

namespace {

using State = Finding::State;

constexpr std::uint64_t k_least_free = 512U << 20U; // bytes
constexpr rlim_t k_least_open_files = 256;

std::string megabytes(std::uint64_t bytes) { return fmt::format("{} MB", bytes >> 20U); }

class Doctor
{
public:
    Doctor(Workspace const &workspace, Clock const &clock, Folders const &folders)
        : m_workspace(workspace), m_clock(clock), m_folders(folders)
    {}

    std::vector<Finding> run()
    {
        auto networks = begin_networks();
        time();
        machine();
        disk(m_workspace.base.parent_path());
        if (m_workspace.online.parent_path() != m_workspace.base.parent_path()) {
            disk(m_workspace.online.parent_path());
        }
        base();
        for (auto const &s : m_workspace.sources) {
            secrets("source " + s.name, s);
        }
        for (auto const &t : m_workspace.targets) {
            secrets("target " + t.name, t);
        }
        for (auto const &s : m_workspace.sends) {
            if (!s.off.empty()) {
                say(State::off, "send " + s.name, "is switched off: " + s.off);
            }
        }
        for (auto &network : networks) {
            m_out.push_back(network.get());
        }
        return std::move(m_out);
    }

private:
    void say(State state, std::string what, std::string text) { m_out.push_back({state, std::move(what), std::move(text)}); }

    void time() { say(State::well, "time", fmt::format("{} in {}", m_clock.local_text(), m_clock.timezone())); }

    void machine()
    {
        rlimit files = {};
        if (::getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur < k_least_open_files) {
            say(State::wrong, "open files",
                fmt::format("only {} are allowed; {} should be (ulimit -n, LimitNOFILE=)", files.rlim_cur, k_least_open_files));
        }
    }

    /// Space, and that it may be written.
    void disk(fs::path const &folder)
    {
        auto const what = "folder " + folder.string();
        try {
            make_folder(folder);
            auto const probe = folder / fmt::format(".atom-doctor-{}", ::getpid());
            {
                AtomicFile file(probe);
                file.write("written by atom doctor, which removes it\n");
                file.commit();
            }
            fs::remove(probe);
            struct statvfs st = {};
            if (::statvfs(folder.c_str(), &st) != 0) {
                throw FileError("ask the free space of", folder.string(), errno);
            }
            auto const free = static_cast<std::uint64_t>(st.f_bavail) * st.f_frsize;
            if (free < k_least_free) {
                say(State::wrong, what, fmt::format("only {} are free; {} should be", megabytes(free), megabytes(k_least_free)));
            } else if (st.f_files > 0 && st.f_favail < 1000) {
                say(State::wrong, what, fmt::format("only {} more files can be made there (inodes)", st.f_favail));
            } else {
                say(State::well, what, fmt::format("may be written, {} are free", megabytes(free)));
            }
        } catch (std::exception const &e) {
            say(State::wrong, what, e.what());
        }
    }

    void base()
    {
        auto const what = "base " + m_workspace.base.string();
        std::error_code unseen;
        if (!fs::exists(m_workspace.base, unseen)) {
            say(unseen ? State::wrong : State::off, what, unseen ? unseen.message() : "is not there yet; it is made at first use");
            return;
        }
        try {
            Database db(m_workspace.base, OpenMode::existing);
            refuse_foreign_base(db, BaseKind::base);
            db.exec("pragma busy_timeout = 3000"); // a writer that is at work is waited for a little
            sound(db, what);
            tidy(db);
            sends(db);
            needs();
        } catch (StoreError const &e) {
            say(State::wrong, what, e.what());
        }
    }

    void sound(Database &db, std::string const &what)
    {
        auto const check = db.text("pragma quick_check(3)").value_or("nothing was said");
        auto const mode = db.text("pragma journal_mode").value_or("");
        {
            Transaction const writable(db); // and rolled back
        }
        struct stat st = {};
        bool const open_to_all = ::stat(m_workspace.base.c_str(), &st) == 0 && (st.st_mode & 0007U) != 0;
        if (check != "ok") {
            say(State::wrong, what, fmt::format("is damaged: {}; put a backup in its place", check));
        } else if (mode != "wal") {
            say(State::wrong, what, fmt::format("its journal mode is {}, not wal: does the file system lock?", mode));
        } else if (open_to_all) {
            say(State::wrong, what, fmt::format("mode {:o}: everybody on this machine may read it; chmod 640", st.st_mode & 0777U));
        } else {
            say(State::well, what, "is sound and may be written");
        }
    }

    /// What the base tells of troubles that are there now.
    void tidy(Database &db)
    {
        auto s = db.prepare("select folder, count(*), min(made_at), max(error) from atom_outbox where error is not null group by folder");
        while (s.step()) {
            say(State::wrong, "outbox " + s.text(0), fmt::format("{} since {}: {}", s.integer(1), s.text(2), s.text(3)));
        }
        auto const last = db.text("select max(seen_at) from atom_file").value_or("");
        if (last > m_clock.local_text()) {
            say(State::wrong, "clock",
                fmt::format("it is {}, but a file was seen at {}: the machine's clock was put back", m_clock.local_text(), last));
        }
    }

    /// What does not go on by itself. Deliveries are told above, the disk where it is.
    void needs()
    {
        auto const db = open_base(m_workspace, OpenMode::read_only);
        for (auto &n : situation_of(m_workspace, m_clock, *db).needs) {
            if (n.what.find(':') == std::string::npos && n.what != "disk") {
                say(n.is_urgent ? State::wrong : State::note, std::move(n.what), std::move(n.text));
            }
        }
    }

    /// What the pack has to say of its sends.
    void sends(Database &db)
    {
        for (auto const &send : m_workspace.sends) {
            if (send.doctor.text.empty()) {
                continue;
            }
            auto s = db.prepare_guarded(send.doctor.text, {true, {}, {}});
            while (s.step()) {
                say(State::note, "send " + send.name, s.text(0));
            }
        }
    }

    void secrets(std::string const &what, Endpoint const &e)
    {
        for (auto const &variable : {e.password_env, e.key_passphrase_env}) {
            if (!variable.empty() && std::getenv(variable.c_str()) == nullptr) {
                say(State::wrong, what, fmt::format("the environment has no {}", variable));
            }
        }
        struct stat st = {};
        if (!e.key.empty() && ::stat(e.key.c_str(), &st) == 0 && (st.st_mode & 0077U) != 0) {
            say(State::wrong, what,
                fmt::format("the key {} has mode {:o}: others may read it; chmod 600", e.key.string(), st.st_mode & 0777U));
        }
    }

    std::vector<std::future<Finding>> begin_networks() const
    {
        std::vector<std::future<Finding>> out;
        for (auto const &s : m_workspace.sources) {
            auto folders = s.done == "keep" ? std::vector<std::string>{s.errors} : std::vector<std::string>{s.errors, s.done};
            out.push_back(std::async(std::launch::async, [this, &s, folders] { return reach("source", s, folders, true); }));
        }
        for (auto const &t : m_workspace.targets) {
            out.push_back(std::async(std::launch::async, [this, &t] { return reach("target", t, {t.staging}, false); }));
        }
        return out;
    }

    /// Lists it, and writes where it has to be written.
    Finding reach(char const *kind, Endpoint const &e, std::vector<std::string> const &written, bool counts) const
    {
        auto const what = fmt::format("{} {}", kind, e.name);
        if (!e.off.empty()) {
            return {State::off, what, "is switched off: " + e.off};
        }
        try {
            auto const folder = m_folders.open(fmt::format("{}:{}", kind, e.name), {});
            auto const entries = folder->list();
            TemporaryFile const probe(m_workspace.spool.parent_path());
            for (auto const &sub : written) {
                auto const name = fmt::format("{}/.atom-doctor-{}", sub, ::getpid());
                folder->put(probe.path(), name);
                folder->remove(name);
            }
            auto const there = counts ? fmt::format(", {} files are there", entries.size()) : "";
            return {State::well, what, fmt::format("{} answers{}", folder->label(), there)};
        } catch (std::exception const &fault) {
            return {State::wrong, what, fault.what()};
        }
    }

    /// Some bytes to put somewhere.
    class TemporaryFile
    {
    public:
        explicit TemporaryFile(fs::path const &folder)
        {
            make_folder(folder); // of a workspace that never ran
            std::string name = (folder / "atom-doctor-XXXXXX").string();
            Fd const fd(::mkstemp(name.data()));
            m_path = name;
            if (!fd || ::write(fd.get(), "atom\n", 5) != 5) {
                throw FileError("write", name, errno);
            }
        }
        ~TemporaryFile()
        {
            std::error_code ignored;
            fs::remove(m_path, ignored);
        }
        TemporaryFile(TemporaryFile const &) = delete;
        TemporaryFile &operator=(TemporaryFile const &) = delete;
        fs::path const &path() const noexcept { return m_path; }

    private:
        fs::path m_path;
    };

    Workspace const &m_workspace;
    Clock const &m_clock;
    Folders const &m_folders;
    std::vector<Finding> m_out;
};

} // namespace

std::vector<Finding> examine(Workspace const &workspace, Clock const &clock, Folders const &folders)
{
    return Doctor(workspace, clock, folders).run();
}

} // namespace atom
