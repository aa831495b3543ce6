// The rules that may stop a file: hold, sweep and the brakes (declared in job/rules.hpp). What is written before they say so is rolled back
// by whoever began the transaction.

#include "engine/base/text.hpp"
#include "engine/job/rules.hpp"

#include <fmt/format.h>

#include <stdexcept>

namespace atom {

namespace {

/// "37,5": a share in per cent, rounded to tenths.
std::string per_cent(std::int64_t part, std::int64_t whole)
{
    auto const tenths = whole == 0 ? 1000 : (part * 1000 + whole / 2) / whole;
    return fmt::format("{},{}", tenths / 10, tenths % 10);
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
    auto message = rule.message;
    for (int i = 0; i < select.columns(); ++i) {
        message = replaced(std::move(message), "{" + select.column_name(i) + "}", select.text(i));
    }
    hold(fmt::format("{}: {}", rule.name, message));
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
    auto const fields = key_fields(rule);
    if (fields.empty()) {
        throw std::invalid_argument("the key of a sweep must be fields of the record");
    }
    auto const &input = m_set.input;
    auto insert = m_set.db.prepare(plan.sweep.name_key);
    RowFields row(input, m_record);
    std::string scratch;
    std::uint64_t unreadable = 0, first = 0;
    auto rows = input.scanner();
    Passage passage(input);
    for (Row r; rows.next(r);) {
        passage.at(r.offset);
        row.set(r);
        int const record = r.open_quotes ? -1 : input.record_of(row);
        if (record >= 0 && record != m_record) {
            continue;
        }
        row.set_record(m_record);
        bool readable = record == m_record;
        for (std::size_t i = 0; i < fields.size() && readable; ++i) {
            auto const p = row.parse(fields[i], scratch);
            readable = p.fault == LineFault::none && !p.value.none();
            auto const at = static_cast<int>(i) + 1;
            if (readable && p.value.kind == Value::Kind::text) {
                insert.bind(at, p.value.text);
            } else if (readable) {
                insert.bind(at, p.value.integer);
            }
        }
        if (readable) {
            insert.run();
        } else {
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
