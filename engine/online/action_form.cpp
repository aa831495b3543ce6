#include "engine/online/action_form.hpp"

#include "engine/base/text.hpp"
#include "engine/job/report_text.hpp"
#include "engine/job/shown.hpp"
#include "engine/online/html.hpp"

#include <fmt/format.h>

namespace atom {

namespace {

constexpr std::string_view k_group_end = " - ";

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
    std::string out = fmt::format("<option value=\"\"{}>–</option>", value.empty() ? " selected" : "");
    for (auto const &[word, stored] : f.values) {
        out += fmt::format("<option value=\"{0}\"{1}>{0}</option>", escaped(word), word == value ? " selected" : "");
    }
    return out;
}

/// "Não - sem carro" -> "Não"; "" where nothing is told apart.
std::string_view group_of(std::string_view word)
{
    auto const at = word.find(k_group_end);
    return at == std::string_view::npos ? std::string_view() : word.substr(0, at);
}

std::string button(Field const &f, std::string const &word, std::string_view shown)
{
    return fmt::format("<label><input type=\"radio\" name=\"{}\" value=\"{}\"{}><span>{}</span></label>", escaped(f.name), escaped(word),
                       f.required ? " required" : "", escaped(shown));
}

/// Values that begin alike, as "Não - sem carro" and "Não - sem tempo", stand together under what they share. None is chosen.
std::string buttons_of(Field const &f)
{
    std::vector<std::pair<std::string_view, std::string>> groups; // heading, buttons; in the order of the values
    auto const count = [&](std::string_view group) {
        return std::count_if(f.values.begin(), f.values.end(), [&](auto const &v) { return group_of(v.first) == group; });
    };
    for (auto const &[word, stored] : f.values) {
        auto const own = group_of(word);
        auto const group = !own.empty() && count(own) > 1 ? own : std::string_view();
        auto it = std::find_if(groups.begin(), groups.end(), [&](auto const &g) { return g.first == group; });
        it = it == groups.end() ? groups.insert(groups.end(), {group, ""}) : it;
        it->second +=
            button(f, word, group.empty() ? std::string_view(word) : std::string_view(word).substr(group.size() + k_group_end.size()));
    }
    std::string out;
    for (auto const &[heading, buttons] : groups) {
        out += heading.empty() ? "" : fmt::format("<p class=\"group\">{}</p>", escaped(heading));
        out += "<div class=\"choices\">" + buttons + "</div>";
    }
    return out;
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
    char const *name, *request, *status, *title, *what, *asked;
};

constexpr OwnAction k_own[] = {
    {"atom:approve", "approve", "held", "Aprovar", "O arquivo roda na próxima volta, apesar do que o reteve.", "Aprovado"},
    {"atom:release", "release", "waiting", "Liberar", "O arquivo roda na próxima volta, sem o que ele espera.", "Liberado"},
    {"atom:retry", "retry", "failed", "Tentar de novo", "O arquivo é lido de novo na próxima volta.", "Pedido de novo"},
};

OwnAction const *own_action(std::string const &name)
{
    auto const *const it = std::find_if(std::begin(k_own), std::end(k_own), [&](OwnAction const &o) { return name == o.name; });
    return it == std::end(k_own) ? nullptr : it;
}

std::string cell_text(ActionFormSetting const &set, std::size_t i) { return plain_cell(set.rows.columns[i], set.row[i]); }

class ActionForm
{
public:
    explicit ActionForm(ActionFormSetting const &setting) : m_set(setting), m_own(own_action(setting.action.name)) {}

    std::string html() const
    {
        if (m_own != nullptr && !fits_file(m_set)) {
            return {};
        }
        return fmt::format(
            "<form class=\"action\" method=\"post\" action=\"{}\"><h3>{}</h3>{}{}<div><button>{}</button></div></form>",
            escaped(m_set.address), escaped(action_title(m_set)), engine_fields(m_own != nullptr),
            m_own != nullptr ? fmt::format("<p>{}<br>Quem decide: <strong>{}</strong>.</p>", m_own->what, escaped(m_set.user)) : fields(),
            m_own != nullptr ? "Confirmar" : "Gravar");
    }

