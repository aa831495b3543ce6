#include "engine/store/rule_sql.hpp"

#include "engine/store/database.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

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

std::string const *expression_in(WriteSpec::Columns const &values, std::string const &column)
{
    for (auto const &[name, expression] : values) {
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
        auto const *const e = expression_in(w.values, k);
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

/// A row that is there is written over, unless it is equal.
std::string on_conflict(WriteSpec const &w, std::vector<std::string> const &key)
{
    std::string set, changed;
    for (auto const &[column, expression] : w.values) {
        if (std::find(key.begin(), key.end(), column) == key.end()) {
            set += fmt::format("{0}{1} = excluded.{1}", set.empty() ? "" : ", ", sql_name(column));
            changed += fmt::format("{0}t.{1} is not excluded.{1}", changed.empty() ? "" : " or ", sql_name(column));
        }
    }
    if (set.empty()) {
        return fmt::format(" on conflict({}) do nothing", list_of(key));
    }
    set += w.has_arquivo ? ", arquivo_id = excluded.arquivo_id" : "";
    set += w.has_linha ? ", linha = excluded.linha" : "";
    return fmt::format(" on conflict({}) do update set {} where {}", list_of(key), set, changed);
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

namespace {

/// What `set` gives is worked out in a select of the input alone: `set_old` sees the table beside it, where a name could mean either's.
struct MergeSource
{
    std::string values;  // of the columns
    std::string columns; // of the input, ", … as atom_new1, …"
};

MergeSource merge_source(WriteSpec const &w, std::string const &is_new)
{
    MergeSource out;
    int n = 0;
    for (auto const &[column, expression] : w.values) {
        auto const *const old = expression_in(w.old_values, column);
        out.values += out.values.empty() ? "" : ", ";
        if (old == nullptr || *old == expression) {
            out.values += "(" + expression + ")";
            continue;
        }
        out.values += fmt::format("case when {} then e.atom_new{} else ({}) end", is_new, ++n, *old);
        out.columns += fmt::format(", ({}) as atom_new{}", expression, n);
    }
    return out;
}

/// `+`: a field's type has no say in how it is compared with the key, which is as it is stored, and can be sought in its index.
std::string old_row_of_key(WriteSpec const &w)
{
    std::string out;
    for (auto const &k : w.key) {
        out += fmt::format("{}t.{} = +({})", out.empty() ? "" : " and ", sql_name(k), *expression_in(w.values, k));
    }
    return out;
}

} // namespace

std::string merge_sql(WriteSpec const &w)
{
    auto const is_new = fmt::format("t.{} is null", sql_name(w.key.front()));
    auto const source = merge_source(w, is_new);
    std::string set;
    for (auto const &[column, expression] : w.old_values) {
        set += fmt::format("{0}{1} = excluded.{1}", set.empty() ? "" : ", ", sql_name(column));
    }
    set += w.has_arquivo ? ", arquivo_id = excluded.arquivo_id" : "";
    set += w.has_linha ? ", linha = excluded.linha" : "";
    return fmt::format("insert into {0} as o ({1}{2}) select {3}{4} from (select e.*{5} from {6} as e where true{7}) as e "
                       "left join {0} as t on {8} where ({9} or (({10}){11})) on conflict({12}) do update set {13}",
                       sql_name(w.table), columns_of(w.values), stamp_columns(w), source.values, stamp_values(w, "e.linha"), source.columns,
                       w.from, condition(w.last), old_row_of_key(w), is_new, differs(w.old_values), condition(w.where), list_of(w.key),
                       set);
}

bool can_merge(WriteSpec const &w, TableInfo const &table)
{
    auto const is_written = [&](std::string const &column) { return expression_in(w.values, column) != nullptr; };
    auto const at = [&](std::string const &column) { return static_cast<std::size_t>(table.column_index(column)); };
    bool const whole = !w.old_values.empty() &&
                       std::all_of(w.old_values.begin(), w.old_values.end(), [&](auto const &old) { return is_written(old.first); }) &&
                       std::all_of(table.columns.begin(), table.columns.end(), [&](auto const &column) {
                           return is_written(column) || !table.not_null[at(column)] || table.has_default[at(column)];
                       });
    std::set<std::string> const key(w.key.begin(), w.key.end());
    bool const one_key = std::all_of(table.unique.begin(), table.unique.end(), [&](auto const &unique) {
        bool const fills =
            std::any_of(unique.begin(), unique.end(), [&](auto const &c) { return is_written(c) || table.has_default[at(c)]; });
        return !fills || std::set<std::string>(unique.begin(), unique.end()) == key;
    });
    return whole && one_key && !table.has_checks && !table.has_triggers && !table.has_partly_unique;
}

std::string overwrite_sql(WriteSpec const &w) { return insert_sql(w, false) + on_conflict(w, w.key); }

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

namespace {

std::vector<std::string> names_of(WriteSpec::Columns const &values)
{
    std::vector<std::string> out;
    for (auto const &[column, expression] : values) {
        out.push_back(column);
    }
    return out;
}

/// The columns that tell its rows apart.
std::vector<std::string> identity_of(TableInfo const &table)
{
    return table.has_rowid ? std::vector<std::string>{"rowid"} : table.unique.front();
}

/// Rows of the table that may give way: those that `where` allows, of the keys that come.
std::string giving_way(WriteSpec const &w, std::string const &keys_from)
{
    auto out = w.where.empty() ? std::string("true") : "(" + w.where + ")";
    if (!keys_from.empty()) {
        out += fmt::format(" and ({}) in (select {} from {} as e)", list_of(w.key, "t."), list_of(w.key, "e."), keys_from);
    }
    return out;
}

std::string add_from_stage(WriteSpec const &w)
{
    return fmt::format("insert into {} as t ({}{}) select {}{} from temp.atom_stage as s where true", sql_name(w.table),
                       columns_of(w.values), stamp_columns(w), list_of(names_of(w.values), "s."), stamp_values(w, "s.linha"));
}

/// A stage in the order of the unique key where its columns cannot be null: one b-tree in place of a table and an index, and the table is
/// then written in its own order.
std::vector<std::string> keyed_stage(WriteSpec const &w, TableInfo const &table, std::vector<std::string> const &unique)
{
    auto const filled = [&](auto const &c) { return table.not_null[static_cast<std::size_t>(table.column_index(c))]; };
    bool const in_order = std::all_of(unique.begin(), unique.end(), filled);
    std::string columns;
    for (auto const &c : names_of(w.values)) {
        columns += fmt::format("{} {}, ", sql_name(c), table.types[static_cast<std::size_t>(table.column_index(c))]);
    }
    columns += w.has_linha ? "linha integer, " : "";
    return {fmt::format("create temp table atom_stage({}{}({})){}", columns, in_order ? "primary key" : "unique", list_of(unique),
                        in_order ? " without rowid" : "")};
}

/// Rows without a key of their own are told apart by all their values: atom_changed says how many of each are too many (atom_n > 0) or
/// missing; equal ones are numbered, so that no more than these are touched.
ReplaceSql compare_as_multisets(WriteSpec const &w, TableInfo const &info, std::string const &fill, std::string const &among)
{
    auto const all = names_of(w.values);
    auto const table = sql_name(w.table);
    auto const identity = identity_of(info);
    auto const changed =
        fmt::format("create temp table atom_changed as select {0}, sum(atom_n) as atom_n from (select {1}, 1 as atom_n from {2} as t "
                    "where {3} union all select {4}, -1 from temp.atom_stage as s) group by {0} having sum(atom_n) <> 0",
                    list_of(all), list_of(all, "t."), table, among, list_of(all, "s."));
    auto const numbered = [&](std::string const &prefix, std::string const &order) {
        return fmt::format("row_number() over (partition by {0} order by {1}) as atom_r, {0}", list_of(all, prefix), order);
    };
    auto const same_row = same(all, "c", "s", "is");
    std::string ids, aliases;
    for (std::size_t i = 0; i < identity.size(); ++i) {
        ids += fmt::format("t.{} as atom_id{}, ", sql_name(identity[i]), i + 1);
        aliases += fmt::format("{}s.atom_id{}", i == 0 ? "" : ", ", i + 1);
    }
    auto const remove = fmt::format("delete from {0} as t where ({1}) in (select {2} from (select {3}{4} from {0} as t where {5}) as s "
                                    "join temp.atom_changed as c on {6} where c.atom_n >= s.atom_r)",
                                    table, list_of(identity, "t."), aliases, ids, numbered("t.", list_of(identity, "t.")), among, same_row);
    auto const add = fmt::format("{} and s.rowid in (select s.atom_id from (select s.rowid as atom_id, {} from temp.atom_stage as s) as s "
                                 "join temp.atom_changed as c on {} where -c.atom_n >= s.atom_r)",
                                 add_from_stage(w), numbered("s.", "s.rowid"), same_row);
    auto const stamped = columns_of(w.values) + (w.has_linha ? ", linha" : "");
    return {{fmt::format("create temp table atom_stage as select {} from {} where false", stamped, table)},
            {fill, changed, remove, add},
            {"drop table temp.atom_stage", "drop table temp.atom_changed"}};
}

} // namespace

ReplaceSql replace_sql(WriteSpec const &w, TableInfo const &table, std::vector<std::string> const *unique, std::string const &keys_from)
{
    auto const stamped = columns_of(w.values) + (w.has_linha ? ", linha" : "");
    auto const fill = fmt::format("insert into temp.atom_stage({}) select {}{} from {} as e where true", stamped, expressions_of(w.values),
                                  w.has_linha ? ", e.linha" : "", w.from);
    auto const among = giving_way(w, keys_from);
    auto const name = sql_name(w.table);
    if (unique != nullptr) {
        auto const remove = fmt::format("delete from {} as t where {} and not exists (select 1 from temp.atom_stage s where {})", name,
                                        among, same(*unique, "s", "t", "="));
        return {
            keyed_stage(w, table, *unique), {fill, remove, add_from_stage(w) + on_conflict(w, *unique)}, {"drop table temp.atom_stage"}};
    }
    return compare_as_multisets(w, table, fill, among);
}

/// Who is not named is found first: where the table has an index of the key, that and the one of the names are gone through side by side,
/// in their order; row by row of the table, each key would be sought somewhere else. So too, the names are sorted once they are all there.
SweepSql sweep_sql(WriteSpec const &w, TableInfo const &table)
{
    std::string columns, places, set;
    for (std::size_t i = 0; i < w.key.size(); ++i) {
        auto const *const comma = i == 0 ? "" : ", ";
        columns += fmt::format("{}{} {}", comma, sql_name(w.key[i]), table.types[static_cast<std::size_t>(table.column_index(w.key[i]))]);
        places += fmt::format("{}?{}", comma, i + 1);
    }
    for (auto const &[column, expression] : w.old_values) {
        set += fmt::format("{}{} = ({})", set.empty() ? "" : ", ", sql_name(column), expression);
    }
    set += w.has_arquivo ? ", arquivo_id = :arquivo_id" : "";
    set += w.has_linha ? ", linha = null" : ""; // no line did it
    auto const identity = identity_of(table);
    return {
        fmt::format("create temp table atom_named({})", columns), fmt::format("insert into temp.atom_named values({})", places),
        fmt::format("create index temp.atom_named_key on atom_named({})", list_of(w.key)),
        fmt::format("update {0} as t set {1} where ({2}) in (select {3} from {0} as a where not exists (select 1 from temp.atom_named as n "
                    "where {4})){5} and ({6})",
                    sql_name(w.table), set, list_of(identity, "t."), list_of(identity, "a."), same(w.key, "n", "a", "="),
                    condition(w.where), differs(w.old_values)),
        "drop table temp.atom_named"};
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
