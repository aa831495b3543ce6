#pragma once
// A private copy of what a run writes, for a run that is to change nothing: base, online base and spool of the workspace point to it. So a
// dry run is the run itself, to the last number, and what it wrote is thrown away.

#include "engine/job/workspace.hpp"

#include <filesystem>

namespace atom {

class DryCopy
{
public:
    /// Copies the bases that are there, without opening them, into a folder of its own beside the base (a temporary one where there is no
    /// base yet), and points the workspace at the copies. Who holds the run's lock copies what stands still. Folders that a killed process
    /// left are removed. Throws FileError.
    explicit DryCopy(Workspace &workspace);
    /// Removes the folder.
    ~DryCopy();
    DryCopy(DryCopy const &) = delete;
    DryCopy &operator=(DryCopy const &) = delete;

    /// The copy names no file of the real spool any more: what works it off would remove them.
    static void forget_spool(Database &copy);

private:
    std::filesystem::path m_folder;
};

} // namespace atom
