#include "engine/store/callback.hpp"

#include "engine/base/error.hpp"

#include <sqlite3.h>

#include <exception>
#include <new>
#include <utility>

namespace atom {

namespace {

thread_local std::exception_ptr t_kept; // SQLite calls back on the thread that runs the statement

} // namespace

static_assert(k_callback_failed == SQLITE_ERROR);

void keep_exception() noexcept
{
    if (!t_kept) {
        t_kept = std::current_exception();
    }
}

void throw_kept_exception()
{
    if (!t_kept) {
        return;
    }
    try {
        std::rethrow_exception(std::exchange(t_kept, nullptr));
    } catch (std::bad_alloc const &) {
        throw StoreError(SQLITE_NOMEM, sqlite3_errstr(SQLITE_NOMEM));
    }
}

} // namespace atom
