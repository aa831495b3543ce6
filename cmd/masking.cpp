#include "cmd/masking.hpp"

#include "engine/base/text.hpp"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

namespace atom {

namespace {

/// The texts that stand in a message where its template has {column}; none if it is not of this template.
std::optional<std::vector<std::pair<std::string, std::string>>> filled_in(std::string const &pattern, std::string const &message)
{
    std::vector<std::pair<std::string, std::string>> out;
    std::size_t at = 0, literal = 0;
    for (auto open = pattern.find('{'); open != std::string::npos; open = pattern.find('{', literal)) {
        auto const close = pattern.find('}', open);
        if (close == std::string::npos || message.compare(at, open - literal, pattern, literal, open - literal) != 0) {
            return std::nullopt;
        }
        at += open - literal;
        literal = close + 1;
        auto const next = pattern.substr(literal, pattern.find('{', literal) - literal);
        auto const end = next.empty() ? message.size() : message.find(next, at);
        if (end == std::string::npos) {
            return std::nullopt;
        }
        out.emplace_back(pattern.substr(open + 1, close - open - 1), message.substr(at, end - at));
        at = end;
    }
    return out;
}

bool is_engine_code(std::string const &code)
{
    for (int i = 0; i <= static_cast<int>(LineFault::incomplete_key); ++i) {
        if (code == code_of(static_cast<LineFault>(i))) {
            return true;
        }
    }
    for (int i = 0; i <= static_cast<int>(FileFault::rule); ++i) {
        if (code == code_of(static_cast<FileFault>(i))) {
            return true;
        }
    }
    return false;
}

void mask_within(std::string &text, std::string const &value)
{
    if (!value.empty()) {
        text = replaced(std::move(text), value, masked(value));
    }
}

bool is_sensitive_in(Layout const &layout, std::string const &field)
{
    return std::any_of(layout.records.begin(), layout.records.end(), [&](Record const &r) {
        auto const marked = [&](int i) { return i >= 0 && r.fields[static_cast<std::size_t>(i)].sensitive; };
        return marked(r.field_index(field)) || std::any_of(r.groups.begin(), r.groups.end(), [&](Group const &g) {
                   return std::any_of(g.columns.begin(), g.columns.end(), [&](Group::Column const &c) {
                       return c.name == field && std::any_of(c.fields.begin(), c.fields.end(), marked);
                   });
               });
    });
}

std::string without_number(std::string name)
{
    while (!name.empty() && is_digits(name.substr(name.size() - 1))) {
        name.pop_back();
    }
    return name;
}

/// Eight digits or more that are no date, or an address of e-mail.
bool looks_personal(std::string const &value)
{
    if (value.find('@') != std::string::npos) {
        return true;
    }
    bool const is_date = value.size() >= 10 && value[4] == '-' && value[7] == '-';
    return !is_date && digits_of(value).size() >= 8;
}

} // namespace

void RejectMasker::apply(Reject &r, FileRow const &file) const
{
    if (m_reveal) {
        return;
    }
    r.registro.clear();
    mask_message(r, file);
    if (is_sensitive(file, r.campo) && !r.valor.empty()) {
        mask_within(r.mensagem, r.valor);
        r.valor = masked(r.valor);
    }
}

/// A rule's message may hold any column. Where the rule is not found any more, all of the message is masked.
void RejectMasker::mask_message(Reject &r, FileRow const &file) const
{
    auto const *const job = m_workspace.job(file.job);
    for (auto const &rule : job != nullptr ? job->rules : std::vector<Rule>{}) {
        if (rule.code != r.codigo) {
            continue;
        }
        if (auto const values = filled_in(rule.message, r.mensagem)) {
            for (auto const &[column, value] : *values) {
                if (is_sensitive(file, column)) {
                    mask_within(r.mensagem, value);
                }
            }
            return;
        }
    }
    if (r.linha != 0 && !is_engine_code(r.codigo)) {
        r.mensagem = masked(r.mensagem);
    }
}

bool RejectMasker::is_sensitive(FileRow const &file, std::string const &field) const
{
    auto const layout = m_workspace.layouts.find(file.layout);
    return layout == m_workspace.layouts.end() || is_sensitive_in(*layout->second, field);
}

ColumnMasker::ColumnMasker(Workspace const &workspace, bool reveal) : m_reveal(reveal)
{
    auto const note = [&](std::string const &name, bool sensitive) {
        m_known.insert(name);
        if (sensitive) {
            m_sensitive.insert(without_number(name));
        }
    };
    for (auto const &[name, layout] : workspace.layouts) {
        for (auto const &r : layout->records) {
            for (auto const &f : r.fields) {
                note(f.name, f.sensitive);
            }
            for (auto const &g : r.groups) {
                for (auto const &c : g.columns) {
                    note(c.name, is_sensitive_in(*layout, c.name));
                }
            }
        }
    }
}

bool ColumnMasker::masks(std::string const &column, std::string const &value) const
{
    if (m_reveal || value.empty()) {
        return false;
    }
    return m_sensitive.count(without_number(column)) > 0 || (m_known.count(column) == 0 && looks_personal(value));
}

std::string ColumnMasker::text(std::string const &column, std::string const &value) const
{
    return masks(column, value) ? masked(value) : value;
}

} // namespace atom
