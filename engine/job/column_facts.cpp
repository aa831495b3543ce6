#include "engine/job/column_facts.hpp"

#include "engine/base/text.hpp"

#include <cctype>

namespace atom {

namespace {

/// The field that a record has under this name, itself or as a column of a group.
Field const *field_named(Record const &record, std::string_view name)
{
    if (int const i = record.field_index(name); i >= 0) {
        return &record.fields[static_cast<std::size_t>(i)];
    }
    for (auto const &g : record.groups) {
        for (auto const &c : g.columns) {
            if (c.name == name && !c.fields.empty() && c.fields.front() >= 0) {
                return &record.fields[static_cast<std::size_t>(c.fields.front())];
            }
        }
    }
    return nullptr;
}

std::vector<std::string> column_names(Record const &record)
{
    std::vector<std::string> out;
    for (auto const &f : record.fields) {
        out.push_back(f.name);
    }
    for (auto const &g : record.groups) {
        for (auto const &c : g.columns) {
            out.push_back(c.name);
        }
    }
    return out;
}

/// The SQL has this word; `or_longer`: or one that goes on with _, as e_lines.
bool has_word(std::string_view sql, std::string_view word, bool or_longer)
{
    auto const is_word = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; };
    for (auto at = sql.find(word); at != std::string_view::npos; at = sql.find(word, at + 1)) {
        char const before = at == 0 ? ' ' : sql[at - 1];
        char const after = at + word.size() < sql.size() ? sql[at + word.size()] : ' ';
        if (!is_word(before) && (!is_word(after) || (or_longer && after == '_'))) {
            return true;
        }
    }
    return false;
}

} // namespace

namespace {

/// Of a rejected line, whatever stood in the file; of a message, what was put into it and what came back.
bool is_of_line(std::string_view table, std::string_view column)
{
    return (table == "atom_reject" && (column == "valor" || column == "registro" || column == "mensagem")) ||
           (table == "atom_sent" && (column == "row" || column == "answer"));
}

/// "*" or "t.*", not count(*).
bool takes_all_columns(std::string_view sql)
{
    for (auto at = sql.find('*'); at != std::string_view::npos; at = sql.find('*', at + 1)) {
        auto const before = sql.find_last_not_of(" \t\r\n", at == 0 ? 0 : at - 1);
        if (before == std::string_view::npos || sql[before] != '(') {
            return true;
        }
    }
    return false;
}

} // namespace

bool ColumnFacts::is_read_by(std::string_view sql, std::string const &table, std::string const &column) const
{
    bool const named = !is_of_line(table, column) || takes_all_columns(sql) || has_word(to_lower(sql), column, false);
    return named && is_sensitive(table, column);
}

ColumnFacts::ColumnFacts(Workspace const &workspace)
{
    for (auto const &job : workspace.jobs) {
        for (auto const &layout : job.layouts()) {
            for (auto const &record : layout->records) {
                note(job, record);
            }
        }
    }
}

void ColumnFacts::note(Job const &job, Record const &record)
{
    for (auto const &name : column_names(record)) {
        if (field_named(record, name)->sensitive) {
            m_sensitive.insert(name);
        }
    }
    for (auto const &rule : job.rules) {
        note_write(rule, record);
    }
}

void ColumnFacts::note_write(Rule const &rule, Record const &record)
{
    if (rule.verb != Verb::upsert && rule.verb != Verb::insert && rule.verb != Verb::replace) {
        return;
    }
    if (!rule.record.empty() && rule.record != record.name) {
        return;
    }
    auto const names = column_names(record);
    auto &explained = m_explained[rule.text];
    for (auto const &name : names) {
        note_field(rule.text, name, *field_named(record, name));
        explained.insert(name);
    }
    bool const has_sensitive = std::any_of(names.begin(), names.end(), [&](auto const &n) { return field_named(record, n)->sensitive; });
    if (has_sensitive && rule.from.find(' ') != std::string::npos && has_word(rule.from, "e", true)) {
        m_opaque.insert(rule.text);
    }
    for (auto const &[column, sql] : rule.set) {
        explained.insert(column);
        auto const *const field = sql.compare(0, 2, "e.") == 0 ? field_named(record, std::string_view(sql).substr(2)) : nullptr;
        if (field != nullptr) {
            note_field(rule.text, column, *field);
        } else if (std::any_of(names.begin(), names.end(),
                               [&, &sql = sql](auto const &n) { return field_named(record, n)->sensitive && has_word(sql, n, false); })) {
            m_sensitive.insert(column);
        }
    }
}

void ColumnFacts::note_field(std::string const &table, std::string const &column, Field const &field)
{
    if (field.type == FieldType::decimal) {
        m_scales[{table, column}] = field.scale;
    }
    m_types[{table, column}] = field.type;
    if (field.sensitive) {
        m_sensitive.insert(column);
    }
}

std::optional<FieldType> ColumnFacts::type(std::string const &table, std::string const &column) const
{
    auto const it = m_types.find({table, column});
    return it == m_types.end() ? std::nullopt : std::optional(it->second);
}

std::optional<int> ColumnFacts::scale(std::string const &table, std::string const &column) const
{
    auto const it = m_scales.find({table, column});
    return it == m_scales.end() ? std::nullopt : std::optional(it->second);
}

bool ColumnFacts::is_sensitive(std::string const &table, std::string const &column) const
{
    if (is_of_line(table, column) || m_sensitive.count(column) > 0) {
        return true;
    }
    auto const explained = m_explained.find(table);
    return m_opaque.count(table) > 0 && explained->second.count(column) == 0;
}

std::function<void(std::string_view, std::string_view)> answers_sensitive(ColumnFacts const &facts, HttpEndpoint const &endpoint,
                                                                          bool &sensitive)
{
    return [&](std::string_view table, std::string_view column) {
        bool const of_request = table == "e" || table.substr(0, 2) == "e_";
        sensitive = sensitive || (!of_request && facts.is_read_by(endpoint.answer, std::string(table), std::string(column)));
    };
}

} // namespace atom
