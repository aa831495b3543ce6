#pragma once
// TOML files as the configuration reads them: every value knows its place, every key that nobody asks for is a fault that names the
// nearest known one, and faults are gathered, not thrown, so that a user sees all of them at once. The only user of toml++ is toml.cpp.

#include "engine/base/error.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace atom {

/// Gathers faults; throw_if_any() ends the gathering.
class Faults
{
public:
    void add(SourcePos pos, std::string message);
    /// What older versions took: a new workspace is refused for it, one that ran before is warned. Does not count until settle() says so.
    void add_new(SourcePos pos, std::string message);
    /// The new ones become faults like others, or, where the workspace ran before, are given back as warnings. Each once.
    std::vector<ConfigFault> settle(bool ran_before);
    bool empty() const noexcept { return m_faults.empty(); }
    std::vector<ConfigFault> const &all() const noexcept { return m_faults; }
    void throw_if_any() const; // ConfigError, sorted by file, line and column

private:
    std::vector<ConfigFault> m_faults, m_new;
};

/// One parsed value. A plain tree, owned by whoever holds the root.
struct TomlValue
{
    enum class Kind
    {
        text,
        integer,
        real,
        boolean,
        array,
        table,
        other // a TOML date or time: no key takes one
    };
    struct Entry;

    Kind kind = Kind::other;
    SourcePos pos;
    std::string text; // of a text; of a number or boolean, as it would be written
    std::int64_t integer = 0;
    bool boolean = false;
    std::vector<TomlValue> items; // of an array
    std::vector<Entry> entries;   // of a table, in the file's order

    TomlValue const *find(std::string_view key) const noexcept;
};

struct TomlValue::Entry
{
    std::string key;
    SourcePos pos; // of the key
    TomlValue value;
};

/// Reads the keys of one table. Whatever it is asked for counts as known; finish() reports all other keys. The values must outlive it.
/// A value of the wrong kind is a fault and reads as absent.
class TomlTable
{
public:
    TomlTable(TomlValue const &table, Faults &faults) : m_table(&table), m_faults(&faults) {}

    std::optional<std::string> text(std::string const &key);
    std::string text_or(std::string const &key, std::string fallback);
    std::string required_text(std::string const &key); // "" and a fault if it is missing
    std::optional<std::int64_t> integer(std::string const &key, std::int64_t least, std::int64_t most);
    std::optional<bool> boolean(std::string const &key);
    bool flag(std::string const &key) { return boolean(key).value_or(false); }
    std::vector<std::string> texts(std::string const &key); // a text, or a list of texts
    std::vector<TomlTable> tables(std::string const &key);  // a list of tables, or one table
    std::optional<TomlTable> table(std::string const &key);
    TomlValue const *value(std::string const &key); // as it is; null if absent
    bool has(std::string const &key);
    /// The one of `allowed` that the key's text is; a fault that lists them if it is none.
    std::optional<std::string> choice(std::string const &key, std::vector<std::string> const &allowed);

    /// Free keys (a map): all entries count as known.
    std::vector<TomlValue::Entry> const &entries();

    /// Reports the keys that nobody asked for. `kind` is the word for the message: `unknown key "x" in [[rule]]`.
    void finish(std::string_view kind);

    SourcePos const &pos() const noexcept { return m_table->pos; }
    SourcePos pos_of(std::string const &key) const; // of the key's value, else of the table
    void fault(std::string const &key, std::string message) { m_faults->add(pos_of(key), std::move(message)); }
    Faults &faults() const noexcept { return *m_faults; }

private:
    TomlValue const *get(std::string const &key, TomlValue::Kind kind, char const *wanted);

    TomlValue const *m_table;
    Faults *m_faults;
    std::set<std::string> m_known;
    bool m_free = false;
};

/// Parses a file. `shown` is the name in positions (relative to the workspace). A syntax error is one fault and no value.
std::optional<TomlValue> parse_toml_file(std::filesystem::path const &path, std::string const &shown, Faults &faults);
std::optional<TomlValue> parse_toml(std::string_view content, std::string const &shown, Faults &faults);

} // namespace atom
