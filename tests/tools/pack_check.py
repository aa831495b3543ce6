#!/usr/bin/env python3
"""Checks the shipped pack without the engine: python3 tests/tools/pack_check.py [--tables DIR] [WORKSPACE]

Every TOML file parses; the fields of a fixed layout follow one another up to its length and are those of the creditor's
table DIR/<layout>.csv (name, at, len, type, scale; DIR is tables/ beside this script unless told); samples have the length
and agree with `expect`; the schema runs in SQLite; each rule's SQL prepares against it, with an empty `e` and its groups;
upsert and insert keys have a unique index.
Prints each fault, exit 1 if there is any. Needs Python 3.11 (tomllib)."""

import argparse
import csv
import datetime
import pathlib
import re
import sqlite3
import sys
import tomllib

SQL_TYPES = {"integer": "integer", "decimal": "integer", "boolean": "integer"}
FUNCTIONS = {"dias": 2, "dias_uteis": 2, "documento": 1, "fone": 1, "ddd": 1, "digitos": 1, "sem_acento": 1, "mascara": 1,
             "decimal": 2, "decimal_texto": 2, "decimal_json": 2, "lugar": -1, "regra": 0}
VERBS = ("reject", "warn", "hold", "upsert", "insert", "replace", "update", "sweep", "sql", "sql_file")
faults = []


def fault(where, what):
    faults.append(f"{where}: {what}")


def load(folder):
    found = {}
    for path in sorted(folder.glob("*.toml")):
        try:
            found[path.name] = tomllib.loads(path.read_text(encoding="utf-8"))
        except tomllib.TOMLDecodeError as error:
            fault(path.name, error)
    return found


# -- layouts

def check_fixed(name, record, table):
    at = 1
    for field in record["fields"]:
        if field["at"] != at:
            fault(name, f"{field['name']} stands at {field['at']}, the one before it ends at {at - 1}")
        at = field["at"] + field["len"]
    if at - 1 != record.get("length"):
        fault(name, f"length {record.get('length')}, the fields end at {at - 1}")
    if not table.exists():
        fault(name, f"no table {table.name} in {table.parent.name}/")
        return
    ours = [(f["name"], f["at"], f["len"], f["type"], f.get("scale")) for f in record["fields"]]
    with open(table, newline="", encoding="utf-8") as rows:
        theirs = [(r["name"], int(r["at"]), int(r["len"]), r["type"], int(r["scale"]) if r["scale"] else None) for r in csv.DictReader(rows)]
    for mine, other in zip(ours, theirs):
        if mine != other:
            fault(name, f"{mine} is {other} in {table.name}")
    if len(ours) != len(theirs):
        fault(name, f"{len(ours)} fields, {len(theirs)} in {table.name}")


def document(text):
    text = re.sub(r"[./\- ]", "", text)
    for size, weights in ((11, (range(10, 1, -1), range(11, 1, -1))), (14, ([5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2], [6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2]))):
        value = text.lstrip("0").rjust(size, "0")
        if len(value) != size or len(set(value)) == 1:
            continue
        digits = [sum((ord(c) - 48) * w for c, w in zip(value, row)) % 11 for row in weights]
        if value[-2:] == "".join(str(0 if d < 2 else 11 - d) for d in digits):
            return value
    return None


def decimal_units(text, scale):
    whole, _, part = text.removesuffix("%").replace(".", "").partition(",")
    return int(whole + part.ljust(scale, "0"))


def stored(field, raw, fixed):
    """What `expect` would say of a raw value; None = no value. Raises ValueError where the type refuses it."""
    text = raw.strip()
    kind = field["type"]
    if text == "" or (kind in ("date", "document") and text.strip("0") == ""):
        return None
    if kind == "text":
        return text.lstrip("0") if field.get("strip_zeros") else text
    if kind == "integer":
        return str(int(text))
    if kind == "decimal":
        scale = field["scale"]
        units = int(text) if fixed else decimal_units(text, scale)
        sign = "-" if units < 0 else ""
        return f"{sign}{abs(units) // 10**scale}.{abs(units) % 10**scale:0{scale}}"
    if kind in ("date", "datetime"):
        for shape in [field["format"]] if isinstance(field["format"], str) else field["format"]:
            codes = {"YYYY": "%Y", "DD": "%d", "HH": "%H", "SS": "%S"}
            pattern = re.sub("YYYY|DD|HH|SS", lambda m: codes[m[0]], shape.replace("HH:MM", "HH:%M").replace("MM", "%m", 1).replace("%%m", "%M"))
            try:
                found = datetime.datetime.strptime(text, pattern)
                return found.isoformat(" ") if kind == "datetime" else found.date().isoformat()
            except ValueError:
                continue
    if kind == "document" and document(text):
        return document(text)
    raise ValueError(text)