    /// What an action of the engine's own on the row's file sends.
    std::string engine_fields(bool with_file) const
    {
        return hidden(k_key, m_set.form_key) + hidden(k_action, m_set.action.name) + hidden(k_back, m_set.query) +
               (with_file ? hidden(k_file, cell_text(m_set, key_column(m_set.action, m_set.rows))) : "");
    }

private:
    std::string parameter_or_first(std::string const &name) const
    {
        auto const it = m_set.parameters.find(name);
        return it == m_set.parameters.end() ? cell_text(m_set, 0) : plain_cell({name, name}, it->second);
    }

    std::string fields() const
    {
        std::string out;
        auto const &in_path = m_set.action.in_path;
        for (auto const &f : m_set.action.fields) {
            int const i = m_set.rows.column_index(f.name);
            auto const text = i >= 0 ? cell_text(m_set, static_cast<std::size_t>(i)) : std::string();
            if (std::find(in_path.begin(), in_path.end(), f.name) != in_path.end()) {
                out += hidden(f.name, i >= 0 ? text : parameter_or_first(f.name));
            } else if (i >= 0 && f.label.empty()) {
                out += hidden(f.name, text);
            } else if (f.required || !f.label.empty()) {
                out += input_field(f, text, "f-", true);
            }
        }
        return out;
    }

    ActionFormSetting const &m_set;
    OwnAction const *m_own;
};

std::string input_of(Field const &f, std::string const &id, std::string const &value, bool acts)
{
    auto const required = f.required ? " required" : "";
    if (!f.values.empty()) {
        return fmt::format("<select id=\"{}\" name=\"{}\"{}>{}</select>", id, escaped(f.name), required, options_of(f, value));
    }
    if (acts && f.type == FieldType::text && !f.required) { // what a person adds in own words
        return fmt::format("<textarea id=\"{}\" name=\"{}\" rows=\"3\">\n{}</textarea>", id, escaped(f.name), escaped(value));
    }
    return fmt::format("<input id=\"{}\" name=\"{}\" {} value=\"{}\"{}>", id, escaped(f.name), input_kind(f), escaped(value), required);
}

} // namespace

std::string input_field(Field const &f, std::string const &value, std::string const &prefix, bool acts)
{
    auto const id = escaped(prefix + f.name);
    auto const label = escaped(label_of(f));
    auto const help = f.help.empty() ? std::string() : fmt::format("<small>{}</small>", escaped(f.help));
    if (!f.values.empty() && acts) {
        return fmt::format("<fieldset><legend>{}</legend>{}{}</fieldset>", label, buttons_of(f), help);
    }
    return fmt::format("<div class=\"field\"><label for=\"{}\">{}</label>{}{}</div>", id, label, input_of(f, id, value, acts), help);
}

std::string action_form(ActionFormSetting const &setting) { return ActionForm(setting).html(); }

std::string action_title(ActionFormSetting const &setting)
{
    auto const &labels = setting.rows.table->labels;
    if (auto const it = labels.find(setting.action.name); it != labels.end()) {
        return it->second;
    }
    auto const *const own = own_action(setting.action.name);
    return own != nullptr ? own->title : setting.action.title;
}

bool is_file_action(Action const &action) { return own_action(action.name) != nullptr; }

bool fits_file(ActionFormSetting const &setting)
{
    int const i = setting.rows.column_index("status");
    return i < 0 || cell_text(setting, static_cast<std::size_t>(i)) == own_action(setting.action.name)->status;
}

Request const *open_request(ActionFormSetting const &setting, std::vector<Request> const &requests)
{
    auto const &own = *own_action(setting.action.name);
    auto const file = cell_text(setting, key_column(setting.action, setting.rows));
    auto const it =
        std::find_if(requests.begin(), requests.end(), [&](Request const &r) { return r.kind == own.request && r.target == file; });
    return it == requests.end() ? nullptr : &*it;
}

std::string request_note(ActionFormSetting const &setting, Request const &request)
{
    return fmt::format("<form class=\"asked\" method=\"post\" action=\"{}\">{}{}<span>{} por {} em {}; roda na próxima volta.</span> "
                       "<button class=\"quiet\">Retirar</button></form>",
                       escaped(setting.address), ActionForm(setting).engine_fields(true), hidden(k_withdraw, "sim"),
                       own_action(setting.action.name)->asked, escaped(request.by), escaped(shown_moment(request.at)));
}

std::size_t key_column(Action const &action, ReportRows const &rows)
{
    if (!is_file_action(action)) {
        return 0;
    }
    std::vector<std::string> names;
    for (auto const &c : rows.columns) {
        names.push_back(c.name);
    }
    return file_column(names).value_or(0);
}

} // namespace atom
