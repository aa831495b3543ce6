// The rules that may stop a file: hold, sweep and the brakes (declared in job/rules.hpp). What is written before they say so is rolled back
// by whoever began the transaction.

#include "engine/base/text.hpp"
#include "engine/job/message.hpp"
#include "engine/job/rules.hpp"

#include <fmt/format.h>

#include <set>
#include <stdexcept>

namespace atom {

namespace {

/// "37,5": a share in per cent, rounded to tenths.
std::string per_cent(std::int64_t part, std::int64_t whole)
{
    auto const tenths = whole == 0 ? 1000 : (part * 1000 + whole / 2) / whole;
    return fmt::format("{},{}", tenths / 10, tenths % 10);
}

enum class KeyIs
{
    whole,
    empty, // a field of it is
    unreadable
};

/// The values live in the scratch.
KeyIs read_key(RowFields &row, int record, std::vector<int> const &fields, std::vector<std::string> &scratch, std::vector<Value> &key)
{
    row.set_record(record);
    scratch.resize(std::max(scratch.size(), fields.size()));
    key.clear();
    for (std::size_t i = 0; i < fields.size(); ++i) {
        auto p = row.parse(fields[i], scratch[i]);
        if (p.fault != LineFault::none || p.value.none()) {
            return p.fault == LineFault::none || p.fault == LineFault::required ? KeyIs::empty : KeyIs::unreadable;
        }
        if (p.value.kind == Value::Kind::text && fields.size() > 1) { // a cell's text may stand where the next one is put
            std::string kept(p.value.text);
            scratch[i].swap(kept);
            p.value.text = scratch[i];
        }
        key.push_back(p.value);
    }
    return KeyIs::whole;
}

} // namespace

std::int64_t RuleRunner::number_of(std::string const &select)
{
    auto s = m_set.db.prepare_guarded(select, {true, {}, {}});
    s.bind(m_set.parameters);
    return s.step() ? s.integer(0) : 0;
}

/// The rows are written already, in a transaction that the hold rolls back: so the number is the rows that differ, not an estimate.
void RuleRunner::ask_brake(Rule const &rule, std::int64_t of, std::int64_t changed) const
{
    auto const &brake = *rule.brake;
    if (changed > brake.least && changed * 100 > brake.share * of) {
        hold(fmt::format("freio da regra {}: mudaria {} de {} ({}%); o limite é {}%{}", rule.name, changed, of, per_cent(changed, of),
                         brake.share, brake.least > 0 ? fmt::format(" e mais de {}", brake.least) : ""));
    }
}

/// Unless a person has seen just this.
void RuleRunner::hold(std::string const &reason) const
{
    if (!m_set.approved(reason)) {
        throw FileHeld(reason);
    }
}

void RuleRunner::run_hold(Rule const &rule, RulePlan const &plan)
{
    auto select = m_set.db.prepare_guarded(plan.hold, {true, {}, {}});
    select.bind(m_set.parameters);
    if (!select.step()) {
        return;
    }
    auto const value_of = [&](std::string const &column) {
        int i = 0;
        while (i + 1 < select.columns() && select.column_name(i) != column) { // the plan saw that it is there
            ++i;
        }
        return select.text(i);
    };
    hold(fmt::format("{}: {}", rule.name, filled_message(rule.message, value_of)));
}

void RuleRunner::run_sweep(Rule const &rule, RulePlan const &plan)
{
    execute(plan.sweep.make_named);
    name_keys(rule, plan);
    execute(plan.sweep.index_named);
    execute(plan.sweep.sweep);
    m_changed = m_set.db.changes();
    execute(plan.sweep.drop_named);
}

/// Every line names its key, whatever else is wrong with it. A key that cannot be read could be anybody's: then nobody is swept.
void RuleRunner::name_keys(Rule const &rule, RulePlan const &plan)
{
    KeyFields keys(m_set.input.layout().records.size());
    keys[static_cast<std::size_t>(m_record)] = key_fields(rule);
    if (keys[static_cast<std::size_t>(m_record)].empty()) {
        throw std::invalid_argument("the key of a sweep must be fields of the record");
    }
    auto insert = m_set.db.prepare(plan.sweep.name_key);
    read_keys(keys, true, [&](std::vector<Value> const &key) {
        for (std::size_t i = 0; i < key.size(); ++i) {
            auto const at = static_cast<int>(i) + 1;
            key[i].kind == Value::Kind::text ? insert.bind(at, key[i].text) : insert.bind(at, key[i].integer);
        }
        insert.run();
    });
}

/// Of each record of data: its fields by which the job's rules find rows, and those that no two lines may share.
RuleRunner::KeyFields RuleRunner::written_keys() const
{
    auto const &layout = m_set.input.layout();
    KeyFields keys(layout.records.size());
    for (int const r : layout.detail_records()) {
        std::set<int> fields(layout.records[static_cast<std::size_t>(r)].unique.begin(),
                             layout.records[static_cast<std::size_t>(r)].unique.end());
        for (auto const &rule : m_set.job.rules) {
            for (auto const &k : rule.key) {
                fields.insert(m_set.input.record(r).field_index(k));
            }
        }
        fields.erase(-1);
        keys[static_cast<std::size_t>(r)].assign(fields.begin(), fields.end());
    }
    return keys;
}

/// The key of every line that has one, good or not. Where a line's key cannot be read, or nobody knows what line it is, the file is held.
void RuleRunner::read_keys(KeyFields const &keys, bool empty_holds, std::function<void(std::vector<Value> const &)> const &take) const
{
    auto const &input = m_set.input;
    RowFields row(input, 0);
    std::vector<std::string> scratch;
    std::vector<Value> key;
    std::uint64_t unreadable = 0, first = 0;
    auto rows = input.scanner();
    Passage passage(input);
    for (Row r; rows.next(r);) {
        passage.at(r.offset);
        row.set(r);
        int const record = r.open_quotes ? -1 : input.record_of(row);
        if (record >= 0 && keys[static_cast<std::size_t>(record)].empty()) {
            continue;
        }
        auto const is = record < 0 ? KeyIs::unreadable : read_key(row, record, keys[static_cast<std::size_t>(record)], scratch, key);
        if (is == KeyIs::whole) {
            take(key);
        } else if (is == KeyIs::unreadable || empty_holds) {
            first = unreadable++ == 0 ? r.linha : first;
        }
    }
    if (unreadable > 0) {
        hold(unreadable == 1
                 ? fmt::format("CHAVE_ILEGIVEL: a chave da linha {} não pode ser lida", first)
                 : fmt::format("CHAVE_ILEGIVEL: as chaves de {} linhas não podem ser lidas; a primeira é a linha {}", unreadable, first));
    }
}

} // namespace atom