def check_sample(name, layout, sample):
    fixed = layout["format"] == "fixed"
    record = layout["record"][0]
    if fixed:
        record = next((r for r in layout["record"] if matches(r, sample["line"])), record)
        if len(sample["line"]) != record["length"]:
            fault(name, f"a sample of {len(sample['line'])} bytes, length {record['length']}")
        raw = [sample["line"][f["at"] - 1 : f["at"] - 1 + f["len"]] for f in record["fields"]]
    else:
        raw = next(csv.reader([sample["line"]], delimiter=layout.get("delimiter", ";")))
        needed = sum(not f.get("optional") for f in record["fields"])
        if not needed <= len(raw) <= len(record["fields"]):
            fault(name, f"a sample of {len(raw)} columns, {len(record['fields'])} fields")
    got = {}
    for field, text in zip(record["fields"], raw):
        try:
            got[field["name"]] = stored(field, text, fixed)
        except ValueError:
            fault(name, f"sample: {field['name']} = {text!r} is no {field['type']}")
    for key, value in sample["expect"].items():
        if got.get(key) != value:
            fault(name, f"sample: {key} is {got.get(key)!r}, expected {value!r}")


def matches(record, line):
    tests = record.get("when", [])
    return all(line[t["at"] - 1 :].startswith(t["value"]) for t in ([tests] if isinstance(tests, dict) else tests))


def check_layout(file, layout, tables):
    if layout.get("layout") != file.removesuffix(".toml"):
        fault(file, f"layout = {layout.get('layout')!r}")
    for index, record in enumerate(layout["record"]):
        names = [f["name"] for f in record["fields"]]
        for name in {n for n in names if names.count(n) > 1}:
            fault(file, f"two fields {name}")
        for group in record.get("group", []):
            for column in (c for columns in group_columns(group) for c in columns.values()):
                if column not in names:
                    fault(file, f"group {group['name']}: no field {column}")
        if layout["format"] == "fixed":
            stem = layout["layout"] + (f"_{index + 1}" if len(layout["record"]) > 1 else "")
            check_fixed(file, record, tables / f"{stem}.csv")
    if len(layout.get("sample", [])) < len(layout["record"]):
        fault(file, "fewer samples than records")
    for sample in layout.get("sample", []) if layout["format"] != "json" else []:  # `atom check` reads those
        check_sample(file, layout, sample)


def group_words(group):
    return group.get("of") or [str(n + 1) for n in range(group["times"])]


def group_columns(group):
    """One dict a repetition: the group's field -> the record's."""
    return [{f["name"]: f["column"].replace("{n}", word) for f in group["fields"]} for word in group_words(group)]


# -- jobs

def open_base(workspace):
    db = sqlite3.connect(":memory:")
    for name, arguments in FUNCTIONS.items():
        db.create_function(name, arguments, lambda *_: None, deterministic=True)
    for path in sorted((workspace / "jobs/schema/base").glob("*.sql")):
        try:
            db.executescript(path.read_text(encoding="utf-8"))
        except sqlite3.Error as error:
            fault(path.name, error)
    return db


