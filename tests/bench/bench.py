#!/usr/bin/env python3
"""How fast atom loads, against a yardstick measured in the same run. Never fails for being slow: it prints and writes numbers.

usage: bench.py --atom PATH --generate PATH --yardstick PATH [--work DIR] [--lines 100000] [--rounds 3] [--memory-lines 250000]
                [--full] [--json FILE] [--keep]

In each round, one after the other and each on a fresh base:
  yardstick   a bare loop of prepared inserts (yardstick.c)        .import    sqlite3's, of the same data as CSV
  one table   a job with a single upsert of the same fields        script     a Python script with sqlite3 and slices (load.py)
  SHA-256     openssl's, of the same file
  shipped     the remessa job of `atom init`; then the next day's file with 2 % changed; then those same bytes one day later; then a day
              on which every line changes (dias_atraso); then a file that was had before
  dense       yardstick and remessa job again, on lines with all phones, addresses and e-mails
The best round of each counts. At the end one file of 1 GB goes through the one-table job, for its memory; with --full also one of 5 GB,
and `atom files` on the base beside sqlite3's answer to the same select.
"""

import argparse
import csv
import json
import os
import shutil
import subprocess
import sys
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
TABLE = os.path.join(ROOT, "tests", "tools", "tables", "remessa_assessoria.csv")
LAYOUT = os.path.join(ROOT, "layouts", "remessa_assessoria.toml")
DAYS = ("2026-11-03", "2026-11-04", "2026-11-05", "2026-11-06")  # bank business days; 2 November is none
DENSE, LARGE = "2026-11-09", "2026-11-10"
SYNCHRONOUS = ("pragma journal_mode = wal", "pragma synchronous = full", "pragma cache_size = -32768")
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


def say(text):
    print(text, file=sys.stderr, flush=True)


# ---- running ------------------------------------------------------------------------------------------------------------------


class Largest(threading.Thread):
    """The most bytes that a file had while it was watched: a WAL is cut off before its owner ends."""

    def __init__(self, path):
        super().__init__(daemon=True)
        self.path, self.bytes, self.done = path, 0, threading.Event()

    def run(self):
        while not self.done.wait(0.002):
            try:
                self.bytes = max(self.bytes, os.stat(self.path).st_size)
            except OSError:
                pass


class Run:
    def __init__(self, command, watch=None):
        watcher = Largest(watch) if watch else None
        if watcher:
            watcher.start()
        start = time.monotonic()
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        said = {}
        reader = threading.Thread(target=lambda: said.update(err=process.stderr.read()))
        reader.start()
        self.out = process.stdout.read().decode("utf-8", "replace")
        _, status, usage = os.wait4(process.pid, 0)
        self.seconds = time.monotonic() - start
        reader.join()
        process.returncode = self.code = os.waitstatus_to_exitcode(status)
        process.stdout.close()
        process.stderr.close()
        self.err = said["err"].decode("utf-8", "replace")
        self.peak = usage.ru_maxrss * 1024  # VmHWM; Linux gives KiB
        self.wal = 0
        if watcher:
            watcher.done.set()
            watcher.join()
            self.wal = watcher.bytes


def json_line(text):
    for line in text.splitlines():
        if line.startswith("{"):
            try:
                return json.loads(line)
            except json.JSONDecodeError:
                break
    return json.loads(text)


class Failed(Exception):
    pass


def atom_import(atom, workspace, path, lines, status="done"):
    run = Run([atom, "-C", workspace, "import", path, "--json"], watch=os.path.join(workspace, "data", "base.db-wal"))
    try:
        entry = json_line(run.out)
        entry = (entry if isinstance(entry, list) else entry.get("files", [entry]))[0]
    except (ValueError, IndexError) as e:
        raise Failed(f"atom import: exit {run.code}, no JSON\n{run.out[:500]}\n{run.err[:2000]}") from e
    if entry.get("status") != status or (status == "done" and entry.get("accepted") != lines):
        raise Failed(f"atom import {os.path.basename(path)}: exit {run.code} {json.dumps(entry)[:1000]}\n{run.err[:2000]}")
    run.entry = entry
    return run


def fresh(path):
    shutil.rmtree(path, ignore_errors=True)
    os.makedirs(path)
    return path


def one_table_workspace(work):
    w = fresh(os.path.join(work, "one"))
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


def shipped_workspace(atom, work):
    w = os.path.join(work, "shipped")
    shutil.rmtree(w, ignore_errors=True)
    run = Run([atom, "init", w])
    if run.code != 0:
        raise Failed(f"atom init: exit {run.code}\n{run.err[:2000]}")
    return w


# ---- what is measured -------------------------------------------------------------------------------------------------------------


