#include "engine/remote/sftp_folder.hpp"

#include "engine/base/file.hpp"

#include <fmt/format.h>

#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace atom {

namespace {

RemoteCause cause_of(SftpRefusal const &refusal) noexcept
{
    switch (refusal.code) {
    case SftpRefusal::no_such_file:
    case SftpRefusal::no_such_path: return RemoteCause::not_found;
    case SftpRefusal::permission_denied:
    case SftpRefusal::write_protected: return RemoteCause::denied;
    case SftpRefusal::exists: return RemoteCause::exists;
    case SftpRefusal::no_space:
    case SftpRefusal::quota: return RemoteCause::no_space;
    case SftpRefusal::no_connection:
    case SftpRefusal::connection_lost: return RemoteCause::unreachable;
    default: return RemoteCause::protocol;
    }
}

/// The server said no, and may say yes once the folder of the target is there.
bool may_lack_folder(SftpRefusal const &refusal) noexcept
{
    auto const cause = cause_of(refusal);
    return cause == RemoteCause::not_found || cause == RemoteCause::denied || cause == RemoteCause::protocol;
}

RemoteEntry entry_of(std::string name, SftpAttributes const &attributes)
{
    RemoteEntry out{std::move(name), attributes.size, std::nullopt, {}};
    if (attributes.time)
        out.modified = *attributes.time * 1'000'000'000;
    return out;
}

} // namespace

SftpFolder::SftpFolder(RemoteUrl url, RemoteLogin login, int timeout_seconds, std::stop_token stop)
    : m_url(std::move(url)), m_login(std::move(login)), m_patience(std::chrono::seconds(timeout_seconds), std::move(stop))
{
    if (m_login.password.empty())
        m_login.password = m_url.password;
}

void SftpFolder::fail(RemoteCause cause, std::string const &message) const
{
    throw RemoteError(cause, fmt::format("{}: {}", m_url.label, message));
}

/// A secret that others read is none, and a list of keys that others write pins
/// nothing.
void SftpFolder::refuse_if_open(char const *what, std::filesystem::path const &path, mode_t forbidden, char const *done,
                                char const *mend) const
{
    struct stat st = {};
    if (::stat(path.c_str(), &st) == 0 && (st.st_mode & forbidden) != 0)
        fail(RemoteCause::denied, fmt::format("the {} {} may be {} by others (mode {:04o}); chmod {} {}", what, path.string(), done,
                                              st.st_mode & 07777U, mend, path.string()));
}

SftpClient &SftpFolder::connected()
{
    if (!m_link || !m_link->session.is_alive()) {
        m_link.reset();
        refuse_if_open("known_hosts file", m_login.known_hosts, 0022, "changed", "go-w");
        if (!m_login.key.empty())
            refuse_if_open("private key", m_login.key, 0077, "read", "600");
        m_link = std::make_unique<Link>(m_url, m_login, m_patience);
    }
    m_link->session.begin_call();
    return m_link->client;
}

/// One call, on a connection that is there. What the server refuses leaves it;
/// anything else that goes wrong ends it.
template <typename Work> auto SftpFolder::on(std::string const &doing, Work const &work)
{
    try {
        m_patience.begin();
        return work(connected());
    } catch (SftpRefusal const &refusal) {
        fail(cause_of(refusal), fmt::format("cannot {}: {}", doing, refusal.words));
    } catch (RemoteError const &e) {
        bool const is_answer = e.cause() == RemoteCause::exists || e.cause() == RemoteCause::no_space;
        if (!is_answer)
            m_link.reset();
        throw;
    } catch (...) {
        m_link.reset();
        throw;
    }
}

/// /dir from the root, /~/dir from the login's home.
std::string SftpFolder::whole(std::string_view path) const
{
    auto out = path.empty() ? m_url.path : fmt::format("{}/{}", m_url.path, path);
    if (out == "/~" || out.starts_with("/~/"))
        out.erase(0, 3); // a relative path is the home's
    else if (out.empty())
        out = "/";
    return out.empty() ? "." : out;
}

/// A server that leaves something out of its listing is asked for it.
void SftpFolder::complete(SftpClient &client, std::string const &path, SftpAttributes &attributes) const
{
    if (attributes.is_kind_told() && attributes.size && attributes.time)
        return;
    auto const now = client.stat(whole(path), false);
    if (now && !attributes.is_kind_told())
        attributes.mode = now->mode;
    if (now && !attributes.size)
        attributes.size = now->size;
    if (now && !attributes.time)
        attributes.time = now->time;
}

RemoteListing SftpFolder::list_folder(std::string const &sub)
{
    constexpr std::size_t k_most_bytes = 64U << 20U;
    return on(fmt::format("list \"{}\"", sub), [&](SftpClient &client) {
        RemoteListing out;
        std::size_t bytes = 0;
        std::vector<std::pair<std::string, SftpAttributes>> entries;
        client.list(whole(sub), [&](std::string name, SftpAttributes const &attributes) {
            bytes += name.size() + sizeof(SftpAttributes);
            if (bytes > k_most_bytes)
                throw UnreadableListing(fmt::format("{}: the listing has over {} MiB", m_url.label, k_most_bytes >> 20U));
            ++out.lines;
            bool const is_other = name == "." || name == ".." || (attributes.is_kind_told() && !attributes.is_file());
            if (!is_other)
                entries.emplace_back(std::move(name), attributes);
        });
        for (auto &[name, attributes] : entries) {
            complete(client, joined(sub, name), attributes);
            if (!attributes.is_kind_told() || attributes.is_file()) // who never tells a kind has files only
                out.files.push_back(entry_of(std::move(name), attributes));
        }
        return out;
    });
}

