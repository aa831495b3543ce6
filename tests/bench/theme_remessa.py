"""loads: one table and the shipped job against the yardstick, .import, a Python script and DuckDB; the next days against SHA-256

yardstick   a bare loop of prepared inserts of the trimmed fields into one table with a key (yardstick.c); synchronous=FULL, no checks
.import     sqlite3's, of the same data as CSV, into a table with a key; synchronous=FULL
script      an evening's Python: sqlite3 and slices (load.py)
DuckDB      read_csv of that CSV into a table without a key, every field a text, on all cores (duckdb_load.js)
SHA-256     openssl's, of the file
one table   a job with a single upsert of all fields, each value checked and typed
shipped     the remessa job of `atom init`; then the next day's file with 2 % changed; then those same bytes a day later; then a day on which
            every line changes (dias_atraso); then a file that was had before
dense       yardstick and shipped job on lines with all phones, addresses and e-mails
"""

import csv
import os
import shutil
import sys

from measure import HERE, ROOT, TABLES, Failed, Run

sys.path.insert(0, os.path.join(ROOT, "tests", "tools"))
import npm  # noqa: E402

TABLE = os.path.join(TABLES, "remessa_assessoria.csv")
LAYOUT = os.path.join(ROOT, "layouts", "remessa_assessoria.toml")
FIRST, SECOND, THIRD, FOURTH, DENSE = "2026-11-03", "2026-11-04", "2026-11-05", "2026-11-06", "2026-11-09"  # bank business days
SYNCHRONOUS = ("pragma journal_mode = wal", "pragma synchronous = full", "pragma cache_size = -32768")
DUCKDB = "@duckdb/node-api@1.5.6-r.1"
ONE_TABLE_JOB = """\
job = "uma_tabela"
layout = "remessa_assessoria"
files = ["{data:YYYYMMDD}_{hora:HHMMSS}_remessa_{ascob}_out.{ascob}"]
order = 10

[[rule]]
name = "grava"
upsert = "remessa_assessoria"
key = ["contrato"]
"""


def fields():
    with open(TABLE, newline="") as file:
        return [(r["name"], int(r["at"]) - 1, int(r["at"]) - 1 + int(r["len"]), r["type"]) for r in csv.DictReader(file)]


def create_table(name, typed):
    words = {"integer": "integer", "decimal": "integer"} if typed else {}
    columns = (f"{f} {words.get(kind, 'text')}{' primary key' if f == 'contrato' else ''}" for f, _, _, kind in fields())
    return f"create table {name}({', '.join(columns)})"


def one_table_workspace(bench):
    w = bench.folder("one")
    for sub in ("layouts", "jobs/schema/base", "data"):
        os.makedirs(os.path.join(w, sub))
    shutil.copy(LAYOUT, os.path.join(w, "layouts"))
    for name, text in (
        ("atom.toml", '[base]\npath = "data/base.db"\nonline = "data/online.db"\n'),
        ("jobs/uma_tabela.toml", ONE_TABLE_JOB),
        ("jobs/schema/base/001_remessa.sql", create_table("remessa_assessoria", True) + ";\n"),
    ):
        with open(os.path.join(w, name), "w") as file:
            file.write(text)
    return w


