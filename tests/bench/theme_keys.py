"""keys: one key 60,000 times in a file, and texts against whole numbers; each beside the same lines with keys of their own

What must not be: that a line costs more the more often its key comes, or that a text sought by a number is sought in all lines. So each job has a
twin of as many lines, of which each has a key of its own, or is found by a text: the rival.
"""

import os

import base
from measure import Failed

LINES = 60_000
SCHEMA = """
create table counter(code text primary key, n integer, times integer default 1);
create table price(code text primary key, n integer);
create table numbered(code integer primary key, n integer);
create table texted(code text primary key, n integer);
"""
LAYOUT = 'layout = "keys"\nformat = "csv"\n\n[[record]]\nfields = [{ name = "code" }, { name = "n", type = "integer" }]\n'
JOB = 'job = "{name}"\nlayout = "keys"\nfiles = ["{name}_{{data:YYYYMMDD}}.csv"]\n\n[[rule]]\nname = "it"\n{rule}\n'
RULES = {
    "upsert": 'upsert = "counter"\nkey = ["code"]\nset_old = { times = "t.times + 1" }',
    "update": 'update = "price"\nkey = ["code"]\nset = { n = "e.n" }',
    "number": 'sql = "update numbered set n = 1 where exists (select 1 from e where e.code = numbered.code)"',
    "text": 'sql = "update texted set n = 1 where exists (select 1 from e where e.code = texted.code)"',
}


def workspace(bench, name):
    w = bench.folder(name)
    for path, text in {
        "atom.toml": "[base]\n",
        "layouts/keys.toml": LAYOUT,
        "jobs/schema/base/001_keys.sql": SCHEMA,
        **{f"jobs/{job}.toml": JOB.format(name=job, rule=rule) for job, rule in RULES.items()},
    }.items():
        path = os.path.join(w, path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
    made = bench.run_atom(w, "run", "--once")
    if made.code != 0:
        raise Failed(f"atom run --once: exit {made.code}\n{made.err[:2000]}")
    db = base.opened(w)
    numbers = f"with recursive i(n) as (select 1 union all select n + 1 from i where n < {LINES})"
    for table, code in (("counter", "printf('%06d', n)"), ("price", "printf('%06d', n)"), ("numbered", "n"), ("texted", "printf('%06d', n)")):
        db.execute(f"insert into {table}(code, n) {numbers} select {code}, 0 from i")
    base.closed(db)
    return w


def file_of(w, job, code):
    path = os.path.join(w, f"{job}_20261103.csv")
    with open(path, "w", encoding="utf-8") as file:
        file.write("code;n\n" + "".join(f"{code(i):06d};{i}\n" for i in range(1, LINES + 1)))
    return path


def measure(bench):
    def one(_):
        return 1

    def own(i):
        return i

    for _ in bench.rounds():
        for name, job, code in (
            ("upsert, keys of their own", "upsert", own), ("upsert, one key", "upsert", one),
            ("update, keys of their own", "update", own), ("update, one key", "update", one),
            ("text against text", "text", own), ("text against integer", "number", own),
        ):  # fmt: skip
            w = workspace(bench, "w")
            bench.keep(name, bench.imported(w, file_of(w, job, code), LINES))


def rows(bench):
    return [
        bench.row("upsert with set_old, keys of their own", "upsert, keys of their own"),
        bench.time("the same, one key", "upsert, one key", "upsert, keys of their own", 1.5),
        bench.row("update, keys of their own", "update, keys of their own"),
        bench.time("the same, one key", "update, one key", "update, keys of their own", 1.5),
        bench.row("a text field against a text column", "text against text"),
        bench.time("the same against an integer column", "text against integer", "text against text", 1.5),
    ]
