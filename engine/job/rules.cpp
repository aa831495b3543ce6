#include "engine/job/rules.hpp"

#include "engine/base/decimal.hpp"
#include "engine/base/kill_point.hpp"
#include "engine/base/log.hpp"
#include "engine/base/stopwatch.hpp"
#include "engine/base/text.hpp"
#include "engine/job/message.hpp"
#include "engine/layout/repeated_keys.hpp"
#include "engine/store/line_hash.hpp"

#include <fmt/format.h>

namespace atom {

Parameters rule_parameters(Job const &job, Captures const &captures, std::string const &data, std::string const &agora,
                           std::int64_t file_id, std::string const &file)
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

Parameters endpoint_parameters(Job const &job, std::string const &data, std::string const &agora, std::string const &quem)
{
    auto p = rule_parameters(job, {}, data, agora, 0, job.endpoint->path);
    p["quem"] = quem;
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
    if (m_set.job.unreadable_holds) {
        read_keys(written_keys(), false, [](auto const &) {});
    }
    bool const keeps_hashes = !m_set.job.endpoint;
    m_epoch = keeps_hashes ? hash_epoch(m_set.db) : 0;
    for (auto const &rule : m_set.job.rules) {
        try {
            Stopwatch const watch;
            run_rule(rule);
            m_set.db.write_changed_pages();
            kill_point("after-rule");
            log_debug("{}: rule {} in {:.2f} s", m_set.job.name, rule.name, watch.seconds());
        } catch (std::invalid_argument const &e) {
            throw FileRefused(FileFault::rule, fmt::format("{}: {}", rule.name, e.what()));
        } catch (StoreError const &e) {
            if (is_base_fault(e)) {
                throw;
            }
            throw FileRefused(FileFault::rule, fmt::format("{}: {}", rule.name, e.what()));
        }
    }
    if (keeps_hashes) {
        note_own_schema(m_set.db);
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
        auto const of = rule.brake ? number_of(rule.brake->of) : 0;
        switch (rule.verb) {
        case Verb::reject:
        case Verb::warn: run_lines(rule, plan); break;
        case Verb::hold: run_hold(rule, plan); break;
        case Verb::sweep: run_sweep(rule, plan); break;
        default: run_write(rule, plan);
        }
        if (rule.brake) {
            ask_brake(rule, of, m_changed);
        }
    }
    m_tables.restrict(nullptr);
}

void RuleRunner::execute(std::string const &sql) { m_set.db.prepare_guarded(sql).bind(m_set.parameters).run(); }

void RuleRunner::run_write(Rule const &rule, RulePlan &plan)
{
    if (!plan.empty_key.empty() && plan.empty_key_from == RulePlan::From::input) {
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
    Bitmap last;
    if (plan.repeats) {
        last = last_of_keys(*m_tables.relation("e"), key_fields(rule)); // a record's columns have its fields' numbers
        m_tables.restrict(&last);
    }
    if (plan.pure && !m_set.job.endpoint) { // the online base keeps no hashes
        write_changed_lines(rule, plan);
    } else {
        write(plan, rule);
    }
    m_tables.restrict(nullptr); // `last` dies here
    m_set.changes.follow({}, -1, nullptr);
}

/// Of a pure upsert: only the lines that are other than when their key's row was written.
void RuleRunner::write_changed_lines(Rule const &rule, RulePlan const &plan)
{
    auto const table = table_info(m_set.db, plan.write.table);
    auto hashes = LineHashes::of(m_set.db, m_set.job.name, rule.name, *table, plan.write.key);
    if (!hashes) {
        write(plan, rule);
        return;
    }
    auto const &relation = *m_tables.relation("e");
    std::vector<int> fields;
    for (auto const &[column, expression] : plan.write.values) {
        fields.push_back(m_set.input.record(relation.record()).field_index(column));
    }
    auto const changed = hashes->changed_lines(relation, fields, m_epoch);
    m_tables.restrict(&changed);
    if (auto const written = m_written.find(rule.name); written != m_written.end() && is_empty(table->name)) {
        m_set.changes.follow({}, -1, nullptr); // each of these lines is a new row: no need to watch them come
        written->second = changed;
    }
    hashes->begin_writing();
    write(plan, rule);
    hashes->end_writing();
    m_tables.restrict(nullptr); // `changed` dies here
}

bool RuleRunner::is_empty(std::string const &table)
{
    return m_set.db.integer(fmt::format("select not exists (select 1 from {})", sql_name(table))) == 1;
}

void RuleRunner::write(RulePlan const &plan, Rule const &rule)
{
    if (!plan.into_empty_table.empty() && is_empty(plan.write.table)) {
        fill_empty_table(plan);
        return;
    }
    prepare(plan, rule);
    for (std::size_t i = 0; i < plan.writes.size(); ++i) {
        execute(plan.writes[i]);
        m_changed = m_set.db.changes();
        if (i == 0 && plan.empty_key_from == RulePlan::From::stage) {
            reject_empty_keys(plan, rule);
            execute("delete " + stage_with_empty_key(plan.write));
        }
    }
    for (auto const &sql : plan.cleanup) {
        execute(sql);
    }
}

/// Indices are made of many rows at once in a sort; row by row, each would go to a place of its own.
void RuleRunner::fill_empty_table(RulePlan const &plan)
{
    constexpr std::uint64_t k_many = 10'000; // lines; for fewer it is not worth a change of the schema, which has all statements made anew
    bool const many = m_record >= 0 && m_set.input.good(m_record).count() >= k_many;
    auto indices = many ? plain_indices(m_set.db, plan.write.table) : std::vector<PlainIndex>{};
    std::erase_if(indices, [&](auto const &i) { return plan.into_empty_table.find(i.name) != std::string::npos; }); // it may be named there
    for (auto const &index : indices) {
        m_set.db.exec("drop index " + sql_name(index.name));
    }
    execute(plan.into_empty_table);
    m_changed = m_set.db.changes();
    for (auto const &index : indices) {
        m_set.db.exec(index.sql);
    }
}

void RuleRunner::prepare(RulePlan const &plan, Rule const &rule)
{
    for (auto const &sql : plan.prepare) {
        execute(sql);
    }
    if (plan.empty_key_from != RulePlan::From::prepared || !reject_empty_keys(plan, rule)) {
        return;
    }
    for (auto const *statements : {&plan.cleanup, &plan.prepare}) { // without these lines the select may give other rows
        for (auto const &sql : *statements) {
            execute(sql);
        }
    }
}

void RuleRunner::run_lines(Rule const &rule, RulePlan const &plan)
{
    std::vector<Verdict> verdicts; // gathered first: a row must not vanish from under the statement that reads it
    auto select = m_set.db.prepare_guarded(plan.lines);
    select.bind(m_set.parameters);
    while (select.step()) {
        auto const linha = line_of(select);
        if (m_set.input.good(m_record).test(linha)) { // a select need not come from e: what is rejected already stays as it is
            verdicts.push_back({linha, static_cast<std::uint64_t>(select.integer(1)), rule.code, message_of(rule, select), rule.field,
                                rule.verb == Verb::warn});
        }
    }
    std::stable_sort(verdicts.begin(), verdicts.end(), [](Verdict const &a, Verdict const &b) { return a.linha < b.linha; });
    std::vector<std::uint64_t> lines;
    for (auto const &v : verdicts) {
        tell(rule, v);
        lines.push_back(v.linha);
    }
    if (rule.verb == Verb::reject) {
        drop(lines);
    }
}

/// The line that a select names in its first column.
std::uint64_t RuleRunner::line_of(Statement const &row) const
{
    auto const linha = row.integer(0);
    if (linha < 1 || !m_set.input.lines(m_record).test(static_cast<std::uint64_t>(linha))) {
        throw std::invalid_argument(fmt::format("line {} that from gives is no line of the record", row.is_null(0) ? "null" : row.text(0)));
    }
    return static_cast<std::uint64_t>(linha);
}

void RuleRunner::drop(std::vector<std::uint64_t> const &lines)
{
    auto &good = m_set.input.good(m_record);
    bool const counts = m_set.input.record(m_record).role == RecordRole::detail; // no other line is one that was read
    for (auto const linha : lines) {
        m_rejected += counts && good.test(linha) ? 1 : 0;
        good.reset(linha);
    }
}

std::string RuleRunner::message_of(Rule const &rule, Statement const &row) const
{
    auto const *relation = m_tables.relation(rule.from);
    relation = relation != nullptr ? relation : m_tables.relation("e");
    return filled_message(rule.message, [&](std::string const &name) {
        int i = 2;
        while (i + 1 < row.columns() && row.column_name(i) != name) { // the plan selects them all
            ++i;
        }
        int const c = relation != nullptr ? relation->column_index(name) : -1;
        auto const *const column = c >= 0 ? &relation->columns()[static_cast<std::size_t>(c)] : nullptr;
        bool const is_decimal = column != nullptr && column->type == FieldType::decimal && !row.is_null(i) && !row.is_text(i);
        return is_decimal ? format_decimal(row.integer(i), column->scale, ',') : row.text(i);
    });
}

int RuleRunner::field_of(Rule const &rule, Verdict const &v) const
{
    auto const *const relation = m_tables.relation(rule.from);
    int const c = relation != nullptr ? relation->column_index(v.field) : -1;
    if (c >= 0 && v.repetition >= 1 && v.repetition <= relation->times()) {
        return relation->field_of(relation->columns()[static_cast<std::size_t>(c)], v.repetition - 1);
    }
    return m_set.input.record(m_record).field_index(v.field);
}

void RuleRunner::tell(Rule const &rule, Verdict const &v)
{
    auto const &input = m_set.input;
    Fault place;
    place.linha = v.linha;
    place.offset = input.row(v.linha).offset;
    place.record = static_cast<std::int16_t>(m_record);
    place.field = static_cast<std::int16_t>(field_of(rule, v));
    auto r = input.describe(place);
    r.codigo = v.code;
    r.mensagem = v.message;
    r.warning = v.warning;
    m_set.sink(r);
}

/// Whether there were any.
bool RuleRunner::reject_empty_keys(RulePlan const &plan, Rule const &rule)
{
    std::vector<std::uint64_t> lines;
    auto select = m_set.db.prepare_guarded(plan.empty_key);
    select.bind(m_set.parameters);
    while (select.step()) {
        lines.push_back(line_of(select));
    }
    std::sort(lines.begin(), lines.end());
    for (auto const linha : lines) {
        tell(rule, {linha, 0, std::string(code_of(LineFault::required)), fmt::format("chave vazia: {}", join(rule.key, ", ")),
                    rule.key.front(), false});
    }
    drop(lines);
    return !lines.empty();
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
            lines.push_back(relation.line_of(entry.rowid));
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
    }
    drop(lines);
}

} // namespace atom
