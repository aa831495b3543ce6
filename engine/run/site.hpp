#pragma once
// What a run works on: the workspace, its base, its folders and the time. Made by a command, handed down; owns nothing of them.

#include "engine/base/clock.hpp"
#include "engine/job/workspace.hpp"
#include "engine/remote/folders.hpp"
#include "engine/store/change_plan.hpp"
#include "engine/store/ledger.hpp"
#include "engine/store/requests.hpp"

#include <memory>
#include <stop_token>
#include <string>
#include <vector>

namespace atom {

struct Site
{
    Workspace const &workspace;
    Clock &clock;
    Folders &folders;
    Database &db;
    Ledger ledger;
    std::stop_token stop = {};  // a wish to end soon: what is at hand is finished or rolled back, and nothing more is begun
    ChangePlan *plan = nullptr; // of a dry run: gathers what it would change. Nothing may then leave this machine
};

/// Opens the base (made if it is not there), with the engine's tables and the pack's migrations; to read it, or as `existing`, just as it
/// is. Throws ConfigError for a migration that fails, StoreError.
std::unique_ptr<Database> open_base(Workspace const &workspace, OpenMode mode = OpenMode::read_write);

/// The workspace has worked a file, or answered somebody. Throws StoreError.
bool ran_before(Workspace const &workspace);

/// A connection that reads the base as `base` and the online one as `online`, and writes neither. One that is not there yet is empty, with
/// the tables that it will have. Throws ConfigError, StoreError.
std::unique_ptr<Database> open_both_bases(Workspace const &workspace);

/// The sources and targets that are configured, as "source:NAME" and "target:NAME". Secrets are read from the environment when first used.
void add_folders(Folders &folders, Workspace const &workspace);

void add_request(Workspace const &workspace, Clock const &clock, Request const &request);
/// Those that the base has not taken yet; none if there is no online base.
std::vector<Request> open_requests(Workspace const &workspace, Database &base);
void note_taken(Database &base, Request const &request);

} // namespace atom
