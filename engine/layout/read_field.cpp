#include "engine/layout/read_field.hpp"

#include "engine/base/decimal.hpp"
#include "engine/base/json_text.hpp"
#include "engine/base/text.hpp"
#include "engine/layout/value.hpp"

#include <fmt/format.h>

#include <stdexcept>

namespace atom {

namespace {

bool is_identifier(std::string_view s)
{
    auto const word = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; };
    return !s.empty() && !(s[0] >= '0' && s[0] <= '9') && std::all_of(s.begin(), s.end(), word);
}

std::vector<std::string> const k_types = {"text", "integer", "decimal", "date", "time", "datetime", "document", "phone", "boolean", "json"};

FieldType type_of(std::string const &name)
{
    auto const it = std::find(k_types.begin(), k_types.end(), name);
    return it == k_types.end() ? FieldType::text : static_cast<FieldType>(it - k_types.begin());
}

bool is_own_name(std::string_view name)
{
    auto const own = {"linha", "ordem", "grupo", "rowid", "arquivo_id"};
    return std::any_of(own.begin(), own.end(), [&](char const *n) { return name == n; });
}

StoredValue stored_boolean(bool b)
{
    StoredValue s;
    s.none = false;
    s.integer = b ? 1 : 0;
    return s;
}

class FieldReader
{
public:
    FieldReader(TomlTable &table, FieldSetting const &setting) : m_table(table), m_setting(setting) {}

    Field read()
    {
        m_field.pos = m_table.pos();
        m_field.name = identifier(m_table, "name");
        if (is_own_name(m_field.name)) {
            m_table.fault("name", fmt::format("\"{}\" is a name of the engine's own; choose another", m_field.name));
        }
        m_field.type = type_of(m_table.choice("type", k_types).value_or("text"));
        m_field.typed_cells = m_setting.format == Format::xlsx && !joined();
        m_field.decimal_separator = m_setting.decimal_separator;
        read_place();
        read_type();
        m_field.required = m_table.flag("required");
        m_field.sensitive = m_table.flag("sensitive");
        auto const bad = joined() ? "reject" : m_table.choice("on_invalid", {"reject", "null", "keep"}).value_or("reject");
        m_field.on_invalid = bad == "null" ? OnInvalid::null : bad == "keep" ? OnInvalid::keep : OnInvalid::reject;
        m_field.label = m_table.text_or("label", "");
        m_field.help = m_table.text_or("help", "");
        read_values();
        if (auto const *v = m_table.value("default")) {
            m_field.default_value = store(v->text, v->pos, "default");
        }
        m_table.finish("a field");
        return std::move(m_field);
    }

private:
    bool fixed() const { return m_setting.format == Format::fixed; }
    bool joined() const { return m_table.has("join"); }

    /// Nobody sends it: it is what its parts say, or nothing.
    void read_join()
    {
        if (m_table.texts("join").empty()) {
            m_table.fault("join", fmt::format("join of field \"{}\" must name the fields that it is put together of", m_field.name));
        }
        if (m_field.type == FieldType::json) {
            m_table.fault("type", "a joined field has no type = \"json\"");
        }
        for (auto const *key : {"at", "len", "column", "path", "optional", "required", "on_invalid", "values", "default"}) {
            if (m_table.value(key) != nullptr) {
                m_table.fault(key, fmt::format("a joined field has no {}: it stands nowhere in the line, and what is no {} is none", key,
                                               k_types[static_cast<std::size_t>(m_field.type)]));
            }
        }
    }

    void read_place()
    {
        if (joined()) {
            return read_join();
        }
        if (m_setting.format == Format::json) {
            auto const text = m_table.text_or("path", "/" + m_field.name);
            if (!read_json_pointer(text, m_field.path)) {
                m_table.fault("path", fmt::format("\"{}\" is no JSON pointer; it begins with / as \"/{}\"", text, text));
            }
            return;
        }
        if (!fixed()) {
            m_field.column = m_table.text_or("column", m_field.name);
            m_field.optional = m_setting.format != Format::jsonl && m_table.flag("optional");
            return;
        }
        for (auto const *key : {"at", "len"}) {
            if (!m_table.has(key)) {
                m_table.faults().add(m_table.pos(),
                                     fmt::format("{} of field \"{}\" is missing; it must be a number of bytes from 1", key, m_field.name));
            }
        }
        m_field.at = static_cast<std::size_t>(m_table.integer("at", 1, 1 << 20).value_or(1)) - 1;
        m_field.len = static_cast<std::size_t>(m_table.integer("len", 1, 1 << 20).value_or(1));
        if (m_setting.length && m_field.at + m_field.len > *m_setting.length) {
            m_table.fault("len", fmt::format("field \"{}\" ends at byte {}, past the record's length {}", m_field.name,
                                             m_field.at + m_field.len, *m_setting.length));
        }
    }

