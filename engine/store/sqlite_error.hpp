#pragma once
// For engine/store only: SQLite's last error as an exception.

#include <string_view>

struct sqlite3;

namespace atom {

/// Throws StoreError with the connection's message; `code` speaks where there is no connection. What a callback threw is thrown in its
/// place (store/callback.hpp).
[[noreturn]] void fail_with(sqlite3 *db, int code, std::string_view sql);

} // namespace atom
