#pragma once
// The end of a poll, an import or an export: what is due is written, and what is promised goes out.

#include "engine/run/poll.hpp"

#include <functional>
#include <string>

namespace atom {

/// In the transaction that ends a file: it is to move to its source's folder of finished ones, with its marker.
void move_to_done(Site &site, FileRow const &row);

/// Writes one export, due or not, or those that are due. What is wrong with one is told, and the others go on. Throws StoreError for a
/// fault of the base.
void write_export(Site &site, Standing &standing, Export const &x, bool full, Outcome &out);
void write_due_exports(Site &site, Standing &standing, Outcome &out);

/// Works off the outbox, as far as its folders answer.
void deliver(Site &site, Standing &standing, Outcome &out);

/// Something outside failed: told when it begins, and when it has ended.
void note_lost(Standing &standing, Outcome &out, std::string const &name, std::string const &what);
void note_reached(Standing &standing, std::string const &name, std::string const &shown);

/// Work that may be broken off, by a stop or a fault, and what then puts the ledger right. What broke it off is what is thrown: a base that
/// cannot be written puts nothing right either, and whoever opens it next does.
void work_or_put_right(Site &site, std::function<void()> const &work, std::function<void()> const &put_right);

} // namespace atom