    void read_type()
    {
        if (m_field.type == FieldType::json && m_setting.format != Format::json) {
            m_table.fault("type", "type = \"json\" is for layouts of format = \"json\"");
        }
        bool const temporal = m_field.type == FieldType::date || m_field.type == FieldType::time || m_field.type == FieldType::datetime;
        if (m_field.type == FieldType::decimal) {
            read_decimal();
        } else if (m_field.type == FieldType::text) {
            m_field.strip_zeros = m_table.flag("strip_zeros");
        } else if (temporal) {
            read_formats();
        }
    }

    void read_decimal()
    {
        if (!m_table.has("scale")) {
            m_table.faults().add(m_table.pos(),
                                 fmt::format("scale of decimal \"{}\" is missing; allowed: 0 to {}", m_field.name, k_max_scale));
        }
        m_field.scale = static_cast<int>(m_table.integer("scale", 0, k_max_scale).value_or(2));
        m_field.implied_decimals = fixed() && !m_setting.separator_is_written;
        if (auto const s = m_table.choice("decimal_separator", {",", "."})) {
            m_field.decimal_separator = (*s)[0];
            m_field.implied_decimals = false;
        }
    }

    void read_formats()
    {
        auto const kind = m_field.type == FieldType::date   ? DateKind::date
                          : m_field.type == FieldType::time ? DateKind::time
                                                            : DateKind::datetime;
        auto formats = m_table.texts("format");
        if (formats.empty()) {
            if (fixed() && !m_table.has("format")) {
                m_table.faults().add(m_table.pos(), fmt::format("format of \"{}\" is missing; for example \"YYYYMMDD\"", m_field.name));
            }
            char const *const iso[] = {"YYYY-MM-DD", "HH:MM:SS", "YYYY-MM-DD HH:MM:SS"};
            formats = {iso[static_cast<int>(kind)]};
        }
        for (auto const &text : formats) {
            try {
                m_field.formats.emplace_back(text, kind);
                if (fixed() && !joined() && m_field.formats.back().length() > m_field.len && m_table.has("format")) {
                    m_table.fault("format", fmt::format("format \"{}\" is longer than the field's {} bytes", text, m_field.len));
                }
            } catch (std::invalid_argument const &e) {
                m_table.fault("format", e.what());
            }
        }
    }

    /// `values = ["A", "B"]` (what stands in the file is kept, a boolean's first is true) or a map from the file's text to what is kept.
    void read_values()
    {
        auto const *v = m_table.value("values");
        if (v == nullptr) {
            return;
        }
        if (v->kind == TomlValue::Kind::array) {
            for (auto const &item : v->items) {
                auto stored =
                    m_field.type == FieldType::boolean ? stored_boolean(m_field.values.empty()) : store(item.text, item.pos, "value");
                m_field.values.emplace_back(item.text, std::move(stored));
            }
            if (m_field.type == FieldType::boolean && m_field.values.size() != 2) {
                m_table.fault("values", "values of a boolean are two texts, the true one first, or a map from text to true or false");
            }
            return;
        }
        if (v->kind != TomlValue::Kind::table) {
            m_table.fault("values", "values must be a list, or a map from the file's text to what is kept");
            return;
        }
        for (auto const &e : v->entries) {
            m_field.values.emplace_back(e.key, mapped_value(e.value));
        }
    }

    StoredValue mapped_value(TomlValue const &v)
    {
        if (m_field.type != FieldType::boolean) {
            return store(v.text, v.pos, "value");
        }
        if (v.kind != TomlValue::Kind::boolean) {
            m_table.faults().add(v.pos, "a boolean's values map to true or false");
        }
        return stored_boolean(v.boolean);
    }

    StoredValue store(std::string const &text, SourcePos const &pos, char const *what)
    {
        auto s = stored_value(m_field, text);
        if (!s) {
            m_table.faults().add(pos, fmt::format("{} \"{}\" is no {} that field \"{}\" takes", what, text,
                                                  k_types[static_cast<std::size_t>(m_field.type)], m_field.name));
            return {};
        }
        return *std::move(s);
    }

    TomlTable &m_table;
    FieldSetting const &m_setting;
    Field m_field;
};

} // namespace

std::string identifier(TomlTable &table, std::string const &key)
{
    auto const name = table.required_text(key);
    if (!name.empty() && !is_identifier(name)) {
        table.fault(key, fmt::format("\"{}\" cannot be a name; allowed: a-z, 0-9 and _, not beginning with a digit", name));
    }
    return name;
}

Field read_field(TomlTable &table, FieldSetting const &setting) { return FieldReader(table, setting).read(); }

} // namespace atom
