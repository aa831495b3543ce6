#include "engine/online/action_form.hpp"

#include "engine/base/text.hpp"
#include "engine/job/report_text.hpp"
#include "engine/online/html.hpp"

#include <fmt/format.h>

namespace atom {

namespace {

std::string label_of(Field const &f)
{
    if (!f.label.empty()) {
        return f.label;
    }
    auto out = replaced(f.name, "_", " ");
    out[0] = to_upper(out.substr(0, 1))[0];
    return out;
}

std::string options_of(Field const &f, std::string const &value)
{
    std::string out = f.required ? "" : fmt::format("<option value=\"\"{}>–</option>", value.empty() ? " selected" : "");
    for (auto const &[word, stored] : f.values) {
        out += fmt::format("<option value=\"{0}\"{1}>{0}</option>", escaped(word), word == value ? " selected" : "");
    }
    return out;
}

std::string buttons_of(Field const &f, std::string const &value)
{
    std::string out;
    for (auto const &[word, stored] : f.values) {
        out += fmt::format("<label><input type=\"radio\" name=\"{0}\" value=\"{1}\"{2}{3}><span>{1}</span></label>", escaped(f.name),
                           escaped(word), word == value ? " checked" : "", f.required ? " required" : "");
    }
    return "<div class=\"choices\">" + out + "</div>";
}

std::string_view input_kind(Field const &f)
{
    switch (f.type) {
    case FieldType::integer: return "inputmode=\"numeric\"";
    case FieldType::decimal: return "inputmode=\"decimal\"";
    case FieldType::date: return "type=\"date\"";
    case FieldType::time: return "type=\"time\"";
    case FieldType::phone: return "type=\"tel\"";
    default: return "type=\"text\"";
    }
}

std::string hidden(std::string_view name, std::string_view value)
{
    return fmt::format("<input type=\"hidden\" name=\"{}\" value=\"{}\">", escaped(name), escaped(value));
}

struct OwnAction
{
    char const *name, *status, *title, *what;
};

constexpr OwnAction k_own[] = {
    {"atom:approve", "held", "Aprovar", "O arquivo roda na próxima volta, apesar do que o reteve."},
    {"atom:release", "waiting", "Liberar", "O arquivo roda na próxima volta, sem o que ele espera."},
    {"atom:retry", "failed", "Tentar de novo", "O arquivo é lido de novo na próxima volta."},
};

OwnAction const *own_action(std::string const &name)
{
    auto const *const it = std::find_if(std::begin(k_own), std::end(k_own), [&](OwnAction const &o) { return name == o.name; });
    return it == std::end(k_own) ? nullptr : it;
}

class ActionForm
{
public:
    explicit ActionForm(ActionFormSetting const &setting) : m_set(setting), m_own(own_action(setting.action.name)) {}

    std::string html() const
    {
        if (m_own != nullptr && !fits_status()) {
            return {};
        }
        auto const title = m_own != nullptr ? std::string(m_own->title) : m_set.action.title;
        auto const form = fmt::format("<form class=\"action\" method=\"post\" action=\"{}\">{}{}{}<div><button>{}</button></div></form>",
                                      escaped(m_set.address), m_set.open ? fmt::format("<h3>{}</h3>", escaped(title)) : "", engine_fields(),
                                      m_own != nullptr ? own_fields() : fields(), m_own != nullptr ? "Confirmar" : "Gravar");
        return m_set.open ? form : fmt::format("<details class=\"act\"><summary>{}</summary>{}</details>", escaped(title), form);
    }

private:
    std::string text(std::size_t i) const { return plain_cell(m_set.rows.columns[i], m_set.row[i]); }

    std::string parameter_or_first(std::string const &name) const
    {
        auto const it = m_set.parameters.find(name);
        return it == m_set.parameters.end() ? text(0) : plain_cell({name, name, -1, false}, it->second);
    }

    bool fits_status() const
    {
        int const i = m_set.rows.column_index("status");
        return i < 0 || text(static_cast<std::size_t>(i)) == m_own->status;
    }

    std::string engine_fields() const
    {
        return hidden("atom.chave", m_set.form_key) + hidden("atom.acao", m_set.action.name) + hidden("atom.volta", m_set.query);
    }

    std::string own_fields() const
    {
        std::vector<std::string> names;
        for (auto const &c : m_set.rows.columns) {
            names.push_back(c.name);
        }
        auto const i = file_column(names);
        return (i ? hidden("atom.arquivo", text(*i)) : "") + fmt::format("<div>{}</div>", m_own->what);
    }

    std::string fields() const
    {
        std::string out;
        auto const &in_path = m_set.action.in_path;
        for (auto const &f : m_set.action.fields) {
            int const i = m_set.rows.column_index(f.name);
            if (std::find(in_path.begin(), in_path.end(), f.name) != in_path.end()) {
                out += hidden(f.name, i >= 0 ? text(static_cast<std::size_t>(i)) : parameter_or_first(f.name));
            } else if (i >= 0 && f.label.empty()) {
                out += hidden(f.name, text(static_cast<std::size_t>(i)));
            } else if (f.required || !f.label.empty()) {
                out += input_field(f, i < 0 ? "" : text(static_cast<std::size_t>(i)), fmt::format("f{}-", text(0)), m_set.open);
            }
        }
        return out;
    }

    ActionFormSetting const &m_set;
    OwnAction const *m_own;
};

} // namespace

std::string input_field(Field const &f, std::string const &value, std::string const &prefix, bool buttons)
{
    auto const id = escaped(prefix + f.name);
    auto const label = escaped(label_of(f));
    auto const help = f.help.empty() ? std::string() : fmt::format("<small>{}</small>", escaped(f.help));
    auto const required = f.required ? " required" : "";
    if (!f.values.empty() && buttons) {
        return fmt::format("<fieldset><legend>{}</legend>{}{}</fieldset>", label, buttons_of(f, value), help);
    }
    auto const input =
        f.values.empty()
            ? fmt::format("<input id=\"{}\" name=\"{}\" {} value=\"{}\"{}>", id, escaped(f.name), input_kind(f), escaped(value), required)
            : fmt::format("<select id=\"{}\" name=\"{}\"{}>{}</select>", id, escaped(f.name), required, options_of(f, value));
    return fmt::format("<div class=\"field\"><label for=\"{}\">{}</label>{}{}</div>", id, label, input, help);
}

std::string action_form(ActionFormSetting const &setting) { return ActionForm(setting).html(); }

} // namespace atom