def make_input(db, layout, chosen=None):
    """Empty temp tables e, e_RECORD and e_GROUP. With several record types, `chosen` is e."""
    for (name,) in db.execute("select name from sqlite_temp_master where type = 'table'").fetchall():
        db.execute(f'drop table temp."{name}"')
    details = [r for r in layout["record"] if r.get("role", "detail") == "detail"]
    for record in details:
        columns = ["linha integer"] + [f'"{f["name"]}" {SQL_TYPES.get(f["type"], "text")}' for f in record["fields"]]
        relations = ["e"] if len(details) == 1 else ["e_" + record["name"]] + (["e"] if record["name"] == chosen else [])
        for relation in relations:
            db.execute(f"create temp table {relation}({', '.join(columns)})")
        for group in record.get("group", []):
            own = ["ordem integer"] + (["grupo text"] if "of" in group else []) + [f'"{f["name"]}"' for f in group["fields"]]
            db.execute(f"create temp table e_{group['name']}({', '.join(own + columns)})")


def names_bound(sql):
    return set(re.findall(r":([a-z_]\w*)", re.sub(r"'[^']*'", "", sql)))


def statements(sql):
    """A text of several statements, one by one."""
    found, part = [], ""
    for piece in re.split(r"(;)", sql):
        part += piece
        if piece == ";" and sqlite3.complete_statement(part):
            found, part = [*found, part], ""
    return [s for s in [*found, part] if s.strip(" \t\r\n;")]


def prepare_all(db, where, sql, bound):
    for statement in statements(sql):
        prepare(db, where, statement, bound)


def prepare(db, where, sql, bound):
    for name in names_bound(sql) - set(bound):
        fault(where, f":{name} is not bound")
    try:
        return db.execute("explain " + sql, dict.fromkeys(names_bound(sql)))
    except sqlite3.Error as error:
        fault(where, f"{error} in: {' '.join(sql.split())}")
    return None


def columns_of(db, source):
    try:
        sql = f"select * from {source} e limit 0"
        return [d[0] for d in db.execute(sql, dict.fromkeys(names_bound(sql))).description]
    except sqlite3.Error:
        return []


def unique_keys(db, table):
    keys = [{r[1] for r in db.execute(f"pragma table_info({table})") if r[5]}]
    for row in db.execute(f"pragma index_list({table})").fetchall():
        if row[2]:
            keys.append({r[2] for r in db.execute(f"pragma index_info({row[1]})")})
    return [k for k in keys if k]


def check_rule(db, where, rule, bound, workspace):
    verbs = [v for v in VERBS if v in rule]
    if len(verbs) != 1:
        fault(where, f"verbs: {verbs}")
        return
    verb = verbs[0]
    source = rule.get("from", "e")
    source = source if re.fullmatch(r"\w+", source) else f"({source})"
    if verb in ("sql", "sql_file"):
        prepare_all(db, where, rule.get("sql") or (workspace / "jobs" / rule["sql_file"]).read_text(encoding="utf-8"), bound)
        return
    if "brake" in rule:
        prepare(db, f"{where}, brake", rule["brake"]["of"], bound)
    if verb == "hold":
        prepare(db, where, rule["hold"], bound)
        return
    if verb in ("reject", "warn"):
        prepare(db, where, f"select e.linha from {source} e where {rule[verb]}", bound)
        known = columns_of(db, source)
        for name in re.findall(r"{(\w+)}", rule["message"]) + [rule.get("field", "linha")]:
            if name not in known:
                fault(where, f"no column {name}")
        return
    table = rule[verb]
    have = [r[1] for r in db.execute(f"pragma table_info({table})")]
    if not have:
        fault(where, f"no table {table}")
        return
    given = columns_of(db, source)
    sets = rule.get("set", {}) | rule.get("set_old", {})
    for column in list(sets) + rule.get("key", []):
        if column not in have:
            fault(where, f"{table} has no column {column}")
    for column in rule.get("key", []):
        if column not in given and column not in sets:
            fault(where, f"nothing gives the key column {column}")
    if verb in ("upsert", "insert") and rule.get("key") and set(rule["key"]) not in unique_keys(db, table):
        fault(where, f"{table} has no unique index on {rule['key']}")
    prepare(db, where, f"select * from {source} e", bound)
    on = " and ".join(f"t.{k} = e.{k}" for k in rule.get("key", []) if k in given) or "1"
    for old, part in ((False, rule.get("set", {})), (True, rule.get("set_old", {}))):
        for column, text in part.items():
            joined = f"join {table} t on {on}" if old or verb == "update" else ""
            prepare(db, f"{where}, {column}", f"select {text} from {source} e {joined}", bound)
    if "where" in rule:
        joined = f"{table} t" if verb in ("replace", "sweep") else f"{source} e join {table} t on {on}"
        prepare(db, f"{where}, where", f"select 1 from {joined} where {rule['where']}", bound)


