#include "engine/job/column_facts.hpp"

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
    if (field.sensitive) {
        m_sensitive.insert(column);
    }
}

std::optional<int> ColumnFacts::scale(std::string const &table, std::string const &column) const
{
    auto const it = m_scales.find({table, column});
    return it == m_scales.end() ? std::nullopt : std::optional(it->second);
}

bool ColumnFacts::is_sensitive(std::string const &table, std::string const &column) const
{
    // of a rejected line: whatever stood in the file
    bool const of_line = table == "atom_reject" && (column == "valor" || column == "registro" || column == "mensagem");
    if (of_line || m_sensitive.count(column) > 0) {
        return true;
    }
    auto const explained = m_explained.find(table);
    return m_opaque.count(table) > 0 && explained->second.count(column) == 0;
}

} // namespace atom
