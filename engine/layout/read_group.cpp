#include "engine/layout/read_group.hpp"

#include "engine/base/text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace atom {

std::vector<std::string> field_names(Record const &r)
{
    std::vector<std::string> out;
    for (auto const &f : r.fields) {
        out.push_back(f.name);
    }
    return out;
}

namespace {

/// The fields that a joined field is made of; `index_of` knows them by their names, -1 = none. `tell`: what is wrong was not told yet.
template <typename F> void join_fields(Record const &r, Field &field, TomlTable &t, bool tell, F const &index_of)
{
    for (auto const &name : t.texts("join")) {
        int const i = index_of(name);
        bool const stands_in_line = i >= 0 && !r.fields[static_cast<std::size_t>(i)].is_joined() && name != field.name;
        if (stands_in_line) {
            field.join.push_back(i);
            field.sensitive = field.sensitive || r.fields[static_cast<std::size_t>(i)].sensitive;
        } else if (tell && i < 0) {
            t.fault("join", unknown_word("field in join", name, field_names(r)));
        } else if (tell) {
            t.fault("join", fmt::format("\"{}\" is a joined field itself; join names fields that stand in the line", name));
        }
    }
}

int index_in(Group const &g, std::string const &name)
{
    auto const it = std::find_if(g.columns.begin(), g.columns.end(), [&](auto const &c) { return c.name == name; });
    return it == g.columns.end() ? -1 : static_cast<int>(it - g.columns.begin());
}

int column_named(Group const &g, TomlTable &t, std::string const &key, std::string const &name)
{
    int const i = index_in(g, name);
    if (i < 0 && !name.empty()) {
        t.fault(key, fmt::format("{} = \"{}\" is no field of this group", key, name));
    }
    return i;
}

/// A repetition's field: of the record, and of the same type as that of the first repetition, whose column it shares.
int repeated_field(Record const &r, TomlTable &f, std::string const &name, std::vector<int> const &before)
{
    int const i = r.field_index(name);
    if (i < 0) {
        f.fault("column", unknown_word("field of this record", name, field_names(r)));
    } else if (!before.empty() && before.front() >= 0) {
        auto const &first = r.fields[static_cast<std::size_t>(before.front())];
        auto const &field = r.fields[static_cast<std::size_t>(i)];
        if (field.type != first.type || field.scale != first.scale) {
            f.fault("column", fmt::format("fields \"{}\" and \"{}\" differ in type or scale; a group's column has one", first.name, name));
        }
    }
    return i;
}

/// Each repetition has a field of its own, which is no column of the record. Its parts are columns of the group, or fields of the line.
void join_repetitions(Record &r, Group &g, TomlTable &f, FieldSetting const &setting)
{
    auto const column = static_cast<std::size_t>(index_in(g, f.text_or("name", "")));
    auto const field = read_field(f, setting);
    for (std::size_t n = 0; n < g.words.size(); ++n) {
        auto repetition = field;
        repetition.name = fmt::format("{}.{}.{}", g.name, g.words[n], field.name);
        repetition.of_group = true;
        join_fields(r, repetition, f, n == 0, [&](std::string const &name) {
            int const c = index_in(g, name);
            bool const is_joined = c >= 0 && g.columns[static_cast<std::size_t>(c)].fields.size() <= n;
            return c < 0 ? r.field_index(name) : is_joined ? -1 : g.columns[static_cast<std::size_t>(c)].fields[n];
        });
        g.columns[column].fields.push_back(static_cast<int>(r.fields.size()));
        r.fields.push_back(std::move(repetition));
    }
}

void read_columns(Record &r, Group &g, TomlTable &t, FieldSetting const &setting)
{
    auto tables = t.tables("fields");
    std::vector<TomlTable *> joined;
    for (auto &f : tables) {
        Group::Column c;
        c.name = identifier(f, "name");
        if (r.field_index(c.name) >= 0) {
            f.fault("name", fmt::format("\"{}\" is already a field of the line; a group's field needs a name of its own", c.name));
        }
        if (f.has("join")) {
            joined.push_back(&f);
        } else {
            auto const pattern = f.required_text("column");
            for (auto const &word : g.words) {
                c.fields.push_back(repeated_field(r, f, replaced(pattern, "{n}", word), c.fields));
            }
            f.finish("a group's field");
        }
        g.columns.push_back(std::move(c));
    }
    for (auto *const f : joined) { // once their parts are known, wherever these stand
        join_repetitions(r, g, *f, setting);
    }
}

} // namespace

void bind_join(Record &r, std::size_t i, TomlTable &t)
{
    join_fields(r, r.fields[i], t, true, [&](std::string const &name) { return r.field_index(name); });
}

void read_group(Record &r, TomlTable &t, FieldSetting const &setting)
{
    Group g;
    g.pos = t.pos();
    g.name = identifier(t, "name");
    g.words = t.texts("of");
    g.has_words = t.has("of");
    auto const times = t.integer("times", 1, 1000);
    if (g.has_words == times.has_value()) {
        t.faults().add(t.pos(), "a group has either times = N or of = [\"word\", …]");
    }
    for (std::int64_t i = 1; times && i <= *times; ++i) {
        g.words.push_back(std::to_string(i));
    }
    read_columns(r, g, t, setting);
    g.when = column_named(g, t, "when", t.required_text("when"));
    g.distinct = column_named(g, t, "distinct", t.text_or("distinct", ""));
    if (g.distinct >= 0 && (r.field_index("posicao") >= 0 || index_in(g, "posicao") >= 0)) {
        t.fault("distinct", "distinct gives a column posicao, but a field has that name already");
    }
    t.finish("[[record.group]]");
    r.groups.push_back(std::move(g));
}

} // namespace atom
