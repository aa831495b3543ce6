#include "cmd/plan_output.hpp"

#include "cmd/masking.hpp"
#include "cmd/table.hpp"

#include "engine/base/json.hpp"
#include "engine/base/language.hpp"
#include "engine/base/text.hpp"

#include <fmt/format.h>

#include <iostream>

namespace atom {

namespace {

char const *verb_word(char verb) { return verb == 'i' ? "inserted" : verb == 'd' ? "deleted" : "updated"; }

class PlanPrinter
{
public:
    PlanPrinter(Workspace const &workspace, ChangePlan const &plan, Outcome const &outcome)
        : m_workspace(workspace), m_plan(plan), m_outcome(outcome), m_mask(workspace, false)
    {}

    void json() const
    {
        std::string changes, outputs;
        for (auto const &[group, rows] : m_plan.groups()) {
            JsonObject o;
            o.add("table", group.table)
                .add("verb", verb_word(group.verb))
                .add_or_null("status", state_of(group))
                .add_or_null("before", group.before);
            o.add("rows", rows.count).add_raw("examples", json_list(examples(m_plan.table(group.table).key_names, rows.examples)));
            changes += (changes.empty() ? "" : ",") + o.text();
        }
        for (auto const &x : m_outcome.exports) {
            for (auto const &f : x.files) {
                JsonObject o;
                o.add("export", x.name).add("kind", f.kind).add("file", f.name).add("rows", f.rows);
                outputs += (outputs.empty() ? "" : ",") + o.add_raw("examples", json_list(examples(key_of(x.name), f.examples))).text();
            }
        }
        std::cout
            << JsonObject().add("dry_run", true).add_raw("changes", "[" + changes + "]").add_raw("outputs", "[" + outputs + "]").text()
            << "\n";
    }

    void text() const
    {
        auto const writes = [](ExportResult const &x) { return !x.files.empty(); };
        if (m_plan.groups().empty() && std::none_of(m_outcome.exports.begin(), m_outcome.exports.end(), writes)) {
            std::cout << tr("dry run: nothing would be changed") << "\n";
            return;
        }
        std::cout << tr("dry run: nothing was changed; it would be:") << "\n";
        Table table({"what", "verb", "status", "rows", "examples"});
        for (auto const &[group, rows] : m_plan.groups()) {
            bool const moves = group.verb == 'u' && group.before != group.after;
            auto const state = moves ? fmt::format("{} -> {}", group.before, group.after) : state_of(group);
            table.add({group.table, verb_word(group.verb), state, std::to_string(rows.count),
                       join(examples(m_plan.table(group.table).key_names, rows.examples), ", ")});
        }
        for (auto const &x : m_outcome.exports) {
            for (auto const &f : x.files) {
                table.add({f.name, f.kind, "", std::to_string(f.rows), join(examples(key_of(x.name), f.examples), ", ")});
            }
        }
        table.print();
    }

private:
    static std::string const &state_of(ChangePlan::Group const &g) { return g.verb == 'd' ? g.before : g.after; }

    std::vector<std::string> key_of(std::string const &export_name) const
    {
        auto const *const x = m_workspace.export_named(export_name);
        return x != nullptr ? x->key : std::vector<std::string>{};
    }

    /// Each key as one text, its parts with "/" between.
    std::vector<std::string> examples(std::vector<std::string> const &columns, std::vector<std::vector<std::string>> const &keys) const
    {
        std::vector<std::string> out;
        for (auto const &key : keys) {
            std::vector<std::string> parts;
            for (std::size_t i = 0; i < key.size(); ++i) {
                parts.push_back(i < columns.size() ? m_mask.text(columns[i], key[i]) : key[i]);
            }
            out.push_back(join(parts, "/"));
        }
        return out;
    }

    static std::string json_list(std::vector<std::string> const &texts)
    {
        std::string out;
        for (auto const &t : texts) {
            out += (out.empty() ? "" : ",") + json_quoted(t);
        }
        return "[" + out + "]";
    }

    Workspace const &m_workspace;
    ChangePlan const &m_plan;
    Outcome const &m_outcome;
    ColumnMasker m_mask;
};

} // namespace

void print_plan(Workspace const &workspace, ChangePlan const &plan, Outcome const &outcome, bool json)
{
    PlanPrinter const printer(workspace, plan, outcome);
    json ? printer.json() : printer.text();
}

} // namespace atom
