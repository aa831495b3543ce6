#include "engine/intake/fetch.hpp"

#include "engine/base/file.hpp"
#include "engine/base/kill_point.hpp"

#include <fmt/format.h>

namespace atom {

bool fetch(FileRow &row, RemoteFolder &folder, std::filesystem::path const &spool, Ledger &ledger)
{
    auto const path = spool / "in" / std::to_string(row.id); // no name from a server ever becomes a path
    make_folder(path.parent_path());
    row.status = "fetching";
    ledger.save(row);
    kill_point("before-fetch");
    AtomicFile file(path);
    Sha256 sha;
    auto const size = folder.get(row.file, [&](std::string_view bytes) {
        file.write(bytes);
        sha.update(bytes);
    });
    kill_point("after-fetch");
    if (size < row.size) {
        throw FileRefused(FileFault::truncated, fmt::format("vieram {} bytes; a pasta mostrava {}", size, row.size));
    }
    if (size > row.size) {
        row.status = "seen";
        ledger.save(row);
        return false;
    }
    file.commit();
    row.path = path.string();
    row.sha256 = sha.hex();
    ledger.save(row);
    kill_point("after-spool");
    return true;
}

} // namespace atom
