#pragma once
// What the target of one export holds, key by key, and in which output and line each key went out: the tables atom_delivered, atom_output
// and atom_delivery. In the caller's transaction, and for its time only.

#include "engine/store/database.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace atom {

class Delivered
{
public:
    Delivered(Database &db, std::int64_t export_id);

    struct Known
    {
        std::int64_t id = 0;              // 0: it never went out
        std::optional<std::int64_t> hash; // none: the target does not hold it
    };
    Known find(std::string_view key);
    /// The target will hold this row. `changed`: it did not hold just this one already.
    struct Held
    {
        std::int64_t id = 0;
        bool changed = true;
    };
    Held hold(Known const &known, std::string_view key, std::int64_t hash);

    /// The query still gives this key. False if it gave it before.
    bool note_seen(std::int64_t id);
    /// Fills temp.atom_gone(id, key) with what the target holds and nobody has seen, of all keys or of those in temp.atom_asked(key);
    /// returns how many.
    std::uint64_t find_gone(bool only_asked);
    /// The target holds those no longer.
    void drop_gone();

    /// How many outputs of that day there are: each took the number that followed.
    std::int64_t outputs_of(std::string const &day);
    /// A new output, not named yet; returns its id.
    std::int64_t begin_output(std::string const &kind);
    /// Of one output at a time.
    void note_line(std::int64_t output, std::int64_t id, std::uint64_t linha);
    void end_output(std::int64_t output, std::string const &name, std::uint64_t rows, std::string const &at);

private:
    /// Keys whose ids and lines both follow each other, as those of a first full do.
    struct Stretch
    {
        std::int64_t output = 0, id = 0, count = 0;
        std::uint64_t linha = 0;
    };
    Known look_up(std::string_view key);
    void write_stretch();

    Database &m_db;
    std::int64_t m_export;
    Statement m_find, m_remember, m_renew, m_note_line, m_note_lines;
    bool m_first;             // nothing was ever delivered: no key needs to be looked up
    Stretch m_stretch;        // noted, and not written yet
    std::vector<bool> m_seen; // by id
};

} // namespace atom
