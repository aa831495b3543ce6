#pragma once
// The kinds of fault, and nothing else. The rule (docs/architecture.md, decision 9):
//   a fault of a line                       is a value (layout/fault.hpp), never an exception
//   a fault of a file, of config, of a base
//   or of the network                       is one of the exceptions below
//   a bug of ours                           is an assert
// They are caught in one place a layer: engine/run for a file, cmd/main.cpp for the program.

#include <stdexcept>
#include <string>
#include <vector>

namespace atom {

/// A place in a text file. Line and column are 1-based; 0 means "the file as a whole". Columns count characters.
struct SourcePos
{
    std::string file;
    int line = 0;
    int column = 0;

    /// "file:line:column", without the parts that are 0.
    std::string text() const;
};

/// One thing that is wrong in a configuration file: where, what is wrong, what is allowed.
struct ConfigFault
{
    SourcePos pos;
    std::string message;

    /// "file:line:column: message"
    std::string text() const;
};

/// Everything that is wrong in the configuration, all at once. Exit code 2.
class ConfigError : public std::runtime_error
{
public:
    explicit ConfigError(std::vector<ConfigFault> faults);
    std::vector<ConfigFault> const &faults() const noexcept { return m_faults; }

private:
    std::vector<ConfigFault> m_faults;
};

/// The command line is wrong. Exit code 2.
class UsageError : public std::runtime_error
{
public:
    using std::runtime_error::runtime_error;
};

/// A local file or folder could not be read or written. what() names the path and the system's reason.
class FileError : public std::runtime_error
{
public:
    FileError(std::string const &doing, std::string path, int error_number);
    std::string const &path() const noexcept { return m_path; }
    int error_number() const noexcept { return m_errno; }

private:
    std::string m_path;
    int m_errno;
};

/// Why a remote folder refused; decides whether to try again.
enum class RemoteCause
{
    unreachable, // no connection, or it was cut: try again
    timeout,     // try again
    denied,      // login or permission: a person must act
    not_found,   // the file is gone: skip it
    exists,      // the name is taken
    host_key,    // the server is not the one that known_hosts names: a person must act
    no_space,    // try again later
    protocol     // anything else that the server said
};

class RemoteError : public std::runtime_error
{
public:
    RemoteError(RemoteCause cause, std::string const &message) : std::runtime_error(message), m_cause(cause) {}
    RemoteCause cause() const noexcept { return m_cause; }
    /// True where the same call may succeed by itself later.
    bool retryable() const noexcept
    {
        return m_cause == RemoteCause::unreachable || m_cause == RemoteCause::timeout || m_cause == RemoteCause::no_space;
    }

private:
    RemoteCause m_cause;
};

/// SQLite refused. code() is the extended result code; sql() the statement, if there was one.
class StoreError : public std::runtime_error
{
public:
    StoreError(int code, std::string const &message, std::string sql = {});
    int code() const noexcept { return m_code; }
    std::string const &sql() const noexcept { return m_sql; }

private:
    int m_code;
    std::string m_sql;
};

} // namespace atom
