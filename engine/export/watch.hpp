#pragma once
// An export's `watch`: while its last comparison still holds, the keys that its tables' changes touch are gathered, and only these are
// asked for again. Whatever the gathering cannot see (another query, layout or schema; too many keys) ends that, and all is compared.

#include "engine/job/workspace.hpp"
#include "engine/store/changes.hpp"
#include "engine/store/touched_keys.hpp"

#include <vector>

namespace atom {

/// What an export's last full comparison stands for: its query, key, columns, layout and the pack's migrations.
std::int64_t watch_fingerprint(Database &db, Export const &x);

/// Gathers for all exports that watch, from its making to its end. Of what writes the base and is no file, somebody must make one, too.
class Watching
{
public:
    Watching(Database &db, Workspace const &workspace, ChangeCounter &changes);
    Watching(Watching const &) = delete;
    Watching &operator=(Watching const &) = delete;
    /// In the transaction whose changes it saw.
    void save();

private:
    Database &m_db;
    std::vector<std::unique_ptr<TouchedKeys>> m_keys;
};

} // namespace atom
