#include "engine/layout/layout.hpp"

#include "engine/base/json_text.hpp"
#include "engine/base/text.hpp"
#include "engine/layout/read_controls.hpp"
#include "engine/layout/read_field.hpp"

#include <fmt/format.h>
#include <xxhash.h>

namespace atom {

namespace {

/// A TOML key that holds one ASCII character; "" is none where `empty_allowed`.
char character(TomlTable &t, std::string const &key, char fallback, bool empty_allowed)
{
    auto const s = t.text(key);
    if (!s) {
        return fallback;
    }
    if (s->empty() && empty_allowed) {
        return 0;
    }
    if (s->size() != 1 || static_cast<unsigned char>((*s)[0]) > 0x7e) {
        t.fault(key, fmt::format("{} must be one ASCII character", key));
        return fallback;
    }
    return (*s)[0];
}

class LayoutReader
{
public:
    LayoutReader(TomlValue const &root, Faults &faults) : m_top(root, faults), m_faults(&faults) {}

    Layout read(std::string_view file_text)
    {
        m_layout.pos = m_top.pos();
        m_layout.name = identifier(m_top, "layout");
        m_layout.description = m_top.text_or("description", "");
        read_format();
        m_layout.unique = m_top.texts("unique");
        for (auto &t : m_top.tables("record")) {
            m_layout.records.push_back(read_record(t));
        }
        check_records();
        if (csv()) {
            read_multiline();
        }
        read_controls(m_top, m_layout);
        for (auto &t : m_top.tables("sample")) {
            read_sample(t);
        }
        m_top.finish("a layout");
        m_layout.fingerprint = XXH3_64bits_withSeed(file_text.data(), file_text.size(), k_reader_version);
        return std::move(m_layout);
    }

private:
    bool fixed() const { return m_layout.format == Format::fixed; }
    bool xlsx() const { return m_layout.format == Format::xlsx; }
    bool csv() const { return m_layout.format == Format::csv; }
    bool json() const { return m_layout.format == Format::json; }

    void read_format()
    {
        if (!m_top.has("format")) {
            m_faults->add(m_top.pos(), "format is missing; allowed: fixed, csv, xlsx, json, jsonl");
        }
        auto const format = m_top.choice("format", {"fixed", "csv", "xlsx", "json", "jsonl"}).value_or("fixed");
        m_layout.format = format == "csv"     ? Format::csv
                          : format == "xlsx"  ? Format::xlsx
                          : format == "json"  ? Format::json
                          : format == "jsonl" ? Format::jsonl
                                              : Format::fixed;
        m_layout.encoding = Encoding::utf8;
        if (xlsx()) {
            m_layout.sheet = m_top.text_or("sheet", "");
        } else {
            auto const encoding = m_top.choice("encoding", {"utf-8", "iso-8859-1", "windows-1252", "auto"}).value_or("utf-8");
            m_layout.encoding = encoding_from_name(encoding);
            m_layout.line_end = m_top.choice("line_end", {"lf", "crlf"}).value_or("lf") == "crlf" ? "\r\n" : "\n";
            m_layout.bom = m_top.flag("bom");
        }
        if (auto const s = m_top.choice("decimal_separator", {",", "."})) {
            m_layout.decimal_separator = (*s)[0];
            m_has_separator = true;
        } else if (m_layout.format == Format::jsonl || json()) {
            m_layout.decimal_separator = '.';
        }
        if (json() && m_layout.encoding != Encoding::utf8) {
            m_top.fault("encoding", "JSON is UTF-8; leave encoding out");
        }
        if (csv()) {
            m_layout.delimiter = character(m_top, "delimiter", ';', false);
            m_layout.quote = character(m_top, "quote", '"', true);
        }
        if (m_layout.has_columns()) {
            m_layout.skip = static_cast<std::size_t>(m_top.integer("skip", 0, 1000000).value_or(0));
            m_layout.header = m_top.boolean("header").value_or(true);
        }
    }

    /// Where a line of another shape stays, a quote too many must not take its neighbours along.
    void read_multiline()
    {
        bool const warns = std::any_of(m_layout.records.begin(), m_layout.records.end(), [](Record const &r) { return r.shape_warns; });
        auto const said = m_top.boolean("multiline");
        m_layout.says_multiline = said.has_value();
        m_layout.multiline = said.value_or(!warns);
    }

