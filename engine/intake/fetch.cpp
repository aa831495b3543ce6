#include "engine/intake/fetch.hpp"

#include "engine/base/file.hpp"
#include "engine/base/kill_point.hpp"

#include <fmt/format.h>

namespace atom {

std::filesystem::path spool_path(std::filesystem::path const &spool, std::int64_t id) { return spool / "in" / std::to_string(id); }

namespace {

struct TooLong
{
};

/// Ends as soon as more came than was listed: a file that has grown is fetched anew anyway, and one without an end would fill the disk.
void get(Wanted const &wanted, RemoteFolder &folder, std::uint64_t &size, std::function<void(std::string_view)> const &sink)
{
    constexpr std::uint64_t k_most_untold = 16ULL << 30U; // bytes of a file whose size nobody tells
    try {
        folder.get(wanted.name, [&](std::string_view bytes) {
            size += bytes.size();
            if (size > wanted.size.value_or(k_most_untold)) {
                throw TooLong();
            }
            sink(bytes);
        });
    } catch (TooLong const &) {
        if (!wanted.size) {
            throw RemoteError(RemoteCause::protocol, fmt::format("{}: \"{}\" does not end: over {} GiB came, and the server tells no size",
                                                                 folder.label(), wanted.name, k_most_untold >> 30U));
        }
    }
}

} // namespace

Fetched fetch(Wanted const &wanted, RemoteFolder &folder, std::filesystem::path const &spool) noexcept
{
    Fetched out{wanted, {}, 0, {}, nullptr};
    try {
        auto const path = spool_path(spool, wanted.id);
        make_folder(path.parent_path());
        AtomicFile file(path);
        Sha256 sha;
        kill_point("before-fetch");
        get(wanted, folder, out.size, [&](std::string_view bytes) {
            kill_point("in-fetch");
            file.write(bytes);
            sha.update(bytes);
        });
        kill_point("after-fetch");
        if (out.size == wanted.size.value_or(out.size)) {
            file.commit();
            out.path = path;
            out.sha256 = sha.hex();
            kill_point("after-spool");
        }
    } catch (...) {
        out.fault = std::current_exception();
    }
    return out;
}

bool take_up(FileRow &row, Fetched const &fetched, Looks looks, std::int64_t now)
{
    if (fetched.fault) {
        std::rethrow_exception(fetched.fault);
    }
    if (!row.is_size_told) {
        auto const since = looks.same_bytes_since(row.file, fetched.sha256, now);
        if (!since || now - *since < k_stable_seconds) {
            return false;
        }
        row.size = fetched.size;
        row.is_size_told = true;
    }
    if (fetched.size < row.size) {
        throw FileRefused(FileFault::truncated, fmt::format("vieram {} bytes; a pasta mostrava {}", fetched.size, row.size));
    }
    if (fetched.size > row.size) {
        return false;
    }
    row.path = fetched.path.string();
    if (!row.sha256.empty() && row.sha256 != fetched.sha256) {
        row.forget_approval();
    }
    row.sha256 = fetched.sha256;
    return true;
}

} // namespace atom
