#include "engine/base/toml.hpp"

#include "engine/base/file.hpp"
#include "engine/base/text.hpp"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>

namespace atom {

void Faults::add(SourcePos pos, std::string message)
{
    m_faults.push_back({std::move(pos), std::move(message)});
}

void Faults::throw_if_any() const
{
    if (m_faults.empty()) {
        return;
    }
    auto sorted = m_faults;
    std::stable_sort(sorted.begin(), sorted.end(), [](ConfigFault const &a, ConfigFault const &b) {
        return std::tie(a.pos.file, a.pos.line, a.pos.column) < std::tie(b.pos.file, b.pos.line, b.pos.column);
    });
    throw ConfigError(std::move(sorted));
}

TomlValue const *TomlValue::find(std::string_view key) const noexcept
{
    auto const it = std::find_if(entries.begin(), entries.end(), [&](Entry const &e) { return e.key == key; });
    return it == entries.end() ? nullptr : &it->value;
}

namespace {

SourcePos position(toml::source_region const &region, std::string const &shown)
{
    return {shown, static_cast<int>(region.begin.line), static_cast<int>(region.begin.column)};
}

TomlValue convert(toml::node const &node, std::string const &shown)
{
    TomlValue v;
    v.pos = position(node.source(), shown);
    if (auto const *s = node.as_string()) {
        v.kind = TomlValue::Kind::text;
        v.text = s->get();
    } else if (auto const *i = node.as_integer()) {
        v.kind = TomlValue::Kind::integer;
        v.integer = i->get();
        v.text = std::to_string(v.integer);
    } else if (auto const *f = node.as_floating_point()) {
        v.kind = TomlValue::Kind::real;
        v.text = fmt::format("{}", f->get());
    } else if (auto const *b = node.as_boolean()) {
        v.kind = TomlValue::Kind::boolean;
        v.boolean = b->get();
        v.text = v.boolean ? "true" : "false";
    } else if (auto const *a = node.as_array()) {
        v.kind = TomlValue::Kind::array;
        for (auto const &item : *a) {
            v.items.push_back(convert(item, shown));
        }
    } else if (auto const *t = node.as_table()) {
        v.kind = TomlValue::Kind::table;
        for (auto const &[key, value] : *t) {
            v.entries.push_back({std::string(key.str()), position(key.source(), shown), convert(value, shown)});
        }
        // toml++ keeps a table sorted by key; the order of the file is what users think in
        std::stable_sort(v.entries.begin(), v.entries.end(), [](auto const &x, auto const &y) {
            return std::tie(x.pos.line, x.pos.column) < std::tie(y.pos.line, y.pos.column);
        });
    }
    return v;
}

} // namespace

std::optional<TomlValue> parse_toml(std::string_view content, std::string const &shown, Faults &faults)
{
    try {
        auto const table = toml::parse(content);
        auto v = convert(table, shown);
        v.pos = {shown, 1, 1};
        return v;
    } catch (toml::parse_error const &e) {
        faults.add(position(e.source(), shown), std::string(e.description()));
        return std::nullopt;
    }
}

std::optional<TomlValue> parse_toml_file(std::filesystem::path const &path, std::string const &shown, Faults &faults)
{
    try {
        return parse_toml(read_file(path), shown, faults);
    } catch (FileError const &e) {
        faults.add({shown, 0, 0}, e.what());
        return std::nullopt;
    }
}

TomlValue const *TomlTable::get(std::string const &key, TomlValue::Kind kind, char const *wanted)
{
    auto const *v = value(key);
    if (v != nullptr && v->kind != kind) {
        m_faults->add(v->pos, fmt::format("{} must be {}", key, wanted));
        return nullptr;
    }
    return v;
}

TomlValue const *TomlTable::value(std::string const &key)
{
    m_known.insert(key);
    return m_table->find(key);
}

bool TomlTable::has(std::string const &key)
{
    return value(key) != nullptr;
}

std::optional<std::string> TomlTable::text(std::string const &key)
{
    auto const *v = get(key, TomlValue::Kind::text, "a text in quotes");
    return v ? std::optional(v->text) : std::nullopt;
}

std::string TomlTable::text_or(std::string const &key, std::string fallback)
{
    auto v = text(key);
    return v ? *std::move(v) : std::move(fallback);
}

std::string TomlTable::required_text(std::string const &key)
{
    if (!has(key)) {
        m_faults->add(pos(), fmt::format("{} is missing; it must be a text in quotes", key));
        return {};
    }
    auto s = text_or(key, "");
    if (s.empty() && value(key)->kind == TomlValue::Kind::text) {
        fault(key, fmt::format("{} is empty", key));
    }
    return s;
}

std::optional<std::int64_t> TomlTable::integer(std::string const &key, std::int64_t least, std::int64_t most)
{
    auto const *v = get(key, TomlValue::Kind::integer, "a whole number");
    if (v == nullptr) {
        return std::nullopt;
    }
    if (v->integer < least || v->integer > most) {
        m_faults->add(v->pos, fmt::format("{} is {}; allowed: {} to {}", key, v->integer, least, most));
        return std::nullopt;
    }
    return v->integer;
}

std::optional<bool> TomlTable::boolean(std::string const &key)
{
    auto const *v = get(key, TomlValue::Kind::boolean, "true or false");
    return v ? std::optional(v->boolean) : std::nullopt;
}

std::vector<std::string> TomlTable::texts(std::string const &key)
{
    auto const *v = value(key);
    if (v == nullptr) {
        return {};
    }
    if (v->kind == TomlValue::Kind::text) {
        return {v->text};
    }
    if (v->kind != TomlValue::Kind::array) {
        m_faults->add(v->pos, fmt::format("{} must be a text or a list of texts", key));
        return {};
    }
    std::vector<std::string> out;
    for (auto const &item : v->items) {
        if (item.kind == TomlValue::Kind::text) {
            out.push_back(item.text);
        } else {
            m_faults->add(item.pos, fmt::format("{} must hold texts in quotes only", key));
        }
    }
    return out;
}

std::vector<TomlTable> TomlTable::tables(std::string const &key)
{
    auto const *v = value(key);
    std::vector<TomlTable> out;
    if (v == nullptr) {
        return out;
    }
    if (v->kind == TomlValue::Kind::table) {
        out.emplace_back(*v, *m_faults);
        return out;
    }
    if (v->kind != TomlValue::Kind::array) {
        m_faults->add(v->pos, fmt::format("{} must be a list of tables", key));
        return out;
    }
    for (auto const &item : v->items) {
        if (item.kind == TomlValue::Kind::table) {
            out.emplace_back(item, *m_faults);
        } else {
            m_faults->add(item.pos, fmt::format("{} must hold tables only", key));
        }
    }
    return out;
}

std::optional<TomlTable> TomlTable::table(std::string const &key)
{
    auto const *v = get(key, TomlValue::Kind::table, "a table");
    return v ? std::optional(TomlTable(*v, *m_faults)) : std::nullopt;
}

std::optional<std::string> TomlTable::choice(std::string const &key, std::vector<std::string> const &allowed)
{
    auto const v = text(key);
    if (v && std::find(allowed.begin(), allowed.end(), *v) == allowed.end()) {
        fault(key, unknown_word(key, *v, allowed));
        return std::nullopt;
    }
    return v;
}

std::vector<TomlValue::Entry> const &TomlTable::entries()
{
    m_free = true;
    return m_table->entries;
}

void TomlTable::finish(std::string_view kind)
{
    if (m_free) {
        return;
    }
    std::vector<std::string> const known(m_known.begin(), m_known.end());
    for (auto const &e : m_table->entries) {
        if (m_known.count(e.key) == 0) {
            m_faults->add(e.pos, unknown_word(fmt::format("key in {}", kind), e.key, known));
        }
    }
}

SourcePos TomlTable::pos_of(std::string const &key) const
{
    auto const *v = m_table->find(key);
    return v ? v->pos : m_table->pos;
}

} // namespace atom
