#include "engine/intake/fetch.hpp"

#include "engine/base/file.hpp"
#include "engine/base/kill_point.hpp"

#include <fmt/format.h>

namespace atom {

std::filesystem::path spool_path(std::filesystem::path const &spool, std::int64_t id) { return spool / "in" / std::to_string(id); }

Fetched fetch(Wanted const &wanted, RemoteFolder &folder, std::filesystem::path const &spool) noexcept
{
    Fetched out{wanted, {}, 0, {}, nullptr};
    try {
        auto const path = spool_path(spool, wanted.id);
        make_folder(path.parent_path());
        AtomicFile file(path);
        Sha256 sha;
        kill_point("before-fetch");
        out.size = folder.get(wanted.name, [&](std::string_view bytes) {
            kill_point("in-fetch");
            file.write(bytes);
            sha.update(bytes);
        });
        kill_point("after-fetch");
        if (out.size == wanted.size) {
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

bool take_up(FileRow &row, Fetched const &fetched)
{
    if (fetched.fault) {
        std::rethrow_exception(fetched.fault);
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
