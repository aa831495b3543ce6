#include "engine/store/rule_sql.hpp"

#include "engine/store/database.hpp"

#include <fmt/format.h>

namespace atom {

namespace {

std::string list_of(std::vector<std::string> const &names, std::string const &prefix = {})
{
    std::string out;
    for (auto const &n : names) {
        out += fmt::format("{}{}{}", out.empty() ? "" : ", ", prefix, sql_name(n));
    }
    return out;
}

std::string columns_of(WriteSpec::Columns const &values)
{
    std::vector<std::string> names;
    for (auto const &[column, expression] : values) {
        names.push_back(column);
    }
    return list_of(names);
}

std::string expressions_of(WriteSpec::Columns const &values)
{
    std::string out;
    for (auto const &[column, expression] : values) {
        out += fmt::format("{}({})", out.empty() ? "" : ", ", expression);
    }
    return out;
}

/// ", arquivo_id, linha" as far as the table has them.
std::string stamp_columns(WriteSpec const &w) { return std::string(w.has_arquivo ? ", arquivo_id" : "") + (w.has_linha ? ", linha" : ""); }

std::string stamp_values(WriteSpec const &w, std::string const &linha)
{
    return std::string(w.has_arquivo ? ", :arquivo_id" : "") + (w.has_linha ? ", " + linha : "");
}

std::string condition(std::string const &sql) { return sql.empty() ? "" : fmt::format(" and ({})", sql); }

/// "t.a is not (x) or t.b is not (y)"; "false" where nothing is compared.
std::string differs(WriteSpec::Columns const &values)
{
    std::string out;
    for (auto const &[column, expression] : values) {
        out += fmt::format("{}t.{} is not ({})", out.empty() ? "" : " or ", sql_name(column), expression);
    }
    return out.empty() ? "false" : out;
}

std::string const *expression_of(WriteSpec const &w, std::string const &column)
{
    for (auto const &[name, expression] : w.values) {
        if (name == column) {
            return &expression;
        }
    }
    return nullptr;
}

std::string key_matches(WriteSpec const &w)
{
    std::string out;
    for (auto const &k : w.key) {
        auto const *const e = expression_of(w, k);
        out += fmt::format("{}t.{} = {}", out.empty() ? "" : " and ", sql_name(k), e != nullptr ? "(" + *e + ")" : "e." + sql_name(k));
    }
    return out;
}

std::string same(std::vector<std::string> const &columns, char const *a, char const *b, char const *op)
{
    std::string out;
    for (auto const &c : columns) {
        out += fmt::format("{}{}.{} {} {}.{}", out.empty() ? "" : " and ", a, sql_name(c), op, b, sql_name(c));
    }
    return out;
}

} // namespace

std::string insert_sql(WriteSpec const &w, bool skip_known)
{
    auto sql = fmt::format("insert into {} as t ({}{}) select {}{} from {} as e where true{}", sql_name(w.table), columns_of(w.values),
                           stamp_columns(w), expressions_of(w.values), stamp_values(w, "e.linha"), w.from, condition(w.last));
    if (skip_known) {
        sql += fmt::format(" on conflict({}) do nothing", list_of(w.key));
    }
    return sql;
}

std::string overwrite_sql(WriteSpec const &w)
{
    std::string set, changed;
    for (auto const &[column, expression] : w.values) {
        if (std::find(w.key.begin(), w.key.end(), column) == w.key.end()) {
            set += fmt::format("{0}{1} = excluded.{1}", set.empty() ? "" : ", ", sql_name(column));
            changed += fmt::format("{0}t.{1} is not excluded.{1}", changed.empty() ? "" : " or ", sql_name(column));
        }
    }
    auto const head = insert_sql(w, false);
    if (set.empty()) {
        return head + fmt::format(" on conflict({}) do nothing", list_of(w.key));
    }
    set += w.has_arquivo ? ", arquivo_id = excluded.arquivo_id" : "";
    set += w.has_linha ? ", linha = excluded.linha" : "";
    return head + fmt::format(" on conflict({}) do update set {} where {}", list_of(w.key), set, changed);
}

std::string update_sql(WriteSpec const &w)
{
    std::string set;
    for (auto const &[column, expression] : w.old_values) {
        set += fmt::format("{}{} = ({})", set.empty() ? "" : ", ", sql_name(column), expression);
    }
    set += w.has_arquivo ? ", arquivo_id = :arquivo_id" : "";
    set += w.has_linha ? ", linha = e.linha" : "";
    return fmt::format("update {} as t set {} from {} as e where {}{}{} and ({})", sql_name(w.table), set, w.from, key_matches(w),
                       condition(w.where), condition(w.last), differs(w.old_values));
}

ReplaceSql replace_sql(WriteSpec const &w, std::vector<std::string> const *unique, std::string const &keys_from)
{
    ReplaceSql r;
    auto const table = sql_name(w.table);
    auto const columns = columns_of(w.values);
    auto const stamped = columns + (w.has_linha ? ", linha" : "");
    r.make_stage = fmt::format("create temp table atom_stage as select {} from {} where false", stamped, table);
    r.fill_stage = fmt::format("insert into temp.atom_stage({}) select {}{} from {} as e where true", stamped, expressions_of(w.values),
                               w.has_linha ? ", e.linha" : "", w.from);
    r.drop_stage = "drop table temp.atom_stage";
    auto const among = fmt::format(
        "{}{}", w.where.empty() ? "true" : "(" + w.where + ")",
        keys_from.empty() ? ""
                          : fmt::format(" and ({}) in (select {} from {} as e)", list_of(w.key, "t."), list_of(w.key, "e."), keys_from));
    std::vector<std::string> all;
    for (auto const &[column, expression] : w.values) {
        all.push_back(column);
    }
    auto const add = fmt::format("insert into {} as t ({}{}) select {}{} from temp.atom_stage as s where true", table, columns,
                                 stamp_columns(w), list_of(all, "s."), stamp_values(w, "s.linha"));
    if (unique != nullptr) {
        r.stage_key = fmt::format("create unique index temp.atom_stage_key on atom_stage({})", list_of(*unique));
        r.remove = fmt::format("delete from {} as t where {} and not exists (select 1 from temp.atom_stage s where {})", table, among,
                               same(*unique, "s", "t", "="));
        std::string set, changed;
        for (auto const &c : all) {
            if (std::find(unique->begin(), unique->end(), c) == unique->end()) {
                set += fmt::format("{0}{1} = excluded.{1}", set.empty() ? "" : ", ", sql_name(c));
                changed += fmt::format("{0}t.{1} is not excluded.{1}", changed.empty() ? "" : " or ", sql_name(c));
            }
        }
        set += w.has_arquivo ? ", arquivo_id = excluded.arquivo_id" : "";
        set += w.has_linha ? ", linha = excluded.linha" : "";
        r.add = set.empty() || changed.empty()
                    ? add + fmt::format(" on conflict({}) do nothing", list_of(*unique))
                    : add + fmt::format(" on conflict({}) do update set {} where {}", list_of(*unique), set, changed);
        return r;
    }
    // no unique key: compare what is there with what comes, key by key, as multisets
    auto const changed_keys =
        fmt::format("select {0} from (select {1}, 1 as atom_n from {2} as t where {3} union all select {4}, -1 from temp.atom_stage as s) "
                    "group by {5} having sum(atom_n) <> 0",
                    w.key.empty() ? "1" : list_of(w.key), list_of(all, "t."), table, among, list_of(all, "s."), list_of(all));
    r.stage_key = fmt::format("create temp table atom_changed as {}", changed_keys);
    auto const in_changed = [&](char const *alias) {
        return w.key.empty() ? std::string("exists (select 1 from temp.atom_changed)")
                             : fmt::format("({}) in (select * from temp.atom_changed)", list_of(w.key, std::string(alias) + "."));
    };
    r.remove = fmt::format("delete from {} as t where {} and {}", table, among, in_changed("t"));
    r.add = add + " and " + in_changed("s");
    r.drop_stage = "drop table temp.atom_stage; drop table temp.atom_changed";
    return r;
}

std::string empty_key_sql(WriteSpec const &w, std::vector<std::string> const &expressions)
{
    std::string any;
    for (auto const &e : expressions) {
        any += fmt::format("{}({}) is null", any.empty() ? "" : " or ", e);
    }
    return fmt::format("select distinct e.linha from {} as e where {}", w.from, any);
}

std::string with_whole_keys_sql(WriteSpec const &w, std::vector<std::string> const &expressions)
{
    std::string all;
    for (auto const &e : expressions) {
        all += fmt::format("{}({}) is not null", all.empty() ? "" : " and ", e);
    }
    return fmt::format("(select e.* from {} as e where {})", w.from, all);
}

std::string stage_with_empty_key(WriteSpec const &w)
{
    std::string any;
    for (auto const &k : w.key) {
        any += fmt::format("{}{} is null", any.empty() ? "" : " or ", sql_name(k));
    }
    return "from temp.atom_stage where " + any;
}

std::string last_of_key_sql(std::string const &relation, std::vector<std::string> const &columns)
{
    return fmt::format("not exists (select 1 from {} as later where {} and later.rowid > e.rowid)", relation,
                       same(columns, "later", "e", "="));
}

} // namespace atom
