#pragma once
// Which lines of an input changed since a key's line was last written: the hash of each key's fields, kept in atom_hash. A hash stands for
// a row only while nobody but its rule has written that row. Triggers on the table see to that: they drop the hash of each row that
// anybody else writes, in whatever program. They cannot see a change of the schema (a table that is dropped and made again), so SQLite's
// count of these is kept beside them. All of it happens in the caller's transaction.

#include "engine/layout/bitmap.hpp"
#include "engine/layout/relation.hpp"
#include "engine/store/schema.hpp"

#include <optional>
#include <string>
#include <vector>

namespace atom {

class Database;

/// The number that all hashes are salted with: another one once a migration was applied, or somebody else changed the schema, since
/// note_own_schema() was last called.
std::int64_t hash_epoch(Database &db);
/// Whatever changed in the schema since hash_epoch() was asked, the caller did, and no row was lost by it.
void note_own_schema(Database &db);

/// The hashes of one rule, which writes rows that are pure functions of their line, found by `key`.
class LineHashes
{
public:
    /// None where a hash could not stand for a row: triggers of the pack also write when the rule does, or keys that differ byte for byte
    /// are one key to the table.
    static std::optional<LineHashes> of(Database &db, std::string const &job, std::string const &rule, TableInfo const &table,
                                        std::vector<std::string> const &key);

    /// Remembers the hash of every row's `fields` (record field indices) and returns the lines where it is new or other than before.
    Bitmap changed_lines(Relation const &relation, std::vector<int> const &fields, std::int64_t epoch);

    /// Between these two, what is written is the rule's own.
    void begin_writing();
    void end_writing();

private:
    LineHashes(Database &db, std::int64_t rule, TableInfo const &table, std::vector<std::string> key);
    bool has_triggers() const;
    bool keeps_as_it_comes(std::size_t part, Value const &value) const noexcept;

    struct Trigger
    {
        std::string name, sql;
    };
    Database *m_db;
    std::int64_t m_rule;
    std::vector<std::string> m_key;
    std::vector<bool> m_keeps_text; // by column of the key: its type keeps a text as it comes; else an integer
    std::vector<Trigger> m_triggers;
    bool m_guarded; // the triggers are there
};

} // namespace atom
