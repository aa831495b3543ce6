#pragma once
// For engine/store only: C++ that SQLite calls back. An exception may not cross SQLite's C frames: it is kept while these return, and
// thrown again by the statement that ran.

namespace atom {

constexpr int k_callback_failed = 1; // SQLITE_ERROR

/// Keeps the exception at hand, for this thread; of several the first.
void keep_exception() noexcept;
/// Throws what was kept, if anything was; memory that ran out becomes a StoreError.
void throw_kept_exception();

/// Calls `f`, which returns a code of SQLite's; if it throws, k_callback_failed.
template <typename F> int guarded(F const &f) noexcept
{
    try {
        return f();
    } catch (...) {
        keep_exception();
        return k_callback_failed;
    }
}

} // namespace atom
