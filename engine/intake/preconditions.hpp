#pragma once
// May a file run yet? What its name and the ledger tell, before its bytes are fetched: stale_after first, then requires.

#include "engine/base/clock.hpp"
#include "engine/job/workspace.hpp"
#include "engine/store/ledger.hpp"

#include <string>

namespace atom {

struct Precondition
{
    enum class Verdict
    {
        go,
        wait, // for another file: it runs by itself when that is done
        hold  // until someone approves it
    } verdict = Verdict::go;
    std::string reason;
};

/// A released file passes its requires, an approved one the kind of reason that held it.
Precondition precondition_of(Ledger &ledger, Job const &job, FileRow const &row, Day today);

} // namespace atom
