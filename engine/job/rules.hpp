#pragma once
// The rules of a job at work on one input: each becomes SQL (store/rule_sql.hpp) and runs in the caller's transaction, in the job's order.
// A rule that SQLite refuses throws FileRefused(REGRA_FALHOU); a base that fails (disk full, locked, damaged) throws StoreError.

#include "engine/job/workspace.hpp"
#include "engine/layout/check.hpp"
#include "engine/store/changes.hpp"
#include "engine/store/input_table.hpp"
#include "engine/store/rule_sql.hpp"
#include "engine/store/schema.hpp"

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace atom {

/// What a rule becomes.
struct RulePlan
{
    std::string lines; // reject, warn: the select
    WriteSpec write;
    bool repeats = false;             // pure: a key may come twice, so that only its last line is to be seen
    bool pure = false;                // an upsert whose row is a function of its line alone
    std::vector<std::string> prepare; // before the writing: temporary tables
    std::vector<std::string> writes;  // in order
    std::vector<std::string> cleanup;
    std::string empty_key; // lines with an empty key; "" where there can be none
    enum class From        // what it reads: of a select, what that gave, so that it is not evaluated twice
    {
        input,
        prepared, // temp.atom_from, once prepare has made it
        stage     // temp.atom_stage, once the first write has filled it
    };
    From empty_key_from = From::input;
    SweepSql sweep;               // sweep
    std::string hold;             // hold: the select
    std::string into_empty_table; // the one statement that serves where the table has no rows yet; "" where none does
    std::string keys_from;        // replace: the relation that says which keys give way
};

/// Turns rules into SQL against one database and one input's tables.
class RulePlanner
{
public:
    RulePlanner(Database &db, InputTables &tables, Input const &input) : m_db(db), m_tables(tables), m_input(input) {}

    /// What is wrong with the rule itself throws std::invalid_argument with a text for the user; what SQLite refuses, StoreError.
    RulePlan plan(Rule const &rule);
    /// The record that is `e` for this rule; -1 if none is.
    int record_of(Rule const &rule) const;

private:
    std::string from_sql(Rule const &rule) const;
    std::vector<std::string> columns_of(std::string const &from);
    void fill_values(Rule const &rule, TableInfo const &table, RulePlan &plan);
    bool is_unique_in_input(Rule const &rule, Relation const &relation) const;
    void make_unique(Rule const &rule, RulePlan &plan);
    void need_record(Rule const &rule) const;
    void keep_empty_keys_out(Rule const &rule, RulePlan &plan);
    bool key_may_be_empty(Rule const &rule, WriteSpec const &w) const;
    void plan_lines(Rule const &rule, RulePlan &plan);
    void plan_replace(TableInfo const &table, Rule const &rule, RulePlan &plan);

    Database &m_db;
    InputTables &m_tables;
    Input const &m_input;
};

/// Prepares every rule of every job, every query of every export, against the base's schema; faults at their places.
void check_sql(Database &db, Workspace const &workspace, Faults &faults);
/// The same for endpoints: their rules, answers and subjects, against the online base with the base beside it.
void check_online_sql(Database &online, Workspace const &workspace, Faults &faults);

/// The values that a job's rules can bind: captures, `values`, and data, agora, arquivo_id, arquivo.
Parameters rule_parameters(Job const &job, Captures const &captures, std::string const &data, std::string const &agora,
                           std::int64_t file_id, std::string const &file);

/// Those of an endpoint's request.
Parameters endpoint_parameters(Job const &job, std::string const &data, std::string const &agora, std::string const &quem);

class RuleRunner
{
public:
    struct Setting
    {
        Database &db;
        Input &input;
        Job const &job;
        Parameters parameters;
        Bitmap const &duplicates;
        ChangeCounter &changes;
        std::function<bool(std::string const &)> approved; // a person passed this reason to hold the file
        std::function<void(Reject const &)> sink;          // gets each rejected or warned line
    };

    explicit RuleRunner(Setting const &setting);

    void run();
    /// Lines that rules turned down.
    std::uint64_t rejected() const noexcept { return m_rejected; }

private:
    void run_rule(Rule const &rule);
    void run_lines(Rule const &rule, RulePlan const &plan);
    bool is_empty(std::string const &table);
    void fill_empty_table(RulePlan const &plan);
    void run_write(Rule const &rule, RulePlan &plan);
    void write_changed_lines(Rule const &rule, RulePlan const &plan);
    void run_hold(Rule const &rule, RulePlan const &plan);
    void run_sweep(Rule const &rule, RulePlan const &plan);
    void name_keys(Rule const &rule, RulePlan const &plan);
    /// The fields of a record that keys are made of; none for a record whose lines are not asked.
    using KeyFields = std::vector<std::vector<int>>;
    KeyFields written_keys() const;
    void read_keys(KeyFields const &keys, bool empty_holds, std::function<void(std::vector<Value> const &)> const &take) const;
    void ask_brake(Rule const &rule, std::int64_t of, std::int64_t changed) const;
    void hold(std::string const &reason) const;
    void write(RulePlan const &plan, Rule const &rule);
    bool reject_empty_keys(RulePlan const &plan, Rule const &rule);
    void prepare(RulePlan const &plan, Rule const &rule);
    void note_incomplete_keys();
    void reject_incomplete_keys(Rule const &rule);
    /// What a rule says of a line. `repetition` is 1-based: which of a group's fields `field` is, where it is one.
    struct Verdict
    {
        std::uint64_t linha = 0, repetition = 0;
        std::string code, message, field;
        bool warning = false;
    };
    std::uint64_t line_of(Statement const &row) const;
    void tell(Rule const &rule, Verdict const &verdict);
    /// Lines that are good no more; each once.
    void drop(std::vector<std::uint64_t> const &lines);
    int field_of(Rule const &rule, Verdict const &verdict) const;
    void execute(std::string const &sql);
    std::int64_t number_of(std::string const &select);
    std::vector<int> key_fields(Rule const &rule) const;
    std::string message_of(Rule const &rule, Statement const &row) const;

    Setting m_set;
    InputTables m_tables;
    RulePlanner m_planner;
    int m_record = -1;                                              // of the rule at work
    std::map<std::string, Bitmap> m_written;                        // by upsert that a later rule's `changed` names
    std::map<std::string, std::vector<std::uint64_t>> m_incomplete; // by replace rule: keys with a line that the layout refused
    std::uint64_t m_rejected = 0;
    std::int64_t m_changed = 0; // rows, by the last write
    std::int64_t m_epoch = 0;   // of the line hashes
};

} // namespace atom
