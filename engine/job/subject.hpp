#pragma once
// What the work is about, as the pack declares it: whose life `atom why` tells, and which tables know of it. Plain data.

#include "engine/base/toml.hpp"
#include "engine/store/database.hpp"

#include <string>
#include <vector>

namespace atom {

struct Subject
{
    std::string name;
    SourcePos pos;
    std::string table;
    std::string key;                  // its column; every table of `history` has it too
    std::vector<std::string> find;    // columns of the table that a person may type a value of
    std::vector<std::string> history; // tables that tell its life: with arquivo_id, and mostly linha
    std::string status = "status";    // the column that says its state, here and in the history: a dry run counts by it

    /// What stands for one of them in atom_reject.chave: "column=value".
    std::string mark(std::string_view value) const { return key + "=" + std::string(value); }
};

Subject read_subject(TomlTable &top);

/// The tables and columns that it names must be there.
void check_subject(Database &db, Subject const &subject, Faults &faults);

} // namespace atom
