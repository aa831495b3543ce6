#include "engine/store/attach.hpp"

#include "engine/store/sqlite_error.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

namespace atom {

void attach_copy(Database &db, Database &of, std::string const &name)
{
    sqlite3_int64 size = 0;
    auto *const bytes = sqlite3_serialize(of.handle(), "main", &size, 0);
    if (bytes == nullptr && size > 0) {
        throw StoreError(SQLITE_NOMEM, "no memory for a copy of a base", "");
    }
    db.exec(fmt::format("attach ':memory:' as {}", sql_name(name)));
    if (size == 0) {
        return; // nothing is in it
    }
    // the bytes are SQLite's from here on, whatever it returns
    int const rc =
        sqlite3_deserialize(db.handle(), name.c_str(), bytes, size, size, SQLITE_DESERIALIZE_FREEONCLOSE | SQLITE_DESERIALIZE_RESIZEABLE);
    if (rc != SQLITE_OK) {
        fail_with(db.handle(), rc, "attach a copy");
    }
}

std::unique_ptr<Database> open_reader() { return std::make_unique<Database>(":memory:", OpenMode::read_only); }

} // namespace atom