    Record read_record(TomlTable &t)
    {
        Record r;
        r.pos = t.pos();
        r.name = t.has("name") ? identifier(t, "name") : "";
        auto const role = t.choice("role", {"detail", "header", "trailer", "ignore"}).value_or("detail");
        r.role = role == "header"    ? RecordRole::header
                 : role == "trailer" ? RecordRole::trailer
                 : role == "ignore"  ? RecordRole::ignore
                                     : RecordRole::detail;
        if (fixed()) {
            if (auto const n = t.integer("length", 1, 1 << 20)) {
                r.length = static_cast<std::size_t>(*n);
            }
            r.pad = t.flag("pad");
        }
        if (json() && t.has("each")) {
            r.each.emplace(pointer(t, "each", t.text_or("each", "")));
        }
        r.shape_warns = t.choice("on_shape", {"reject", "warn"}).value_or("reject") == "warn";
        for (auto &w : t.tables("when")) {
            read_when(r, w);
        }
        std::set<std::string> names;
        for (auto &f : t.tables("fields")) {
            auto field = read_field(f, {m_layout.format, r.length, m_layout.decimal_separator, m_has_separator});
            if (!names.insert(field.name).second) {
                m_faults->add(field.pos, fmt::format("field \"{}\" stands twice in this record", field.name));
            }
            r.fields.push_back(std::move(field));
        }
        for (auto &g : t.tables("group")) {
            if (r.each) {
                m_faults->add(g.pos(), "a record with each has no groups: its rows are elements already");
            }
            read_group(r, g);
        }
        t.finish("[[record]]");
        return r;
    }

    std::vector<std::string> pointer(TomlTable &t, std::string const &key, std::string const &text)
    {
        std::vector<std::string> tokens;
        if (!read_json_pointer(text, tokens)) {
            t.fault(key, fmt::format("\"{}\" is no JSON pointer; it begins with / as \"/{}\"", text, text));
        }
        return tokens;
    }

    void read_when(Record &r, TomlTable &w)
    {
        When when;
        if (fixed()) {
            when.at = static_cast<std::size_t>(w.integer("at", 1, 1 << 20).value_or(1)) - 1;
            if (!w.has("at")) {
                m_faults->add(w.pos(), "at is missing; it must be the 1-based byte where value stands");
            }
        } else if (json()) {
            when.path = pointer(w, "path", w.required_text("path"));
        } else {
            when.column = w.required_text("column");
        }
        auto const value = w.required_text("value");
        when.value = m_layout.encoding ? from_utf8(value, *m_layout.encoding).value_or(value) : value;
        w.finish("when");
        r.when.push_back(std::move(when));
    }

    void read_group(Record &r, TomlTable &t)
    {
        Group g;
        g.pos = t.pos();
        g.name = identifier(t, "name");
        g.words = t.texts("of");
        g.has_words = t.has("of");
        auto const times = t.integer("times", 1, 1000);
        if (g.has_words == times.has_value()) {
            m_faults->add(t.pos(), "a group has either times = N or of = [\"word\", …]");
        }
        for (std::int64_t i = 1; times && i <= *times; ++i) {
            g.words.push_back(std::to_string(i));
        }
        auto const when = t.required_text("when");
        std::string names;
        for (auto &f : t.tables("fields")) {
            Group::Column c;
            c.name = identifier(f, "name");
            auto const pattern = f.required_text("column");
            for (auto const &word : g.words) {
                c.fields.push_back(repeated_field(r, f, replaced(pattern, "{n}", word), c.fields));
            }
            if (r.field_index(c.name) >= 0) {
                f.fault("name", fmt::format("\"{}\" is already a field of the line; a group's field needs a name of its own", c.name));
            }
            f.finish("a group's field");
            if (c.name == when) {
                g.when = static_cast<int>(g.columns.size());
            }
            g.columns.push_back(std::move(c));
        }
        if (g.when < 0 && !when.empty()) {
            t.fault("when", fmt::format("when = \"{}\" is no field of this group", when));
        }
        t.finish("[[record.group]]");
        r.groups.push_back(std::move(g));
    }

