#!/usr/bin/env python3
"""Days of the bank's files through atom and through the oracle, poll by poll, compared after each. Exit 1 on any difference.

usage: days.py --atom PATH --generate PATH [--seeds N] [--first-seed K] [--keep DIR]

A seed makes some weeks: files of the evening before and of the night, weekends and holidays, an outage that puts several days into one
poll, late and early files, files sent again, empty and spoiled ones, half a batimento, other agencies' and .rejeitados that were mended.
In between, somebody approves, releases, or takes a file off the folder. Besides the oracle's word each poll must hold some of its own: see
Invariants. The same files one a poll, all in one poll and by `atom import` must end alike.
--keep DIR  leaves the workspaces there (DIR/seedN)
"""

import argparse
import concurrent.futures
import contextlib
import csv
import dataclasses
import datetime
import hashlib
import io
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile

import compare
import formats
import makers
import model
import oracle
from values import is_business_day

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tools"))
from workspace import Workspace, files_in  # noqa: E402

CONTRACTS = 160
BEGINNINGS = ["2026-12-02", "2026-03-31", "2026-02-11", "2026-11-17", "2026-05-29"]  # a weekend and most a holiday soon after
MINUTE = datetime.timedelta(minutes=1)


@dataclasses.dataclass
class Event:
    at: datetime.datetime
    name: str
    make: object  # () -> bytes, or None: nothing comes


# ---- the scenario ------------------------------------------------------------------------------------------------------------------


