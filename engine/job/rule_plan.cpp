// A rule becomes SQL (declared in job/rules.hpp).

#include "engine/base/text.hpp"
#include "engine/job/message.hpp"
#include "engine/job/rules.hpp"

#include <fmt/format.h>

#include <stdexcept>

namespace atom {

namespace {

bool is_name(std::string_view s)
{
    return !s.empty() &&
           std::all_of(s.begin(), s.end(), [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; });
}

template <typename List> std::string const *find_set(List const &set, std::string const &column)
{
    for (auto const &[name, expression] : set) {
        if (name == column) {
            return &expression;
        }
    }
    return nullptr;
}

void check_columns(TableInfo const &table, std::vector<std::string> const &columns, char const *what)
{
    for (auto const &c : columns) {
        if (!table.has(c)) {
            throw std::invalid_argument(unknown_word(fmt::format("column of table {} in {}", table.name, what), c, table.columns));
        }
    }
}

std::vector<std::string> names_in(Assignments const &set)
{
    std::vector<std::string> out;
    for (auto const &[column, expression] : set) {
        out.push_back(column);
    }
    return out;
}

} // namespace

int RulePlanner::record_of(Rule const &rule) const
{
    if (!rule.record.empty()) {
        int const r = m_input.layout().record_index(rule.record);
        if (r < 0) {
            throw std::invalid_argument(fmt::format("record = \"{}\" is no record of layout {}", rule.record, m_input.layout().name));
        }
        return r;
    }
    if (auto const *relation = rule.from.empty() ? nullptr : m_tables.relation(rule.from); relation != nullptr && rule.from != "e") {
        return relation->record(); // its lines are of that record, whatever else the layout has
    }
    auto const details = m_input.layout().detail_records();
    return details.size() == 1 ? details.front() : -1;
}

/// Lines are a record's: to turn one down, it must be known whose.
void RulePlanner::need_record(Rule const &rule) const
{
    if (record_of(rule) < 0) {
        throw std::invalid_argument("the layout has several records; record = \"…\" says whose lines these are");
    }
}

std::string RulePlanner::from_sql(Rule const &rule) const
{
    return rule.from.empty() ? "e" : is_name(rule.from) ? rule.from : "(" + rule.from + ")";
}

std::vector<std::string> RulePlanner::columns_of(std::string const &from)
{
    std::vector<std::string> out;
    if (auto const *relation = m_tables.relation(from)) {
        for (auto const &c : relation->columns()) {
            out.push_back(c.name);
        }
        return out;
    }
    auto const probe = m_db.prepare_guarded(fmt::format("select * from {} as e", from));
    for (int i = 0; i < probe.columns(); ++i) {
        out.push_back(probe.column_name(i));
    }
    return out;
}

RulePlan RulePlanner::plan(Rule const &rule)
{
    RulePlan plan;
    if (rule.verb == Verb::reject || rule.verb == Verb::warn) {
        plan_lines(rule, plan);
        return plan;
    }
    if (rule.verb == Verb::hold) {
        plan.hold = rule.text;
        auto const probe = m_db.prepare_guarded(rule.text, {true, {}, {}});
        std::vector<std::string> columns;
        for (int i = 0; i < probe.columns(); ++i) {
            columns.push_back(probe.column_name(i));
        }
        for (auto const &c : message_columns(rule.message)) {
            if (std::find(columns.begin(), columns.end(), c) == columns.end()) {
                throw std::invalid_argument(unknown_word("column in message", c, columns));
            }
        }
        return plan;
    }
    auto const table = table_info(m_db, rule.text);
    if (!table) {
        throw std::invalid_argument(unknown_word("table", rule.text, table_names(m_db)));
    }
    fill_values(rule, *table, plan);
    auto &w = plan.write;
    bool const needs_unique = rule.verb == Verb::upsert || (rule.verb == Verb::insert && !rule.key.empty());
    if (needs_unique && !table->is_unique(rule.key)) {
        throw std::invalid_argument(fmt::format("table {} has no primary key or unique index on ({}); this verb finds its rows by one",
                                                table->name, join(rule.key, ", ")));
    }
    if (rule.verb == Verb::sweep) {
        plan.sweep = sweep_sql(w, *table);
        return plan;
    }
    if (rule.verb != Verb::insert && key_may_be_empty(rule, w)) {
        keep_empty_keys_out(rule, plan);
    }
    switch (rule.verb) {
    case Verb::insert:
        plan.writes = {insert_sql(w, !rule.key.empty())};
        plan.into_empty_table = plan.writes.back();
        break;
    case Verb::update:
        make_unique(rule, plan);
        plan.writes = {update_sql(w)};
        break;
    case Verb::upsert:
        plan.pure =
            rule.from.empty() && !m_tables.relation("e")->is_list() && rule.set.empty() && rule.set_old.empty() && rule.where.empty();
        if (plan.pure) { // the caller sees to it that only changed lines are rows, and only the last of each key
            plan.repeats = !is_unique_in_input(rule, *m_tables.relation("e"));
            plan.writes = {overwrite_sql(w)};
            break;
        }
        make_unique(rule, plan);
        plan.writes = {update_sql(w), insert_sql(w, true)};
        if (plan.prepare.empty()) {
            plan.into_empty_table = plan.writes.back();
            plan.writes = can_merge(w, *table) ? std::vector{merge_sql(w)} : plan.writes;
        }
        break;
    case Verb::replace: plan_replace(*table, rule, plan); break;
    default: break;
    }
    return plan;
}

void RulePlanner::fill_values(Rule const &rule, TableInfo const &table, RulePlan &plan)
{
    check_columns(table, rule.key, "key");
    check_columns(table, names_in(rule.set), "set");
    check_columns(table, names_in(rule.set_old), "set_old");
    auto &w = plan.write;
    w.table = table.name;
    w.key = rule.key;
    w.where = rule.where;
    w.from = from_sql(rule);
    auto const input = columns_of(w.from);
    auto const comes = [&](std::string const &c) { return std::find(input.begin(), input.end(), c) != input.end(); };
    w.has_arquivo = table.has("arquivo_id") && find_set(rule.set, "arquivo_id") == nullptr;
    w.has_linha = table.has("linha") && comes("linha") && find_set(rule.set, "linha") == nullptr;
    for (auto const &c : table.columns) {
        auto const *const set = find_set(rule.set, c);
        bool const stamped = c == "arquivo_id" || c == "linha";
        if (set != nullptr) {
            w.values.emplace_back(c, *set);
        } else if (comes(c) && !stamped) {
            w.values.emplace_back(c, "e." + sql_name(c));
        }
    }
    if (rule.verb == Verb::sweep) {
        w.has_linha = table.has("linha") && find_set(rule.set, "linha") == nullptr;
    }
    if (rule.verb == Verb::update || rule.verb == Verb::sweep) {
        w.old_values = rule.set;
        return;
    }
    for (auto const &k : rule.key) {
        if (find_set(w.values, k) == nullptr) {
            throw std::invalid_argument(fmt::format("key column {} comes from no field and no set", k));
        }
    }
    for (auto const &c : table.columns) {
        bool const is_key = std::find(rule.key.begin(), rule.key.end(), c) != rule.key.end();
        auto const *const old = find_set(rule.set_old, c);
        auto const *const value = old != nullptr ? old : find_set(w.values, c);
        if (value != nullptr && !is_key) {
            w.old_values.emplace_back(c, *value);
        }
    }
    if (w.values.empty()) {
        throw std::invalid_argument(fmt::format("no field and no set fills a column of table {}", table.name));
    }
}

/// True where the layout lets a key come once only.
bool RulePlanner::is_unique_in_input(Rule const &rule, Relation const &relation) const
{
    auto const &record = m_input.record(relation.record());
    return relation.group() == nullptr && !record.unique.empty() && std::all_of(record.unique.begin(), record.unique.end(), [&](int f) {
               return std::find(rule.key.begin(), rule.key.end(), record.fields[static_cast<std::size_t>(f)].name) != rule.key.end();
           });
}

/// Where a key can come twice, the last row of it counts.
void RulePlanner::make_unique(Rule const &rule, RulePlan &plan)
{
    auto &w = plan.write;
    bool const plain_key = std::none_of(rule.key.begin(), rule.key.end(), [&](auto const &k) { return find_set(rule.set, k) != nullptr; });
    if (auto const *relation = m_tables.relation(w.from); relation != nullptr && plain_key) {
        if (!is_unique_in_input(rule, *relation)) {
            w.last = last_of_key_sql(w.from, rule.key);
        }
        return;
    }
    std::string keys;
    std::vector<std::string> names;
    for (auto const &k : rule.key) {
        auto const *const e = find_set(w.values, k);
        names.push_back(fmt::format("atom_k{}", names.size() + 1));
        keys += fmt::format(", ({}) as {}", e != nullptr ? *e : "e." + sql_name(k), names.back());
    }
    plan.prepare = {fmt::format("create temp table atom_from as select e.*{} from {} as e", keys, w.from),
                    fmt::format("create index temp.atom_from_key on atom_from({})", join(names, ", "))};
    plan.cleanup = {"drop table temp.atom_from"};
    w.from = "temp.atom_from";
    w.last = last_of_key_sql(w.from, names);
    if (!plan.empty_key.empty()) {
        plan.empty_key = empty_key_sql(w, names);
        plan.empty_key_from = RulePlan::From::prepared;
    }
}

/// A line with an empty key is rejected. A row of a select that tells no line (a sum, say) is only passed over.
void RulePlanner::keep_empty_keys_out(Rule const &rule, RulePlan &plan)
{
    auto &w = plan.write;
    std::vector<std::string> expressions;
    for (auto const &k : rule.key) {
        auto const *const e = find_set(w.values, k);
        expressions.push_back(e != nullptr ? *e : "e." + sql_name(k));
    }
    auto const columns = columns_of(w.from);
    if (std::find(columns.begin(), columns.end(), "linha") != columns.end()) {
        need_record(rule);
        plan.empty_key = empty_key_sql(w, expressions);
    } else {
        w.from = with_whole_keys_sql(w, expressions);
    }
}

bool RulePlanner::key_may_be_empty(Rule const &rule, WriteSpec const &w) const
{
    // a column of a select comes from a field as well, where it is one and not an expression
    auto const probe = m_db.prepare_guarded(fmt::format("select * from {} as e", w.from));
    auto const is_required = [&](std::string const &column) {
        for (int i = 0; i < probe.columns(); ++i) {
            if (probe.column_name(i) != column) {
                continue;
            }
            auto const [table, origin] = probe.origin(i);
            auto const *const relation = m_tables.relation(table);
            if (relation == nullptr) {
                return false;
            }
            auto const &record = m_input.record(relation->record());
            int const f = record.field_index(origin);
            return f >= 0 && record.fields[static_cast<std::size_t>(f)].required;
        }
        return false;
    };
    return std::any_of(rule.key.begin(), rule.key.end(),
                       [&](std::string const &k) { return find_set(rule.set, k) != nullptr || !is_required(k); });
}

void RulePlanner::plan_lines(Rule const &rule, RulePlan &plan)
{
    auto const from = from_sql(rule);
    auto const columns = columns_of(from);
    auto const has = [&](std::string const &c) { return std::find(columns.begin(), columns.end(), c) != columns.end(); };
    if (!has("linha")) {
        throw std::invalid_argument("from gives no column linha; a reject or warn needs to know the lines");
    }
    std::string select = has("ordem") ? "e.linha, e.ordem" : "e.linha, 1";
    for (auto const &c : message_columns(rule.message)) {
        if (!has(c)) {
            throw std::invalid_argument(unknown_word("column in message", c, columns));
        }
        select += ", e." + sql_name(c);
    }
    need_record(rule);
    plan.lines = fmt::format("select {} from {} as e where ({})", select, from, rule.text);
}

void RulePlanner::plan_replace(TableInfo const &table, Rule const &rule, RulePlan &plan)
{
    auto const columns = m_tables.relation("e") != nullptr ? columns_of("e") : std::vector<std::string>{};
    bool const in_record = std::all_of(rule.key.begin(), rule.key.end(), [&](auto const &k) {
        return find_set(rule.set, k) == nullptr && std::find(columns.begin(), columns.end(), k) != columns.end();
    });
    plan.keys_from = rule.key.empty() ? "" : in_record ? "e" : plan.write.from;
    auto const *const unique = table.unique_with(rule.key);
    bool const usable = unique != nullptr && std::all_of(unique->begin(), unique->end(),
                                                         [&](auto const &c) { return find_set(plan.write.values, c) != nullptr; });
    auto sql = replace_sql(plan.write, table, usable ? unique : nullptr, plan.keys_from);
    if (plan.empty_key.empty()) {
        plan.into_empty_table = insert_sql(plan.write, false);
    } else if (plan.write.has_linha && m_tables.relation(plan.write.from) == nullptr) {
        plan.empty_key = "select distinct linha " + stage_with_empty_key(plan.write);
        plan.empty_key_from = RulePlan::From::stage;
    }
    plan.prepare = std::move(sql.prepare);
    plan.writes = std::move(sql.writes);
    plan.cleanup = std::move(sql.cleanup);
}

} // namespace atom
