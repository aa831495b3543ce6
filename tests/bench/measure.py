"""What the themes of the bench share: running a program and measuring it, the folders it works in, and the rows of the table."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
TABLES = os.path.join(ROOT, "tests", "tools", "tables")


class Failed(Exception):
    """A measurement did not come to its end. It is told, and the bench goes on."""


def say(text):
    print(text, file=sys.stderr, flush=True)


class Run:
    """A process from its beginning to its end. What is still to be written of earlier ones is written before."""

    def __init__(self, command, wal=""):
        os.sync()
        reader, writer = os.pipe()
        words = [sys.executable, "-S", "-E", os.path.join(HERE, "one_run.py"), str(writer), wal, *command]
        done = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, pass_fds=(writer,), check=False)
        os.close(writer)
        with open(reader, encoding="utf-8") as told:
            text = told.read()
        self.out, self.err = (b.decode("utf-8", "replace") for b in (done.stdout, done.stderr))
        if not text:
            raise Failed(f"{command[0]} could not be started: {self.err[-500:]}")
        measured = json.loads(text)
        self.code, self.seconds, self.processor = measured["code"], measured["seconds"], measured["processor_seconds"]
        self.peak, self.wal = measured["peak_bytes"], measured["wal_bytes"]
        self.is_atom, self.bytes, self.entry = False, 0, {}  # bytes: of the file that it reads; entry: the ledger's

    def numbers(self):
        return {"seconds": self.seconds, "processor_seconds": self.processor, "peak_bytes": self.peak, "wal_bytes": self.wal, "file_bytes": self.bytes,
                "ledger": self.entry}  # fmt: skip


@dataclass
class Row:
    """A line of the table: what was measured, by the name of its runs, and how it stands to its goal."""

    what: str
    name: str
    ratio: float | None = None
    goal: str = ""
    ok: bool | None = None


def fresh(path):
    shutil.rmtree(path, ignore_errors=True)
    os.makedirs(path)
    return path


class Bench:
    """The runs that came to an end, by name, and where they work. A theme's folder is gone when the theme is done, `made` things at the end."""

    def __init__(self, args):
        self.args = args
        self.atom = args.atom
        self.runs, self.failed, self.things = {}, {}, {}
        self.others = {}  # numbers of a theme that is measured by another script
        self.theme = ""

    # ---- folders and files

    def folder(self, name):
        """A fresh folder of the theme's."""
        return fresh(os.path.join(self.args.work, self.theme, name))

    def made(self, name, make):
        """The path of what several themes use; make(path) is called once a run of the bench."""
        if name not in self.things:
            shared = os.path.join(self.args.work, "shared")
            os.makedirs(shared, exist_ok=True)
            say(f"  making {name} …")
            path = os.path.join(shared, name)
            shutil.rmtree(path, ignore_errors=True)  # a folder that --keep left
            make(path)
            self.things[name] = path
        return self.things[name]

    def generate(self, kind, path, *options):
        command = [self.args.generate, kind, "--seed", "1", "--lf", "--tables", TABLES, "--out", path, *map(str, options)]
        subprocess.run(command, check=True)

    def remessa(self, day, *options):
        """The remessa of that day, under its own name; made once."""
        name = f"{day.replace('-', '')}_180000_remessa_528_out.528"
        return self.made(name, lambda path: self.generate("remessa", path, "--contracts", self.args.lines, "--day", day, *options))

    def init(self, path):
        """Makes a workspace of the shipped pack, with an empty base."""
        for command in ([self.atom, "init", path], [self.atom, "-C", path, "run", "--once"]):
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode != 0:
                raise Failed(f"{' '.join(command[1:])}: exit {done.returncode}\n{done.stderr[:2000]}")

    def workspace(self, name):
        path = self.folder(name)
        self.init(path)
        return path

    # ---- running

    def rounds(self):
        for n in range(1, self.args.rounds + 1):
            say(f"  round {n}")
            yield n

    def attempt(self, what, work):
        try:
            work()
        except (Failed, OSError, RuntimeError, subprocess.CalledProcessError) as e:
            self.failed[f"{self.theme}: {what}"] = str(e)
            say(f"  {what} FAILED: {e}")

    def keep(self, name, run):
        self.runs.setdefault(name, []).append(run)
        say(f"    {name:<40} {run.seconds:7.2f} s {run.peak / 1e6:6.0f} MB")
        return run

    def rival(self, name, *command):
        """Another program's run."""
        run = Run(list(map(str, command)))
        if run.code != 0:
            raise Failed(f"{name}: exit {run.code}\n{run.err[:2000]}")
        return self.keep(name, run)

    def run_atom(self, workspace, *words):
        """A run of atom, not kept; whoever asked judges its exit code."""
        run = Run([self.atom, "-C", workspace, *words], wal=os.path.join(workspace, "data", "base.db-wal"))
        run.is_atom = True
        return run

    def imported(self, workspace, path, lines, *options, status="done"):
        """`atom import` of one file, of which it must take all lines."""
        run = self.run_atom(workspace, "import", path, "--json", *options)
        entries = [json.loads(line) for line in run.out.splitlines() if line.startswith("{")]
        run.entry = entries[0] if entries else {}
        run.bytes = os.path.getsize(path)
        if run.entry.get("status") != status or (status == "done" and run.entry.get("accepted") != lines):
            raise Failed(f"atom import {os.path.basename(path)}: exit {run.code} {json.dumps(run.entry)[:1000]}\n{run.err[:2000]}")
        return run

    # ---- what is said of it

    def first(self, name):
        """The first run of that name; none if none came to its end."""
        return next(iter(self.runs.get(name, ())), None)

    def best(self, name):
        return min((r.seconds for r in self.runs.get(name, ())), default=None)

    def peak(self, name):
        return max((r.peak for r in self.runs.get(name, ())), default=None)

    def quotient(self, a, b):
        a, b = self.best(a), self.best(b)
        return a / b if a and b else None

    def row(self, what, name=None):
        """Seconds, without a goal."""
        return Row(what, name or what)

    def speed(self, what, name, rival, least=None):
        """How many times as fast as the rival."""
        ratio = self.quotient(rival, name)
        goal = f"{rival}'s speed" if least is None else f">= {least:g} of {rival}'s speed"
        return Row(what, name, ratio, goal, None if ratio is None or least is None else ratio >= least)

    def time(self, what, name, rival, most):
        """How many times the rival's time."""
        ratio = self.quotient(name, rival)
        return Row(what, name, ratio, f"<= {most:g} times {rival}'s time", None if ratio is None else ratio <= most)

    def number(self, what, name, value, goal, holds):
        return Row(what, name, value, goal, None if value is None else bool(holds(value)))

    def memory(self, what, name):
        peak = self.peak(name)
        return self.number(what, name, peak / 1e6 if peak else None, "<= 100 MB", lambda v: v <= 100)