class Bench:
    def __init__(self, args):
        self.args = args
        self.runs = {}  # name -> runs that came to an end
        self.failed = {}

    def path(self, day, hour="180000"):
        return os.path.join(self.args.work, f"{day.replace('-', '')}_{hour}_remessa_528_out.528")

    def generate(self, path, *options):
        command = [self.args.generate, "remessa", "--seed", "1", "--lf", "--tables", os.path.dirname(TABLE), "--out", path, *options]
        subprocess.run(command, check=True)

    def prepare(self):
        say("making the files …")
        lines = ["--contracts", str(self.args.lines)]
        self.generate(self.path(DAYS[0]), *lines, "--day", DAYS[0])
        self.generate(self.path(DAYS[1]), *lines, "--day", DAYS[1], "--change", "0.02")
        third = self.path(DAYS[2])
        if os.path.exists(third):
            os.remove(third)
        os.link(self.path(DAYS[1]), third)
        self.generate(self.path(DAYS[3]), *lines, "--day", DAYS[3], "--daily-arrears")
        self.generate(self.path(DENSE), *lines, "--day", DENSE, "--dense")
        self.again = self.path(DAYS[3], "190000")
        if os.path.exists(self.again):
            os.remove(self.again)
        os.link(self.path(DAYS[3]), self.again)
        self.csv = os.path.join(self.args.work, "remessa.csv")
        slices = [(a, b) for _, a, b, _ in fields()]
        with open(self.path(DAYS[0]), encoding="latin-1", newline="") as file, open(self.csv, "w", newline="", encoding="utf-8") as out:
            writer = csv.writer(out, delimiter=";", lineterminator="\n")
            for line in file:
                writer.writerow([line[a:b].strip() for a, b in slices])

    def keep(self, name, run):
        self.runs.setdefault(name, []).append(run)
        say(f"  {name:<12} {run.seconds:7.2f} s")

    def attempt(self, what, work):
        try:
            work()
        except (Failed, OSError) as e:
            self.failed[what] = str(e)
            say(f"  {what} FAILED: {e}")

    def tidy(self):
        self.database()
        for path in [self.csv, self.again, *map(self.path, (*DAYS, DENSE))]:
            os.remove(path)
        for sub in ("one", "shipped"):
            shutil.rmtree(os.path.join(self.args.work, sub), ignore_errors=True)

    def database(self):
        path = os.path.join(self.args.work, "bare.db")
        for end in ("", "-wal", "-shm"):
            if os.path.exists(path + end):
                os.remove(path + end)
        return path

    def bare(self, name, *command):
        run = Run(command)
        if run.code != 0:
            raise Failed(run.err[:2000])
        self.keep(name, run)

    def yardstick(self):
        self.bare("yardstick", self.args.yardstick, self.path(DAYS[0]), TABLE, self.database())

    def script(self):
        self.bare("script", sys.executable, os.path.join(HERE, "load.py"), self.path(DAYS[0]), TABLE, self.database())

    def sha256(self):
        self.bare("SHA-256", "openssl", "dgst", "-sha256", self.path(DAYS[0]))

    def dense(self):
        self.bare("yardstick, dense", self.args.yardstick, self.path(DENSE), TABLE, self.database())
        self.keep("dense", atom_import(self.args.atom, shipped_workspace(self.args.atom, self.args.work), self.path(DENSE), self.args.lines))

    def sqlite_import(self):
        command = ["sqlite3", self.database(), *SYNCHRONOUS, create_table("t", False), ".mode csv", ".separator ;", f".import {self.csv} t"]
        run = Run(command)
        if run.code != 0 or run.err:
            raise Failed(run.err[:2000])
        self.keep(".import", run)

    def one_table(self):
        w = one_table_workspace(self.args.work)
        self.keep("one table", atom_import(self.args.atom, w, self.path(DAYS[0]), self.args.lines))

    def shipped(self):
        w = shipped_workspace(self.args.atom, self.args.work)
        for name, day in zip(("shipped", "2 % day", "equal day", "all changed"), DAYS):
            self.keep(name, atom_import(self.args.atom, w, self.path(day), self.args.lines))
        self.keep("had before", atom_import(self.args.atom, w, self.again, self.args.lines, status="duplicate"))
        if self.args.full:
            self.bare("files", self.args.atom, "-C", w, "files")
            self.bare("its select", "sqlite3", os.path.join(w, "data", "base.db"), "select * from arquivo order by id desc limit 20")

    def memory(self, name, lines):
        path = self.path(LARGE)
        self.generate(path, "--contracts", str(lines), "--day", LARGE)
        try:
            self.keep(name, atom_import(self.args.atom, one_table_workspace(self.args.work), path, lines))
        finally:
            os.remove(path)

    def measure(self):
        self.prepare()
        for n in range(1, self.args.rounds + 1):
            say(f"round {n}")
            for what in (self.yardstick, self.one_table, self.sqlite_import, self.sha256, self.shipped, self.script, self.dense):
                self.attempt(what.__name__, what)
        if self.args.memory_lines:
            self.attempt("memory", lambda: self.memory("1 GB", self.args.memory_lines))
        if self.args.full:
            self.attempt("5 GB", lambda: self.memory("5 GB", 1_165_000))

    # ---- what is said --------------------------------------------------------------------------------------------------------------

    def best(self, name):
        runs = self.runs.get(name)
        return min(r.seconds for r in runs) if runs else None

    def speed(self, name, against):
        a, b = self.best(name), self.best(against)
        return b / a if a and b else None

    def growth(self):
        """The WAL of the equal day as a share of the first load's. The watcher may miss the end of one: the largest of each counts."""
        first, equal = (max((r.wal for r in self.runs.get(name, [])), default=0) for name in ("shipped", "equal day"))
        return equal / first if first else None

    def table(self):
        def peak(name):
            return self.runs[name][0].peak / 1e6 if name in self.runs else None

        rows = [
            ("yardstick", "yardstick", None, "", None),
            (".import of the CSV", ".import", self.speed(".import", "yardstick"), "< yardstick", lambda v: v < 1),
            ("one table", "one table", self.speed("one table", "yardstick"), ">= 1.10 yardstick", lambda v: v >= 1.1),
            ("one table against .import", "one table", self.speed("one table", ".import"), ">= 1.50 .import", lambda v: v >= 1.5),
            ("shipped remessa", "shipped", self.speed("shipped", "yardstick"), ">= 0.65 yardstick", lambda v: v >= 0.65),
            ("  the same, dense lines", "dense", self.speed("dense", "yardstick, dense"), ">= 0.50 yardstick", lambda v: v >= 0.5),
            ("  against .import", "shipped", self.speed("shipped", ".import"), ">= 1.50 .import", lambda v: v >= 1.5),
            ("  against a Python script", "shipped", self.speed("shipped", "script"), ">= 4.00 script", lambda v: v >= 4),
            ("next day, 2 % changed", "2 % day", self.speed("2 % day", "shipped"), ">= 2.50 first load", lambda v: v >= 2.5),
            ("  against SHA-256 alone", "2 % day", self.speed("2 % day", "SHA-256"), ">= 0.50 SHA-256", lambda v: v >= 0.5),
            ("next day, every line changed", "all changed", self.speed("all changed", "shipped"), ">= 0.60 first load", lambda v: v >= 0.6),
            ("a file that was had before", "had before", self.speed("had before", "SHA-256"), ">= 0.80 SHA-256", lambda v: v >= 0.8),
            ("next day, all equal", "equal day", self.speed("equal day", "shipped"), "", None),
            ("WAL of the equal day", "equal day", self.growth(), "< 0.02 first load", lambda v: v < 0.02),
            ("peak memory at 1 GB, in MB", "1 GB", peak("1 GB"), "<= 100 MB", lambda v: v <= 100),
            ("peak memory at 5 GB, in MB", "5 GB", peak("5 GB"), "<= 100 MB", lambda v: v <= 100),
            ("atom files", "files", self.speed("files", "its select"), ">= 0.50 sqlite3", lambda v: v >= 0.5),
        ]
        out = []
        for what, name, value, goal, test in rows:
            ok = None if value is None or test is None else bool(test(value))
            out.append({"what": what, "seconds": self.best(name), "ratio": value, "goal": goal, "ok": ok})
        return out

    def details(self):
        def numbers(r):
            return {"seconds": r.seconds, "peak_bytes": r.peak, "wal_bytes": r.wal, "atom": getattr(r, "entry", {}).get("seconds")}

        return {name: [numbers(r) for r in runs] for name, runs in self.runs.items()}