    /// A repetition's field: of the record, and of the same type as that of the first repetition, whose column it shares.
    static int repeated_field(Record const &r, TomlTable &f, std::string const &name, std::vector<int> const &before)
    {
        int const i = r.field_index(name);
        if (i < 0) {
            f.fault("column", unknown_word("field of this record", name, field_names(r)));
        } else if (!before.empty() && before.front() >= 0) {
            auto const &first = r.fields[static_cast<std::size_t>(before.front())];
            auto const &field = r.fields[static_cast<std::size_t>(i)];
            if (field.type != first.type || field.scale != first.scale) {
                f.fault("column",
                        fmt::format("fields \"{}\" and \"{}\" differ in type or scale; a group's column has one", first.name, name));
            }
        }
        return i;
    }

    static std::vector<std::string> field_names(Record const &r)
    {
        std::vector<std::string> out;
        for (auto const &f : r.fields) {
            out.push_back(f.name);
        }
        return out;
    }

    void check_records()
    {
        auto &records = m_layout.records;
        if (records.empty()) {
            m_faults->add(m_top.pos(), "a layout needs at least one [[record]]");
        }
        std::set<std::string> names;
        for (auto &r : records) {
            if (r.name.empty() && records.size() > 1) {
                m_faults->add(r.pos, "name is missing; each of several records needs one");
            } else if (!names.insert(r.name).second) {
                m_faults->add(r.pos, fmt::format("record \"{}\" stands twice", r.name));
            }
            if (r.fields.empty() && r.role == RecordRole::detail) {
                m_faults->add(r.pos, "fields are missing; a detail record needs at least one");
            }
            check_when(r);
        }
        check_groups();
        bind_unique();
    }

    /// Without a header a column is known by the field that stands there.
    void check_when(Record const &r)
    {
        if (!m_layout.has_columns() || m_layout.header) {
            return;
        }
        for (auto const &w : r.when) {
            if (r.field_index(w.column) < 0) {
                m_faults->add(r.pos, unknown_word("field of this record in when", w.column, field_names(r)));
            }
        }
    }

    /// Records and groups share the names e_NAME.
    void check_groups()
    {
        std::set<std::string> names;
        for (auto const &r : m_layout.records) {
            names.insert(r.name);
        }
        for (auto const &r : m_layout.records) {
            for (auto const &g : r.groups) {
                if (!g.name.empty() && !names.insert(g.name).second) {
                    m_faults->add(g.pos, fmt::format("e_{} is already a record's or another group's name", g.name));
                }
            }
        }
    }

    void bind_unique()
    {
        bool bound = m_layout.unique.empty();
        for (auto &r : m_layout.records) {
            std::vector<int> key;
            for (auto const &name : m_layout.unique) {
                key.push_back(r.field_index(name));
            }
            if (r.role == RecordRole::detail && std::find(key.begin(), key.end(), -1) == key.end()) {
                for (int const i : key) {
                    r.fields[static_cast<std::size_t>(i)].key = true;
                }
                r.unique = std::move(key);
                bound = true;
            }
        }
        if (!bound) {
            m_top.fault("unique", fmt::format("unique = {} names fields that no detail record has together", join(m_layout.unique, ", ")));
        }
    }

    void read_sample(TomlTable &t)
    {
        Sample s;
        s.pos = t.pos_of("line");
        s.line = t.required_text("line");
        s.expect_pos = t.pos_of("expect");
        if (auto expect = t.table("expect")) {
            for (auto const &e : expect->entries()) {
                s.expect.emplace_back(e.key, e.value.text);
            }
        } else {
            m_faults->add(t.pos(), "expect is missing; a sample says what its fields hold");
        }
        t.finish("[[sample]]");
        m_layout.samples.push_back(std::move(s));
    }

    TomlTable m_top;
    Faults *m_faults;
    Layout m_layout;
    bool m_has_separator = false;
};

} // namespace

Layout read_layout(TomlValue const &root, std::string_view file_text, Faults &faults) { return LayoutReader(root, faults).read(file_text); }

} // namespace atom
