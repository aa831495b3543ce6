#pragma once
// The life of one subject, in order of time: what each file, line and rule made of it or refused, which outputs took it along, and what is
// so now. Reads only.

#include "engine/base/clock.hpp"
#include "engine/job/workspace.hpp"
#include "engine/store/ledger.hpp"

#include <string>
#include <utility>
#include <vector>

namespace atom {

/// One thing that happened. Empty text and 0 = not known, or not of this kind of event.
struct LifeEvent
{
    std::string at;    // when the file was worked, or the output made
    std::string event; // written, rejected, warned, sent, now
    std::string arquivo, job, data;
    std::int64_t arquivo_id = 0, linha = 0;
    std::string regra;
    std::string table;             // written: where the row stands
    std::string export_name, kind; // sent: full, delta or removed; now: of which export this is told
    std::string codigo, campo, mensagem, valor;
    std::vector<std::pair<std::string, SqlValue>> values; // of the row: what is not empty; without key, file, line and rule
};

/// What a person typed, found: the subject and the value of its key.
struct SubjectKey
{
    Subject const *subject;
    SqlValue key;
    bool in_table; // else only its history, or a rejected line, names it
};

/// All that `typed` may mean: as a value of a `find` column, as it stands, without leading zeros, or as a document however it is written;
/// else a key that the history or a rejected line knows.
std::vector<SubjectKey> find_subjects(Database &db, Workspace const &workspace, std::string const &typed);

std::vector<LifeEvent> life_of(Database &db, Workspace const &workspace, Clock const &clock, SubjectKey const &who);

} // namespace atom