def print_table(rows):
    print(f"{'what':<28} {'seconds':>8} {'ratio':>8}  {'goal':<20} ok")
    for r in rows:
        seconds = "-" if r["seconds"] is None else f"{r['seconds']:.2f}"
        ratio = "-" if r["ratio"] is None else f"{r['ratio']:.3f}" if r["ratio"] < 10 else f"{r['ratio']:.0f}"
        print(f"{r['what']:<28} {seconds:>8} {ratio:>8}  {r['goal']:<20} {'-' if r['ok'] is None else 'yes' if r['ok'] else 'NO'}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("--atom", "--generate", "--yardstick"):
        parser.add_argument(name, required=True)
    parser.add_argument("--work", default=os.path.join(ROOT, "build-bench"), help="a folder for 4 GB (--full: 12 GB) of files and bases (build-bench)")
    parser.add_argument("--keep", action="store_true", help="leave them there")
    parser.add_argument("--lines", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--memory-lines", type=int, default=250_000, help="0: leave the 1 GB file out")
    parser.add_argument("--full", action="store_true", help="also what takes long or much room: 5 GB in one file")
    parser.add_argument("--json")
    args = parser.parse_args()
    args.work = os.path.abspath(args.work)
    args.atom, args.generate, args.yardstick = map(os.path.abspath, (args.atom, args.generate, args.yardstick))
    os.makedirs(args.work, exist_ok=True)
    bench = Bench(args)
    bench.measure()
    if not args.keep:
        bench.tidy()
    rows = bench.table()
    print_table([r for r in rows if r["ratio"] is not None or r["seconds"] is not None])
    for what, why in bench.failed.items():
        print(f"{what} failed: {why}")
    if args.json:
        with open(args.json, "w", encoding="utf-8") as file:
            document = {"lines": args.lines, "load": os.getloadavg(), "table": rows, "runs": bench.details(), "failed": bench.failed}
            json.dump(document, file, indent=1)
            file.write("\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
