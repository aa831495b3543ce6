#include "engine/job/rules.hpp"

#include "engine/base/decimal.hpp"
#include "engine/base/text.hpp"
#include "engine/store/line_hash.hpp"

#include <fmt/format.h>
#include <xxhash.h>

namespace atom {

Parameters rule_parameters(Job const &job, Captures const &captures, std::string const &data, std::string const &agora, std::int64_t file_id,
                           std::string const &file)
{
    Parameters p = job.values;
    for (auto const &[name, value] : captures) {
        p[name] = value;
    }
    p["data"] = data;
    p["agora"] = agora;
    p["arquivo_id"] = file_id;
    p["arquivo"] = file;
    return p;
}

RuleRunner::RuleRunner(Setting const &setting)
    : m_set(setting), m_tables(setting.db, setting.input), m_planner(setting.db, m_tables, setting.input)
{}

void RuleRunner::run()
{
    for (auto const &rule : m_set.job.rules) {
        if (!rule.changed.empty()) {
            m_written.emplace(rule.changed, Bitmap{});
        }
    }
    note_incomplete_keys();
    for (auto const &rule : m_set.job.rules) {
        try {
            run_rule(rule);
        } catch (std::invalid_argument const &e) {
            throw FileRefused(FileFault::rule, fmt::format("{}: {}", rule.name, e.what()));
        } catch (StoreError const &e) {
            if (is_base_fault(e)) {
                throw;
            }
            throw FileRefused(FileFault::rule, fmt::format("{}: {}", rule.name, e.what()));
        }
    }
}

void RuleRunner::run_rule(Rule const &rule)
{
    m_record = m_planner.record_of(rule);
    if (m_record >= 0) {
        m_tables.set_current(m_record);
    }
    m_set.db.set_rule_name(rule.name);
    m_tables.restrict(rule.changed.empty() ? nullptr : &m_written.at(rule.changed));
    if (rule.verb == Verb::sql) {
        m_set.db.run_guarded(rule.text, m_set.parameters);
    } else {
        auto plan = m_planner.plan(rule);
        if (rule.verb == Verb::reject || rule.verb == Verb::warn) {
            run_lines(rule, plan);
        } else {
            run_write(rule, plan);
        }
    }
    m_tables.restrict(nullptr);
}

void RuleRunner::execute(std::string const &sql)
{
    m_set.db.prepare_guarded(sql).bind(m_set.parameters).run();
}

void RuleRunner::run_write(Rule const &rule, RulePlan &plan)
{
    if (!plan.empty_key.empty()) {
        reject_empty_keys(plan, rule);
    }
    if (rule.verb == Verb::replace && rule.from.empty()) {
        reject_incomplete_keys(rule);
    }
    auto const written = m_written.find(rule.name);
    if (written != m_written.end()) {
        auto const table = table_info(m_set.db, plan.write.table);
        if (!plan.write.has_linha) {
            throw std::invalid_argument("a rule's changed names this upsert: its table needs a column linha");
        }
        m_set.changes.follow(plan.write.table, table->column_index("linha"), &written->second);
    }
    Bitmap changed;
    if (plan.pure && m_set.writers.only(m_set.job.name, rule.name, plan.write.table)) {
        auto const &relation = *m_tables.relation("e");
        std::vector<int> fields, key;
        for (auto const &[column, expression] : plan.write.values) {
            fields.push_back(m_set.input.record(relation.record()).field_index(column));
        }
        for (auto const &k : plan.write.key) {
            key.push_back(relation.column_index(k));
        }
        auto const schema = m_set.db.text(fmt::format("select sql from sqlite_schema where name = {}", sql_text(plan.write.table))).value_or("");
        auto const salt = XXH3_64bits_withSeed(schema.data(), schema.size(), m_set.input.layout().fingerprint);
        changed = changed_lines(m_set.db, m_set.job.name, rule.name, relation, key, fields, salt);
        m_tables.restrict(&changed);
    }
    for (auto const *statements : {&plan.prepare, &plan.writes, &plan.cleanup}) {
        for (auto const &sql : *statements) {
            execute(sql);
        }
    }
    m_tables.restrict(nullptr); // `changed` dies here
    m_set.changes.follow({}, -1, nullptr);
}

void RuleRunner::run_lines(Rule const &rule, RulePlan const &plan)
{
    struct Line
    {
        std::uint64_t linha, repetition;
        std::string message;
    };
    std::vector<Line> lines; // gathered first: a row must not vanish from under the statement that reads it
    auto select = m_set.db.prepare_guarded(plan.lines);
    select.bind(m_set.parameters);
    while (select.step()) {
        lines.push_back({static_cast<std::uint64_t>(select.integer(0)), static_cast<std::uint64_t>(select.integer(1)), message_of(rule, select)});
    }
    std::stable_sort(lines.begin(), lines.end(), [](Line const &a, Line const &b) { return a.linha < b.linha; });
    std::set<std::uint64_t> gone;
    for (auto const &l : lines) {
        reject(l.linha, l.repetition, rule, rule.code, l.message, rule.field, rule.verb == Verb::warn);
        if (rule.verb == Verb::reject) {
            gone.insert(l.linha);
        }
    }
    for (auto const linha : gone) {
        m_set.input.good(m_record).reset(linha);
    }
    m_rejected += gone.size();
}

std::string RuleRunner::message_of(Rule const &rule, Statement const &row) const
{
    auto message = rule.message;
    for (int i = 2; i < row.columns(); ++i) {
        auto const name = row.column_name(i);
        auto value = row.text(i);
        auto const *const relation = m_tables.relation("e");
        int const f = relation != nullptr ? m_set.input.record(relation->record()).field_index(name) : -1;
        if (f >= 0 && !row.is_null(i)) {
            auto const &field = m_set.input.record(relation->record()).fields[static_cast<std::size_t>(f)];
            value = field.type == FieldType::decimal ? format_decimal(row.integer(i), field.scale, ',') : value;
        }
        auto const word = "{" + name + "}";
        for (auto at = message.find(word); at != std::string::npos; at = message.find(word, at + value.size())) {
            message.replace(at, word.size(), value);
        }
    }
    return message;
}

void RuleRunner::reject(std::uint64_t linha, std::uint64_t repetition, Rule const &, std::string const &code, std::string const &message,
                        std::string const &field, bool warning)
{
    auto const &input = m_set.input;
    auto const &record = input.record(m_record);
    int index = record.field_index(field);
    for (auto const &g : record.groups) {
        for (auto const &c : g.columns) {
            if (index < 0 && c.name == field && repetition >= 1 && repetition <= c.fields.size()) {
                index = c.fields[repetition - 1];
            }
        }
    }
    Fault place;
    place.linha = linha;
    place.record = static_cast<std::int16_t>(m_record);
    place.field = static_cast<std::int16_t>(index);
    auto r = input.describe(place);
    r.byte = input.row(linha).offset;
    r.codigo = code;
    r.mensagem = message;
    r.warning = warning;
    m_set.sink(r);
}

void RuleRunner::reject_empty_keys(RulePlan const &plan, Rule const &rule)
{
    std::vector<std::uint64_t> lines;
    auto select = m_set.db.prepare_guarded(plan.empty_key);
    select.bind(m_set.parameters);
    while (select.step()) {
        lines.push_back(static_cast<std::uint64_t>(select.integer(0)));
    }
    std::sort(lines.begin(), lines.end());
    for (auto const linha : lines) {
        reject(linha, 0, rule, std::string(code_of(LineFault::required)), fmt::format("chave vazia: {}", join(rule.key, ", ")), rule.key.front(), false);
        m_set.input.good(m_record).reset(linha);
    }
    m_rejected += lines.size();
}

std::vector<int> RuleRunner::key_fields(Rule const &rule) const
{
    int const r = m_planner.record_of(rule);
    std::vector<int> fields;
    for (auto const &k : rule.key) {
        int const f = r < 0 ? -1 : m_set.input.record(r).field_index(k);
        bool const is_set = std::any_of(rule.set.begin(), rule.set.end(), [&](auto const &s) { return s.first == k; });
        if (f < 0 || is_set) {
            return {};
        }
        fields.push_back(f);
    }
    return fields;
}

void RuleRunner::note_incomplete_keys()
{
    for (auto const &rule : m_set.job.rules) {
        if (rule.verb != Verb::replace || !rule.from.empty()) {
            continue;
        }
        if (auto const fields = key_fields(rule); !fields.empty()) {
            m_incomplete[rule.name] = keys_of_rejected(m_set.input, m_planner.record_of(rule), fields, m_set.duplicates);
        }
    }
}

/// The other lines of a key that has lost one to the layout: replacing with what is left would drop the lost one's row.
void RuleRunner::reject_incomplete_keys(Rule const &rule)
{
    auto const it = m_incomplete.find(rule.name);
    if (it == m_incomplete.end() || it->second.empty()) {
        return;
    }
    auto const &relation = *m_tables.relation("e");
    std::vector<int> columns = key_fields(rule);
    KeyIndex const index(relation, columns); // a record's fields come first among its relation's columns, so the numbers are the same
    std::vector<std::uint64_t> lines;
    for (auto const &entry : index.entries()) {
        if (std::binary_search(it->second.begin(), it->second.end(), entry.hash)) {
            lines.push_back(entry.rowid);
        }
    }
    std::sort(lines.begin(), lines.end());
    for (auto const linha : lines) {
        Fault f;
        f.linha = linha;
        f.offset = m_set.input.row(linha).offset;
        f.record = static_cast<std::int16_t>(m_record);
        f.field = static_cast<std::int16_t>(columns.front());
        f.code = LineFault::incomplete_key;
        m_set.sink(m_set.input.describe(f));
        m_set.input.good(m_record).reset(linha);
    }
    m_rejected += lines.size();
}

} // namespace atom
