#pragma once
// What is remembered of a source's folder from look to look, so that a file is known to stand still and a server is asked once. Each call
// is one or few statements in the caller's transaction.

#include "engine/store/database.hpp"

#include <functional>
#include <optional>
#include <string>

namespace atom {

class Looks
{
public:
    using Size = std::optional<std::uint64_t>; // bytes; none: its folder does not say it
    using Time = std::optional<std::int64_t>;  // nanoseconds since 1970, by its folder's clock

    Looks(Database &db, std::string source) : m_db(db), m_source(std::move(source)) {}

    /// Since when the file has been of this size and time, in our seconds since 1970; none if it was not when it was last looked at, and
    /// from `now` on it is.
    std::optional<std::int64_t> same_since(std::string const &file, Size size, Time modified, std::int64_t now);

    /// Since when the file's bytes, whose number nobody tells, have been these; none as above.
    std::optional<std::int64_t> same_bytes_since(std::string const &file, std::string const &sha256, std::int64_t now);
    /// Since when they have been what they were when they were last fetched; none: they were not.
    std::optional<std::int64_t> fetched_since(std::string const &file);

    /// What the server said of a name when it was asked, and of which line.
    struct Asked
    {
        std::string line;
        Size size;
        Time modified;
    };
    void each_asked(std::function<void(std::string const &file, Asked const &)> const &call);
    void note_asked(std::string const &file, Asked const &asked);

    /// Forgets all names for which this is false.
    void keep(std::function<bool(std::string const &file)> const &is_there);

    /// Why the last listing could not be read; "": it could. True if that is news.
    bool note_unread(std::string const &why);

private:
    Database &m_db;
    std::string m_source;
};

/// Whether the source's last listing could not be read: what is in its folder is not known.
bool is_unread(Database &db, std::string const &source);

} // namespace atom