def check_job(db, file, job, layouts, workspace):
    entries = [{"pattern": f} if isinstance(f, str) else f for f in job["files"]]
    for entry in entries:
        layout = layouts.get(entry.get("layout", job.get("layout", "")) + ".toml")
        if layout is None:
            fault(file, f"no layout for {entry['pattern']}")
            continue
        captures = re.findall(r"{(\w+)", entry["pattern"])
        bound = ["data", "agora", "arquivo_id", "arquivo", *captures, *job.get("values", {})]
        seen = set()
        for rule in job["rule"]:
            where = f"{file}: {rule['name']}"
            if rule["name"] in seen:
                fault(where, "two rules of this name")
            if "changed" in rule and rule["changed"] not in seen:
                fault(where, f"changed = {rule['changed']}: no earlier rule")
            seen.add(rule["name"])
            make_input(db, layout, rule.get("record"))
            check_rule(db, where, rule, bound, workspace)


def check_export(db, file, export, layouts, jobs):
    query = columns_of(db, f"({export['query']})")
    prepare(db, file, export["query"], ["data"])
    written = [f["name"] for f in layouts[export["layout"] + ".toml"]["record"][0]["fields"]]
    for name in set(written + export["key"] + export.get("ignore", []) + export.get("compare", [])) - set(query):
        fault(file, f"the query gives no {name}")
    for name in set(export["after"]) - {j.get("job") for j in jobs.values()}:
        fault(file, f"after: no job {name}")
    if "removed" in export:
        db.execute(f"create temp table removidos as select {', '.join(export['key'])} from ({export['query']}) limit 0")
        prepare(db, file, export["removed"]["query"], ["data"])
        given = columns_of(db, f"({export['removed']['query']})")
        for field in layouts[export["removed"]["layout"] + ".toml"]["record"][0]["fields"]:
            if field["name"] not in given:
                fault(file, f"[removed] gives no {field['name']}")
        db.execute("drop table temp.removidos")


def check_send(db, file, send):
    given = columns_of(db, f"({send['query']})")
    prepare(db, file, send["query"], ["agora"])
    used = list(send["key"]) + body_columns(send["body"])
    for name in set(used) - set(given):
        fault(file, f"the query gives no {name}")
    for key in ("before", "on_success", "on_failure", "on_unknown", "on_gone"):
        prepare_all(db, f"{file}, {key}", send.get(key, ""), [*given, "agora", "http", "resposta"])
    prepare_all(db, f"{file}, doctor", send.get("doctor", ""), [])


def body_columns(part):
    if isinstance(part, str):
        return [part]
    parts = part.values() if isinstance(part, dict) else part if isinstance(part, list) else []
    return [name for inner in parts for name in body_columns(inner)]


def check_columns(db, layouts):
    """A table named as a layout has all of its fields."""
    for file, layout in layouts.items():
        have = {r[1] for r in db.execute(f"pragma table_info({layout['layout']})")}
        for field in layout["record"][0]["fields"] if have else []:
            if field["name"] not in have:
                fault(file, f"table {layout['layout']} has no {field['name']}")


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--tables", type=pathlib.Path, default=pathlib.Path(__file__).parent / "tables", help="the creditor's field tables, one CSV a record")
    options.add_argument("workspace", type=pathlib.Path, nargs="?", default=pathlib.Path(__file__).parents[2])
    args = options.parse_args()
    layouts, jobs = load(args.workspace / "layouts"), load(args.workspace / "jobs")
    for file, layout in layouts.items():
        check_layout(file, layout, args.tables)
    db = open_base(args.workspace)
    check_columns(db, layouts)
    for file, job in jobs.items():
        if "job" in job and "files" in job:
            check_job(db, file, job, layouts, args.workspace)
        elif "export" in job:
            check_export(db, file, job, layouts, jobs)
        elif "send" in job:
            check_send(db, file, job)
    for text in faults:
        print(text)
    print(f"{len(layouts)} layouts, {len(jobs)} jobs: {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