class Scenario:
    def __init__(self, seed, generate, scratch, errors):
        self.seed, self.generate, self.scratch = seed, generate, scratch
        self.errors = errors  # name -> the bytes of the last .rejeitados of that file, None: there was none
        self.dice = random.Random(seed)
        self.events, self.sent, self.n = [], {}, 0
        self.contracts = {}  # contrato -> values, of the last remessa that was made
        self.days = self.business_days(datetime.date.fromisoformat(BEGINNINGS[seed % len(BEGINNINGS)]), 7)
        for i, day in enumerate(self.days):
            self.evening(i, day)
            self.night(i, day)
            self.daytime(i, day)
        self.events.sort(key=lambda e: e.at)

    @staticmethod
    def business_days(day, count):
        out = []
        while len(out) < count:
            if is_business_day(day):
                out.append(day)
            day += datetime.timedelta(days=1)
        return out

    def at(self, day, hour, later=0):
        return datetime.datetime.combine(day, datetime.time(hour)) + datetime.timedelta(days=later)

    def file(self, at, name, kind, day, spoil=lambda data: data, **options):
        self.n += 1
        number = self.n

        def make():
            path = os.path.join(self.scratch, f"file{number}")
            words = [self.generate, kind, "--seed", str(self.seed), "--day", str(day), "--out", path]
            given = {"contracts": CONTRACTS, "bad": 0.06, "bad_seed": number} | options
            for key, value in given.items():
                if value is None:
                    continue
                words += ["--" + key.replace("_", "-")] + ([] if value is True else [str(value)])
            subprocess.run(words, check=True)
            with open(path, "rb") as file:
                data = self.sent[name] = spoil(file.read())
            os.remove(path)
            if kind == "remessa":
                self.remember(data)
            return data

        self.events.append(Event(at, name, make))

    def remember(self, data):
        try:
            rows, _ = formats.read_file(formats.REMESSA, data)
            self.contracts = {row.key: row.values for row in rows if not row.rejected}
        except formats.FileFault:
            pass

    def made(self, at, name, maker, day, **options):
        """A file of the contracts that were sent last."""
        self.n += 1
        dice = random.Random(self.seed * 1000 + self.n)

        def make():
            data = self.sent[name] = maker(dice, self.contracts, day, **options) if self.contracts else None
            return data

        self.events.append(Event(at, name, make))

    def bytes(self, at, name, data):
        self.events.append(Event(at, name, lambda: data))

    def again(self, at, name, new_name=None):
        """Bytes that came already, under their own name or another."""
        self.events.append(Event(at, new_name or name, lambda: self.sent.get(name)))

    def mended(self, at, name):
        def make():
            data = self.errors.get(name)
            return mend(name, data) if data else None

        self.events.append(Event(at, name + ".rejeitados", make))

    def evening(self, i, day):
        d, before = f"{day:%Y%m%d}", day - datetime.timedelta(days=1)
        change = {"change": round(0.04 * i, 2), "new": round(0.03 * i, 2), "gone": round(0.02 * i, 2)}
        late = self.at(day, 9, self.dice.choice((0, 1, 2))) if i == 4 else None  # one remessa comes after the next one
        self.file(late or self.at(before, 19), f"{d}_183000_remessa_528_out.528", "remessa", day, **change, **({"daily_arrears": True} if i % 2 else {}))
        if i == 3:  # a whole file refused, and the good one later
            self.file(self.at(before, 18), f"{d}_180000_remessa_528_out.528", "remessa", day, bad=0.6)
            self.again(self.at(day, 8), f"{d}_180000_remessa_528_out.528", f"{d}_181500_REMESSA_528_OUT.528")
        if i == 1:
            self.file(self.at(day, 11), f"{d}_110000_remessa_528_out.528", "remessa", day, first=30, contracts=40, change=0.5, dense=True)
            self.file(self.at(before, 20), f"{d}_183000_remessa_527_out.527", "remessa", day)
        self.made(self.at(day, 1, 1 if i == 3 else 0), f"{d}_190100_garantias_528_out.528", makers.garantias, day)
        late = self.at(day, 10, 2) if i == 2 else None
        self.file(late or self.at(before, 19), f"{d}_184000_parc_528_out.528", "parcelas", day, contracts=CONTRACTS + 20, change=round(0.05 * i, 2), lf=True)

    def night(self, i, day):
        d = f"{day:%Y%m%d}"
        wide = {"contracts": CONTRACTS + 30}
        late = self.dice.choice((0, 0, 1, 2))
        self.file(self.at(day, 2, late), f"{d}_013000_acordo_528_out.528.txt", "acordos", day, cut_lines, share=0.06, bad=0.3, **wide)
        self.file(self.at(day, 2), f"{d}_014000_acordo_528_out.528_new.txt", "acordos", day, share=0.04, bad=0.3, **wide)
        baixados = f"AcordosBaixados_{day:%d%m%Y}_528.csv"
        if i == 2:  # no byte, then as it should be
            self.bytes(self.at(day, 2), baixados, b"")
            self.file(self.at(day, 9), baixados, "acordos_baixados_csv", day, share=0.1, bad=0.2, utf8=True, bom=True, **wide)
        elif i == 5:  # nobody paid, said twice
            header = ";".join(f.column for f in formats.ACORDOS_BAIXADOS.fields)
            self.bytes(self.at(day, 2), baixados, header.encode() + b"\r\n")
            self.bytes(self.at(day, 9), baixados.upper(), header.encode() + b"\r\n")
        elif i == 3:
            self.bytes(self.at(day, 2), baixados, b"CONTRATO;OUTRA\r\n1;2\r\n")
        else:
            self.file(self.at(day, 2), baixados, "acordos_baixados_csv", day, share=0.08, bad=0.2, utf8=i % 2 == 0 or None, **wide)
        late = self.dice.choice((0, 0, 0, 2))
        self.file(self.at(day, 3, late), f"{d}_020000_baixa_528_out.528", "exclusao", day, cut_lines, share=0.03, bad=0.2, **wide)

        self.batimento(i, day)

    def batimento(self, i, day):
        """One a night: sound, half and then whole, with a line that names nobody, late, of another carteira, with a header alone."""
        name, two = f"bat_carteira_veic_{day:%d%m%Y}_528.csv", self.at(day, 2)
        if i == 1:
            self.made(two, name, makers.batimento, day, share=0.5)
            self.made(self.at(day, self.dice.choice((9, 12))), self.dice.choice((name, name + ".528")), makers.batimento, day)
        elif i == 3:
            self.made(two, name, makers.batimento, day, unreadable=True)
        elif i == 5:
            self.made(two, name, makers.batimento, day, carteira="IMOVEIS")
            self.made(self.at(day, 9), name, makers.batimento, day, share=0)
        else:
            late = self.dice.choice((0, 0, 1))
            self.made(self.at(day, self.dice.choice((1, 2, 3)), late), name, makers.batimento, day, share=self.dice.choice((0.97, 0.9)))
        if i in (2, 4):
            self.again(self.at(day, 16, i // 4), name, self.dice.choice((name, name + ".528")))

    def refin(self, i, day):
        if day.weekday() == 1 or i == 3:
            stamp = f"{day:%d%m%Y}" if i % 2 else f"{day:%d%m%y}"
            self.made(self.at(day, 7), f"refin_carteira_veic_{stamp}065500.csv", makers.refin, day)

    def actions(self, i, day):
        """Mass actions in the morning, the dialer's results in the evening; some of a day come twice."""
        d = f"{day:%Y%m%d}"
        for kind in makers.ACTIONS:
            self.made(self.at(day, 10), f"{d}_095500_{kind}.csv", makers.action, day, kind=kind)
        self.made(self.at(day, 12), f"{d}_115500_massiva_whatsapp.csv", makers.action, day, kind="massiva_whatsapp")
        for hour in (13, 20) if i % 2 else (20,):
            self.made(self.at(day, hour), f"retorno_discador_{d}_{hour - 1}5500.csv", makers.retorno, day)

    def daytime(self, i, day):
        d = f"{day:%Y%m%d}"
        self.refin(i, day)
        self.actions(i, day)
        for hour in self.dice.sample(range(8, 18), 2):
            saturday = day + datetime.timedelta(days=1) if i == 3 else day
            self.file(self.at(saturday, hour), f"telefones_carteira_veic_{saturday:%d%m%y}{hour:02}0500.csv", "telefones", day, share=0.2, bad=0.2)
        later = self.dice.choice((0, 0, 1))
        for name in (f"{d}_183000_remessa_528_out.528", f"{d}_184000_parc_528_out.528", f"{d}_013000_acordo_528_out.528.txt"):
            self.mended(self.at(day, 14, later), name)
        self.mended(self.at(day, 14, later), f"AcordosBaixados_{day:%d%m%Y}_528.csv")
        self.mended(self.at(day, 15), f"{d}_020000_baixa_528_out.528")
        if i % 2:
            self.again(self.at(day, 16), f"{d}_183000_remessa_528_out.528")
            self.again(self.at(day, 16), f"{d}_014000_acordo_528_out.528_new.txt", f"{d}_230000_acordo_528_out.528_new.txt")
        if i == 0:
            self.bytes(self.at(day, 16), "leia-me.txt", b"nada\n")

    def polls(self):
        """[(time, events)], with an outage of some days."""
        out = {}
        down = self.dice.randrange(2, len(self.days) - 1)
        begin, end = self.at(self.days[down], 0, -1), self.at(self.days[down], 7, 2)
        for e in self.events:
            at = e.at.replace(minute=30)
            at = end + 30 * MINUTE if begin <= at < end else at
            out.setdefault(at, []).append(e)
        return sorted(out.items(), key=lambda p: p[0])


def cut_lines(data):
    """Some lines end early: in the contract, right after it, in a field further on; one goes on."""
    lines = data.splitlines(keepends=True)
    for n, length in ((1, 15), (2, 21), (4, 60), (5, 40)):
        if n < len(lines) and len(lines[n].strip()) > length:
            lines[n] = lines[n][:length] + b"\r\n"
    if len(lines) > 3 and lines[3].strip():
        lines[3] = lines[3].rstrip(b"\r\n") + b"0 AND MORE\r\n"
    return b"".join(lines)


# ---- mending -----------------------------------------------------------------------------------------------------------------------


def mend(name, data):
    """What somebody with an editor would do: every field that its type refuses is emptied, every line gets its length."""
    layout = model.file_of(name).layout
    return mend_fixed(layout, data) if layout.fixed else mend_csv(layout, data)


def mend_fixed(layout, data):
    out = b""
    for _, _, raw in formats.physical_lines(data):
        body = formats.without_end(raw).decode("latin-1").ljust(layout.length)[: layout.length]
        if layout.one_in_front:
            body = "1" + body[1:]
        for f in layout.fields:
            begin, end = f.at - 1, f.at - 1 + f.length
            value, ok = formats.parse_value(layout, f, body[begin:end])
            if not ok or (value is None and f.required and f.kind == "text" and f.name != "contrato"):
                body = body[:begin] + ("NOME" if ok else "").ljust(f.length) + body[end:]
        out += body.encode("latin-1") + raw[len(formats.without_end(raw)) :]
    return out


def mend_csv(layout, data):
    lines = [formats.without_end(raw) for _, _, raw in formats.physical_lines(data)]
    columns = lines[0].count(b";") + 1
    out = [lines[0]]
    for line in lines[1:]:
        cells = line.replace(b'"', b"").split(b";")
        cells = (cells + [b""] * columns)[:columns]
        for f, cell in enumerate(cells):
            if not formats.parse_value(layout, layout.fields[f], cell.decode("latin-1"))[1]:
                cells[f] = b""
        out.append(b";".join(cells))
    return b"\r\n".join(out) + b"\r\n"


# ---- what holds whatever the oracle says ---------------------------------------------------------------------------------------------


class Invariants:
    """Counts add up; only ATIVO in the mailing; the dialer, having taken each file in order, holds the mailing; a second poll does nothing."""

    def __init__(self, workspace, diff):
        self.ws, self.diff = workspace, diff
        self.dialer, self.taken = {}, set()

    def new_outputs(self):
        """The files that the dialer got since the last call, in the order of their numbers."""
        found = {n: d for n, d in files_in(self.ws.target).items() if n not in self.taken}
        self.taken |= found.keys()
        return dict(sorted(found.items(), key=lambda f: f[0].rsplit("_", 2)[1:]))

    def take(self, outputs):
        for name, data in outputs.items():
            for row in csv.DictReader(io.StringIO(data.decode("latin-1"), newline=""), delimiter=";"):
                key = row["contrato"]
                if name.startswith("baixa_"):
                    if self.dialer.pop(key, None) is None:
                        self.diff.say(f"{name} removes {key}, which the dialer does not hold")
                    continue
                if name.startswith("incremental_") and without_arrears(self.dialer.get(key)) == without_arrears(row):
                    self.diff.say(f"{name} says nothing new of {key}")
                self.dialer[key] = row

    def check(self, rows, only_removals=False):
        for r in rows:
            if r["read"] != r["accepted"] + r["rejected"]:
                self.diff.say(f"{r['file']}: {r['read']} read, {r['accepted']} accepted, {r['rejected']} rejected")
        base = self.ws.base()
        with contextlib.closing(base):
            calling = base.execute("select count(*) from mailing m left join ficha f using (contrato) where f.status is not 'ATIVO'").fetchone()[0]
            if calling:
                self.diff.say(f"{calling} of the mailing are not ATIVO")
            cursor = base.execute("select * from mailing")
            names = [d[0] for d in cursor.description]
            view = {r[names.index("contrato")]: shown(names, r) for r in cursor}
            open_rows = base.execute("select count(*) from atom_outbox").fetchone()[0]
        held = {k: without_arrears(v) for k, v in self.dialer.items()}
        wanted = {k: without_arrears(v) for k, v in view.items()}
        if only_removals:  # what is new or changed waits; what is gone does not
            wanted = {k: held[k] for k in held.keys() & wanted.keys()}
        if held != wanted:
            wrong = sorted(k for k in held.keys() | wanted.keys() if held.get(k) != wanted.get(k))
            self.diff.say("what the dialer holds is not the mailing", wrong)
        for folder in (os.path.join(self.ws.target, ".tmp"), os.path.join(self.ws.home, "data/spool/in"), os.path.join(self.ws.home, "data/spool/out")):
            if files_in(folder):
                self.diff.say(f"left in {os.path.relpath(folder, self.ws.root)}: {', '.join(files_in(folder))}")
        if open_rows:
            self.diff.say(f"{open_rows} rows are left in the outbox")

    def check_source(self, expected):
        """What is done has left the folder, what failed or is nobody's has not."""
        if (have := set(files_in(self.ws.source))) != expected:
            self.diff.say("the source's folder", [f"missing {n}" for n in expected - have] + [f"surplus {n}" for n in have - expected])

    def check_second(self, at):
        before = fingerprint(self.ws)
        code, rows, err = self.ws.poll(at)
        if rows or err or fingerprint(self.ws) != before or self.new_outputs() or files_in(self.ws.errors()):
            self.diff.say(f"a second poll at {at} did something: exit {code}, {rows} {err}")


def shown(names, row):
    out = {}
    for name, value in zip(names, row):
        out[name] = model.money(value) if name.startswith("valor_") and value is not None else "" if value is None else str(value)
    return out


def without_arrears(row):
    return row and {k: v for k, v in row.items() if k != "dias_atraso"}


def content(base, engine=True):
    """Every row of every table, as text. Without the engine's, arquivo_id becomes the file's name."""
    names = dict(base.execute("select id, file from atom_file"))
    out = {}
    for (table,) in base.execute("select name from sqlite_schema where type = 'table' and name not like 'sqlite_%'").fetchall():
        if table.startswith("atom_") and not engine:
            continue
        cursor = base.execute(f'select * from "{table}"')
        ids = [i for i, d in enumerate(cursor.description) if d[0].endswith("arquivo_id")] if not engine else []
        out[table] = sorted(repr(tuple(names.get(v) if i in ids else v for i, v in enumerate(r))) for r in cursor)
    return out


def fingerprint(workspace):
    with contextlib.closing(workspace.base()) as base:
        return hashlib.sha256(repr(content(base)).encode()).hexdigest()


# ---- driving -------------------------------------------------------------------------------------------------------------------------


class Run:
    def __init__(self, atom, generate, seed, root):
        self.root, self.seed = root, seed
        self.ws = Workspace(atom, root).make()
        self.diff = compare.Differences()
        self.invariants = Invariants(self.ws, self.diff)
        self.rejected = {}
        self.scenario = Scenario(seed, generate, root, self.rejected)
        calendar = "corrido" if seed % 3 == 2 else "bancario"
        self.ws.set_calendar(calendar)
        self.oracle = model.Oracle(calendar=calendar)
        self.staying = set()
        self.dice = random.Random(-seed)
        self.dropped = []  # (name, bytes) of all polls, in order

    def run(self):
        for n, (at, events) in enumerate(self.scenario.polls(), 1):
            self.poll(n, at, events)
            if self.diff.count:
                print(f"seed {self.seed}, poll {n}, {at}: {self.diff.count} differences; files: {', '.join(e.name for e in events)}")
                return False
        return True

    def poll(self, n, at, events):
        folder = os.path.join(self.root, f"poll{n}")
        os.makedirs(os.path.join(folder, "in"))
        made = {}
        for e in events:
            data = e.make()
            if data is not None:
                made[e.name] = data
        for name, data in made.items():
            self.ws.drop(name, data)
            with open(os.path.join(folder, "in", name), "wb") as file:
                file.write(data)
        self.dropped.append(made)
        files, unmatched, exports = self.oracle.poll([os.path.join(folder, "in", name) for name in sorted(made)], at.date())
        oracle.write_poll(folder, self.oracle, files, unmatched, exports)
        when = f"{at:%Y-%m-%d %H:%M}"
        code, rows, err = self.ws.poll(when)
        if code != any(f.status in ("failed", "held") for f in files):
            self.diff.say(f"exit {code}", err.splitlines())
        self.gather(folder, rows)
        self.compare(folder, rows)
        self.staying |= {f.name for f in files if f.status in ("failed", "held", "waiting")} | {os.path.basename(p) for p in unmatched}
        self.staying -= {f.name for f in files if f.status in ("done", "duplicate")}
        self.invariants.check(rows, self.oracle.mailing_is_held())
        self.invariants.check_source(self.staying)
        self.invariants.check_second(when)
        self.people(when)

    def people(self, when):
        """Somebody reads what is held and what waits, and sometimes does something about it; the next poll takes it up."""
        names = {r["file"]: r["id"] for r in self.ws.call("files", "--json", "--at", when)[1] if r["status"] in ("held", "waiting")}
        open_files = [f for f in self.oracle.files if f.status in ("held", "waiting")]
        if names.keys() != {f.name for f in open_files}:
            self.diff.say("what is held or waits", [f"{sorted(names)}", f"{sorted(f.name for f in open_files)}"])
            return
        if self.oracle.mailing_is_held() and self.dice.random() < 0.15:
            self.ws.call("release", "discagem", "--by", "ana", "--at", when)
            self.oracle.release_mailing()
        for f in open_files:
            chance = self.dice.random()
            if chance < 0.3:
                word, done = ("approve", self.oracle.approve) if f.status == "held" else ("release", self.oracle.release)
                self.ws.call(word, str(names[f.name]), "--by", "rui", "--at", when)
                done(f)
            elif chance < 0.4:
                os.remove(os.path.join(self.ws.source, f.name))
                self.oracle.take_off(f.name)
                self.staying.discard(f.name)

    def gather(self, folder, rows):
        """This poll's error files and outputs, to folders of its own."""
        outputs = self.invariants.new_outputs()
        self.invariants.take(outputs)
        errors = files_in(self.ws.errors())
        shutil.rmtree(self.ws.errors(), ignore_errors=True)
        for sub, files in (("outputs", outputs), ("errors", errors)):
            os.makedirs(os.path.join(folder, sub))
            for name, data in files.items():
                with open(os.path.join(folder, sub, name), "wb") as file:
                    file.write(data)
        for r in rows:
            self.rejected[r["file"]] = errors.get(r["file"] + ".rejeitados")

    def compare(self, folder, rows):
        ledger = os.path.join(folder, "ledger.jsonl")
        with open(ledger, "w", encoding="utf-8") as file:
            file.writelines(json.dumps(r) + "\n" for r in rows)
        self.diff.count += compare.compare(folder, self.ws.base_path, os.path.join(folder, "outputs"), os.path.join(folder, "errors"), ledger)
        _, listed, _ = self.ws.call("files", "--json")
        listed = {r["id"]: r for r in listed}
        wrong = [r["file"] for r in rows if listed.get(r["id"]) != r]
        if wrong:
            self.diff.say("atom files says something else than the run did", wrong)


# ---- one a poll, all at once, by hand ----------------------------------------------------------------------------------------------------


def ends_alike(run, root):
    """The first days' files that are in the right order anyhow: the base is the same whichever way they come."""
    files = {}
    for made in run.dropped[: len(run.dropped) // 2]:
        for name, data in made.items():
            if model.file_of(name) and not name.endswith(".rejeitados"):
                files[name] = data
    order = sorted(files, key=lambda n: (model.file_of(n).order, n))
    at, bases = "2027-01-04 12:00", {}
    for way in ("one", "all", "import"):
        ws = Workspace(run.ws.atom, os.path.join(root, way)).make()
        invariants = Invariants(ws, run.diff)
        if way == "one":
            for name in order:
                ws.drop(name, files[name])
                ws.poll(at)
        elif way == "all":
            for name in reversed(order):
                ws.drop(name, files[name])
            ws.poll(at)
        else:
            os.makedirs(os.path.join(root, "hand"))
            paths = [os.path.join(root, "hand", name) for name in order]
            for path in paths:
                with open(path, "wb") as file:
                    file.write(files[os.path.basename(path)])
            ws.call("import", "--at", at, *reversed(paths))
        invariants.take(invariants.new_outputs())
        listed = ws.call("files", "--json", "--at", at)[1]
        invariants.check([], any(r["job"] in model.HOLDING and r["status"] in ("failed", "held", "waiting") for r in listed))
        with contextlib.closing(ws.base()) as base:
            # by hand, the same failed bytes under a second name are a retry; in a folder both files stand
            counts = base.execute("select file, status, read, accepted, rejected, warnings, rejects from atom_file where status <> 'failed'")
            bases[way] = content(base, engine=False) | {"files": sorted(map(repr, counts))}
    for way in ("all", "import"):
        for table, rows in bases["one"].items():
            run.diff.multisets(f"{table}: one file a poll, and {way}", rows, bases[way][table])
    return run.diff.count == 0


def run_seed(args, seed):
    """(whether all was equal, what there is to say)"""
    with contextlib.ExitStack() as stack:
        said = stack.enter_context(contextlib.redirect_stdout(io.StringIO()))
        root = os.path.join(args.keep, f"seed{seed}") if args.keep else stack.enter_context(tempfile.TemporaryDirectory())
        run = Run(args.atom, os.path.abspath(args.generate), seed, root)
        alike = run.run() and ends_alike(run, root)
        files = sum(map(len, run.dropped))
        print(f"seed {seed}: {len(run.dropped)} polls, {files} files: {'equal' if alike else 'DIFFERENT'}")
        return alike, said.getvalue()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--atom", required=True)
    parser.add_argument("--generate", required=True)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--first-seed", type=int, default=1)
    parser.add_argument("--keep")
    args = parser.parse_args()
    seeds = range(args.first_seed, args.first_seed + args.seeds)
    with concurrent.futures.ProcessPoolExecutor(2) as pool:
        good = True
        for alike, said in pool.map(run_seed, [args] * len(seeds), seeds):
            print(said, end="", flush=True)
            good = good and alike
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