class Remessa:
    def __init__(self, bench):
        self.bench, self.lines = bench, bench.args.lines
        self.first = bench.remessa(FIRST)
        self.second = bench.remessa(SECOND, "--change", "0.02")
        self.fourth = bench.remessa(FOURTH, "--daily-arrears")
        self.dense_file = bench.remessa(DENSE, "--dense")
        links = bench.folder("files")
        self.third = self.link(self.second, os.path.join(links, os.path.basename(self.second).replace(SECOND.replace("-", ""), THIRD.replace("-", ""))))
        self.again = self.link(self.fourth, os.path.join(links, os.path.basename(self.fourth).replace("_180000_", "_190000_")))
        self.csv = os.path.join(links, "remessa.csv")
        self.write_csv()

    @staticmethod
    def link(path, name):
        os.link(path, name)
        return name

    def write_csv(self):
        slices = [(a, b) for _, a, b, _ in fields()]
        with open(self.first, encoding="latin-1", newline="") as file, open(self.csv, "w", newline="", encoding="utf-8") as out:
            writer = csv.writer(out, delimiter=";", lineterminator="\n")
            for line in file:
                writer.writerow([line[a:b].strip() for a, b in slices])

    def database(self):
        return os.path.join(self.bench.folder("rival"), "base.db")

    def yardstick(self):
        self.bench.rival("yardstick", self.bench.args.yardstick, self.first, TABLE, self.database())

    def one_table(self):
        self.bench.keep("one table", self.bench.imported(one_table_workspace(self.bench), self.first, self.lines))

    def sqlite_import(self):
        words = (self.database(), *SYNCHRONOUS, create_table("t", False), ".mode csv", ".separator ;", f".import {self.csv} t")
        run = Run(["sqlite3", *words])
        if run.code != 0 or run.err:
            raise Failed(run.err[:2000])
        self.bench.keep(".import", run)

    def sha256(self):
        self.bench.rival("SHA-256", "openssl", "dgst", "-sha256", self.first)

    def script(self):
        self.bench.rival("script", sys.executable, os.path.join(HERE, "load.py"), self.first, TABLE, self.database())

    def duckdb(self):
        try:
            module = npm.module(os.path.join(self.bench.args.work, "node"), DUCKDB)
        except SystemExit as e:  # no registry, no npm: the row is left out, and said why
            raise Failed(str(e)) from e
        names = ",".join(name for name, *_ in fields())
        self.bench.rival("DuckDB", "node", os.path.join(HERE, "duckdb_load.js"), module, self.csv, self.database(), names)

    def shipped(self):
        w = self.bench.workspace("shipped")
        for name, path in (("shipped", self.first), ("2 % day", self.second), ("equal day", self.third), ("all changed", self.fourth)):
            self.bench.keep(name, self.bench.imported(w, path, self.lines))
        self.bench.keep("had before", self.bench.imported(w, self.again, self.lines, status="duplicate"))

    def dense(self):
        self.bench.rival("yardstick, dense", self.bench.args.yardstick, self.dense_file, TABLE, self.database())
        self.bench.keep("dense", self.bench.imported(self.bench.workspace("shipped"), self.dense_file, self.lines))


def measure(bench):
    r = Remessa(bench)
    for _ in bench.rounds():
        for work in (r.yardstick, r.one_table, r.sqlite_import, r.sha256, r.shipped, r.script, r.duckdb, r.dense):
            bench.attempt(work.__name__, work)


def growth(bench):
    """The WAL of the equal day as a share of the first load's. The watcher may miss the end of one: the largest of each counts."""
    first, equal = (max((r.wal for r in bench.runs.get(name, [])), default=0) for name in ("shipped", "equal day"))
    return equal / first if first else None


def rows(bench):
    return [
        bench.row("yardstick"),
        bench.row("yardstick, dense lines", "yardstick, dense"),
        bench.speed(".import of the CSV", ".import", "yardstick"),
        bench.row("a Python script", "script"),
        bench.row("DuckDB's read_csv", "DuckDB"),
        bench.row("SHA-256"),
        bench.speed("one table", "one table", "yardstick", 1.1),
        bench.speed("one table against .import", "one table", ".import"),
        bench.speed("shipped remessa", "shipped", "yardstick", 0.65),
        bench.speed("  the same, dense lines", "dense", "yardstick, dense", 0.5),
        bench.speed("  against .import", "shipped", ".import", 1.5),
        bench.speed("  against a Python script", "shipped", "script", 4),
        bench.speed("  against DuckDB", "shipped", "DuckDB", 1.5),
        bench.time("next day, 2 % changed", "2 % day", "SHA-256", 2),
        bench.speed("  against the first load", "2 % day", "shipped"),
        bench.speed("next day, every line changed", "all changed", "shipped", 0.6),
        bench.speed("a file that was had before", "had before", "SHA-256", 0.8),
        bench.speed("next day, all equal", "equal day", "shipped"),
        bench.number("  its WAL", "equal day", growth(bench), "< 0.02 of the first load's", lambda v: v < 0.02),
    ]