RemoteListing SftpFolder::list(std::string const &sub, KnownEntries const &)
{
    if (!sub.empty())
        check_remote_path(sub);
    try {
        return list_folder(sub);
    } catch (RemoteError const &e) {
        if (sub.empty() || e.cause() != RemoteCause::not_found)
            throw;
    }
    (void)list_folder({}); // throws not_found if it is the folder itself that is missing
    return {};
}

std::optional<RemoteEntry> SftpFolder::find(std::string const &path)
{
    check_remote_path(path);
    return on(fmt::format("look for \"{}\"", path), [&](SftpClient &client) -> std::optional<RemoteEntry> {
        auto attributes = client.stat(whole(path), false);
        if (!attributes)
            return std::nullopt;
        if (attributes->is_kind_told() && !attributes->is_file())
            attributes->size = std::nullopt;
        return entry_of(path.substr(path.rfind('/') + 1), *attributes);
    });
}

std::uint64_t SftpFolder::get(std::string const &name, std::function<void(std::string_view)> const &sink)
{
    check_remote_path(name);
    std::uint64_t received = 0;
    auto const size = on(fmt::format("get \"{}\"", name), [&](SftpClient &client) {
        return client.read(whole(name), [&](std::string_view bytes) {
            sink(bytes);
            received += bytes.size();
        });
    });
    if (size.value_or(received) > received)
        fail(RemoteCause::unreachable, fmt::format("\"{}\" has {} bytes, {} came", name, *size, received));
    return received;
}

/// Gives why one of them was denied, if one was. One that is there refuses too,
/// in no clear words: what then is still missing shows when it is used.
std::string SftpFolder::make_folders_of(SftpClient &client, std::string const &path)
{
    std::string denied;
    for (auto slash = path.find('/'); slash != std::string::npos; slash = path.find('/', slash + 1)) {
        try {
            client.make_folder(whole(std::string_view(path).substr(0, slash)));
        } catch (SftpRefusal const &refusal) {
            if (cause_of(refusal) == RemoteCause::denied)
                denied = refusal.words;
        }
    }
    return denied;
}

void SftpFolder::making_folders(SftpClient &client, std::string const &path, std::function<void()> const &work)
{
    try {
        return work();
    } catch (SftpRefusal const &refusal) {
        if (parent_of(path).empty() || !may_lack_folder(refusal))
            throw;
    }
    auto const denied = make_folders_of(client, path);
    try {
        work();
    } catch (SftpRefusal const &refusal) {
        if (!denied.empty() && cause_of(refusal) == RemoteCause::not_found)
            fail(RemoteCause::denied, fmt::format("cannot make the folder of \"{}\": {}", path, denied));
        throw;
    }
}

void SftpFolder::put(std::filesystem::path const &local, std::string const &path)
{
    check_remote_path(path);
    Fd const file(::open(local.c_str(), O_RDONLY | O_CLOEXEC));
    struct stat state = {};
    if (!file || fstat(file.get(), &state) != 0)
        throw FileError("read", local.string(), errno);
    auto const size = static_cast<std::uint64_t>(state.st_size);
    auto const source = [&](char *buffer, std::size_t room, std::uint64_t offset) {
        auto const got = ::pread(file.get(), buffer, room, static_cast<off_t>(offset));
        if (got < 0)
            throw FileError("read", local.string(), errno);
        return static_cast<std::size_t>(got);
    };
    on(fmt::format("put \"{}\"", path), [&](SftpClient &client) {
        try {
            making_folders(client, path, [&] { client.write(whole(path), source); });
        } catch (SftpRefusal const &refusal) {
            // OpenSSH says no more than "failure" when its disk is full.
            auto const free = refusal.code == SftpRefusal::failure ? client.free_bytes(whole(parent_of(path))) : std::nullopt;
            if (free && *free < size)
                fail(RemoteCause::no_space, fmt::format("cannot put \"{}\": {} of {} bytes are free there", path, *free, size));
            throw;
        }
        auto const there = client.stat(whole(path), true);
        if (!there || there->size.value_or(size) != size) // a server that tells no sizes is believed
            fail(RemoteCause::unreachable, fmt::format("\"{}\" has {} there, {} bytes here, after it was put", path,
                                                       there ? std::to_string(*there->size) : "nothing", size));
    });
}

void SftpFolder::rename(std::string const &from, std::string const &to)
{
    check_remote_path(from);
    check_remote_path(to);
    auto const doing = fmt::format("rename \"{}\" to \"{}\"", from, to);
    on(doing, [&](SftpClient &client) {
        auto const is_taken = [&] { return client.stat(whole(to), false).has_value(); };
        auto const taken = [&] { fail(RemoteCause::exists, fmt::format("cannot {}: the name is taken", doing)); };
        if (is_taken())
            taken(); // a server may replace without a word
        try {
            making_folders(client, to, [&] { client.rename(whole(from), whole(to)); });
        } catch (SftpRefusal const &refusal) {
            if (cause_of(refusal) == RemoteCause::protocol && is_taken())
                taken(); // someone was faster
            throw;
        }
    });
}

void SftpFolder::remove(std::string const &path)
{
    check_remote_path(path);
    on(fmt::format("remove \"{}\"", path), [&](SftpClient &client) {
        try {
            client.remove(whole(path));
        } catch (SftpRefusal const &refusal) {
            if (cause_of(refusal) != RemoteCause::not_found)
                throw;
        }
    });
}

} // namespace atom
