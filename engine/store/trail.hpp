#pragma once
// The trail: who saw or asked for what of whom over HTTP. Written here alone; no rule may.

#include "engine/store/database.hpp"

#include <functional>
#include <string>
#include <vector>

namespace atom {

/// A call, as the trail tells it.
struct TrailCall
{
    std::string em;   // local time
    std::string quem; // who is signed in, never what a form says
    std::string chamada;
    int status = 200; // of the answer; a refused call leaves its rows, too
};

/// What stands in place of a key where a call shows personal data and nothing says whose.
constexpr char const *k_nobody_told = "*";

/// A row a key, in the caller's transaction or in none. Of a call that found nobody (404) a keyed hash of each key is kept: it is told
/// whether somebody asked for a key, not for which.
void write_trail(Database &online, TrailCall const &call, std::vector<std::string> const &keys);

/// Somebody left a row.
bool has_trail(Database &online);

struct TrailFilter
{
    SqlValue who, key, since; // none = any
};
struct TrailRow
{
    std::string em, quem, chamada, chave;
    std::int64_t status = 0; // 0: of an older version, which kept none
};
/// In the order in which they were written, one at a time: nothing is gathered. A key is also found by its hash.
void each_trail_row(Database &online, TrailFilter const &filter, std::function<void(TrailRow const &)> const &take);

} // namespace atom
