#pragma once
// One SSH connection by libssh: to a server that has proven to be the one that
// known_hosts names, logged in, with its "sftp" open as a stream of bytes in
// both directions. Knows nothing of files. libssh itself never waits here: all
// waiting is done in one place, which looks at the clock and at the wish to
// stop. Faults are RemoteError; after one the session is of no more use.
// libssh.h goes no further than engine/remote.

#include "engine/base/error.hpp"
#include "engine/base/file.hpp"
#include "engine/remote/folder.hpp"
#include "engine/remote/host_key.hpp"
#include "engine/remote/patience.hpp"
#include "engine/remote/remote_url.hpp"

#include <libssh/libssh.h>

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace atom {

class SshSession
{
public:
    /// Connects and logs in. All three must outlive it.
    SshSession(RemoteUrl const &url, RemoteLogin const &login, Patience &patience);
    ~SshSession();
    SshSession(SshSession const &) = delete;
    SshSession &operator=(SshSession const &) = delete;

    /// Until all of it is on its way.
    void write(std::string_view bytes);
    /// Until so many bytes have come.
    void read(char *bytes, std::size_t count);

    /// A new call begins: bytes are counted from here.
    void begin_call();
    /// Bytes that the server has said it took.
    void note_taken(std::size_t bytes) { m_taken += bytes; }
    /// False if the other side has hung up meanwhile.
    bool is_alive();

private:
    struct Free
    {
        void operator()(ssh_session s) const noexcept { ssh_free(s); }
        void operator()(ssh_channel c) const noexcept { ssh_channel_free(c); }
        void operator()(ssh_key k) const noexcept { ssh_key_free(k); }
    };
    using Key = std::unique_ptr<ssh_key_struct, Free>;

    void connect(std::string const &host_key_kinds);
    void learn_key();
    void check_key();
    [[noreturn]] void refuse_key() const;
    void open_sftp();

    void log_in();
    std::string next_method(std::set<std::string> const &tried) const;
    int try_method(std::string const &method);
    int try_key();
    int try_password();
    int try_answers();
    Key read_key();
    [[noreturn]] void refuse_login();

    /// Makes a call of libssh's that does not wait, until it says something else
    /// than `again`. Returns that.
    int until_done(std::function<int()> const &call, int again);
    void wait();
    void check_patience();
    void set(ssh_options_e option, void const *value);
    std::string words() const;
    [[noreturn]] void fail(RemoteCause cause, std::string const &message) const;
    [[noreturn]] void fail_lost(std::string const &doing) const;

    RemoteUrl const &m_url;
    RemoteLogin const &m_login;
    Patience &m_patience;
    KnownHost m_known;
    std::string m_shown;                // the server's key; empty: it has shown none
    std::vector<std::string> m_refused; // why the ways to log in failed, in order
    ssh_counter_struct m_counter = {};  // what libssh has read and written; it must outlive the session
    std::uint64_t m_counted = 0;        // bytes that had come when the call began
    std::uint64_t m_taken = 0;          // bytes that the server took in this call
    std::uint64_t m_written = 0;        // bytes that were on their way at the last look
    std::unique_ptr<ssh_session_struct, Free> m_session;
    std::unique_ptr<ssh_channel_struct, Free> m_channel;
};

} // namespace atom
