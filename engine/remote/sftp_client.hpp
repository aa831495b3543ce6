#pragma once
// SFTP, version 3 (draft-ietf-secsh-filexfer-02), over an SshSession: its
// requests and answers, and nothing of what they are for. Many reads and writes
// are under way at once, so that a file comes as fast as the line is. Not by
// libssh's own calls: those of 0.10 wait without a limit, and write a piece a
// round trip.

#include "engine/remote/ssh_session.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace atom {

/// What the server refuses. A fault of the connection is RemoteError.
struct SftpRefusal
{
    enum Code : std::uint32_t
    {
        no_such_file = 2,
        permission_denied = 3,
        failure = 4, // whatever else
        no_connection = 6,
        connection_lost = 7,
        unsupported = 8,
        no_such_path = 10, // from here on of later versions, which some servers say
                           // all the same
        exists = 11,
        write_protected = 12,
        no_space = 14,
        quota = 15
    };
    std::uint32_t code = failure;
    std::string words; // the server's, or ours for it
};

/// What a server tells of a file; it may leave out any of it.
struct SftpAttributes
{
    std::optional<std::uint64_t> size; // bytes
    std::optional<std::uint32_t> mode; // as stat() has it
    std::optional<std::int64_t> time;  // of the last change, seconds since 1970

    bool is_kind_told() const noexcept;
    bool is_file() const noexcept; // a regular one
};

class SftpClient
{
public:
    /// Agrees on the version. Throws RemoteError, as all calls do.
    explicit SftpClient(SshSession &session, std::string label);

    /// Calls back for each entry, in the server's order, "." and ".." too.
    void list(std::string const &path, std::function<void(std::string name, SftpAttributes const &)> const &entry);

    /// The whole file, in order. Returns how many bytes the server said it has
    /// when it was opened; none: it did not say.
    std::optional<std::uint64_t> read(std::string const &path, std::function<void(std::string_view)> const &sink);

    /// Into a new file, or in place of what is there. `source` fills a buffer
    /// from an offset on, 0 at the end.
    void write(std::string const &path, std::function<std::size_t(char *, std::size_t, std::uint64_t)> const &source);

    /// None: nothing is there.
    std::optional<SftpAttributes> stat(std::string const &path, bool follows_links);

    void rename(std::string const &from, std::string const &to);
    void make_folder(std::string const &path);
    void remove(std::string const &path);

    /// What the login may still write on the folder's disk; none if the server
    /// does not tell (it is an extension of OpenSSH's).
    std::optional<std::uint64_t> free_bytes(std::string const &path);

private:
    struct Answer
    {
        std::uint8_t type = 0;
        std::uint32_t id = 0;
        std::string body;
    };
    struct Piece;

    std::uint32_t send(std::uint8_t type, std::string const &body);
    Answer next();
    Answer call(std::uint8_t type, std::string const &body);
    void expect_ok(Answer const &answer) const;
    void expect(std::uint8_t type, Answer const &answer) const;
    [[noreturn]] void fail_garbled(std::string const &what) const;
    std::string open(std::uint8_t type, std::string const &body);
    std::optional<SftpRefusal> read_pieces(std::string const &file, std::uint64_t size, std::function<void(std::string_view)> const &sink);
    void take_data(Piece &piece, Answer answer) const;

    SshSession &m_session;
    std::string m_label;
    std::uint32_t m_last_id = 0;
    bool m_tells_space = false;
};

} // namespace atom
