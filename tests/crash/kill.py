#!/usr/bin/env python3
"""Kills atom at each of its named points and begins again: what is there in the end must be what an undisturbed run leaves.

usage: kill.py --atom PATH --generate PATH [--point NAME[:N[xTIMES]]] [--moments N] [--seed S] [--keep DIR]

PATH is a build with kill points (ATOM_DEV). The points are read from the sources. For each, at its first, second and third time, on either
of two days (and on the second at its first in two polls running, :1x2): the poll is killed there, polls follow until nothing is left to do,
the other day follows. With --moments, as many polls more are killed at a random moment. Then base (row for row, but for times, attempts and seconds), source folder with lidos and erros, and the dialer's
folder are compared with the undisturbed run's.
"""

import argparse
import contextlib
import concurrent.futures
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "tools"))
from workspace import Workspace, files_in  # noqa: E402

ENGINE = os.path.join(HERE, "..", "..", "engine")
PASSING = {"seconds", "seen_at", "ended_at", "made_at", "attempts", "at"}
CONTRACTS = "60"
HOLDING_JOB = """job = "conferencia"
layout = "remessa_exclusao"
files = ["{data:YYYYMMDD}_conferencia.txt"]
source = "credor"
order = 50

[[rule]]
name = "espera-alguem"
hold = "select contrato from e limit 1"
message = "o contrato {contrato} espera"
"""


def points():
    found = set()
    for folder, _, names in os.walk(ENGINE):
        for name in names:
            if name.endswith(".cpp"):
                with open(os.path.join(folder, name), encoding="utf-8") as file:
                    for call in re.findall(r"(?<!void )kill_point\(([^;{]*)\);", file.read()):
                        found |= set(re.findall(r'"([^"]+)"', call))
    return sorted(p for p in found if not p.startswith("send-"))  # those need a server: tests/remote/send.py


def make_days(generate, scratch):
    """[(day, {name: bytes})]"""

    def made(kind, day, **options):
        path = os.path.join(scratch, "made")
        words = [generate, kind, "--seed", "7", "--day", day, "--out", path, "--contracts", CONTRACTS, "--bad", "0.1"]
        for key, value in options.items():
            words += ["--" + key, str(value)]
        subprocess.run(words, check=True)
        with open(path, "rb") as file:
            return file.read()

    first, second = "2026-12-03", "2026-12-04"
    days = []
    for n, day in enumerate((first, second)):
        d = day.replace("-", "")
        slashed = d[6:] + d[4:6] + d[:4]
        days.append((day, {
            f"{d}_180000_remessa_528_out.528": made("remessa", day, change=0.3 * n),
            f"{d}_181000_parc_528_out.528": made("parcelas", day, change=0.3 * n),
            f"telefones_carteira_veic_{slashed[:4]}{slashed[6:]}190000.csv": made("telefones", day),
            f"{d}_190000_acordo_528_out.528.txt": made("acordos", day, share=0.1),
            f"{d}_200000_baixa_528_out.528": made("exclusao", day, share=0.1),
            f"{d}_conferencia.txt": made("exclusao", day, share=0.1),
            "leia-me.txt": b"nothing\n",
        }))
    days[0][1].update({  # fail, and hold the dialer's list back until somebody releases it on the second day
        "20261203_191000_acordo_528_out.528_new.txt": b"",
        "AcordosBaixados_03122026_528.csv": b"A;B\r\n1;2\r\n",
        "20261203_201000_baixa_528_out.528": b"too short\r\n",
    })
    days[1][1]["20261202_181000_parc_528_out.528"] = made("parcelas", "2026-12-02")  # out of date: held
    again = "20261203_180000_remessa_528_out.528"
    days[1][1][again] = days[0][1][again]  # a duplicate
    return days


def make_workspace(atom, root):
    """The pack, and a job whose files are always held."""
    ws = Workspace(atom, root).make()
    with open(os.path.join(ws.home, "jobs", "conferencia.toml"), "w", encoding="utf-8") as file:
        file.write(HOLDING_JOB)
    return ws


def snapshot(ws):
    """What the comparison is about."""
    out = {}
    for title, folder in (("credor", ws.source), ("lidos", os.path.join(ws.source, "lidos")), ("erros", ws.errors()), ("discador", ws.target)):
        out |= {f"{title}/{name}": data for name, data in files_in(folder).items()}
    for folder in (os.path.join(ws.target, ".tmp"), os.path.join(ws.home, "data/spool/in"), os.path.join(ws.home, "data/spool/out")):
        out |= {f"left/{name}": data for name, data in files_in(folder).items()}
    with contextlib.closing(ws.base()) as base:
        for (table,) in base.execute("select name from sqlite_schema where type = 'table' and name not like 'sqlite_%'").fetchall():
            cursor = base.execute(f'select * from "{table}"')
            kept = [i for i, d in enumerate(cursor.description) if d[0] not in PASSING]
            out[f"base/{table}"] = sorted(repr([row[i] for i in kept]).replace(ws.root, "") for row in cursor)
    return out


def differences(expected, actual):
    out = []
    for name in sorted(expected.keys() | actual.keys()):
        e, a = expected.get(name), actual.get(name)
        if e == a:
            continue
        if e is None or a is None:
            out.append(f"{name}: {'surplus' if e is None else 'missing'}")
        elif isinstance(e, bytes):
            out.append(f"{name}: other bytes ({len(e)}, {len(a)})")
        else:
            out += [f"{name}: missing {r[:200]}" for r in e if r not in a][:3] + [f"{name}: surplus {r[:200]}" for r in a if r not in e][:3]
            if sorted(set(e)) == sorted(set(a)):
                out.append(f"{name}: {len(e)} rows expected, {len(a)} there")
    return out


def ask(ws, n):
    """On the second day somebody asks for something, and the next poll takes it up."""
    if n == 1:
        code, _, err = ws.call("release", "discagem", "--by", "ana")
        assert code == 0, err


def poll_to_the_end(ws, day, until_calm):
    """One poll, or as many as there are changes."""
    before, polls = None, 0
    while before is None or until_calm:
        code, _, err = ws.poll(f"{day} 02:01")
        assert code in (0, 1), f"exit {code}: {err}"
        after = snapshot(ws) if until_calm else ()
        if after == before:
            break
        before, polls = after, polls + 1
        assert polls < 5, "the polls find no end"


def play(ws, days, kill_day=None, point=None):
    """Whether the point (or the moment, in seconds) was reached. Raises AssertionError if a poll fails or there is no end."""
    reached = False
    for n, (day, files) in enumerate(days):
        for name, data in files.items():
            ws.drop(name, data)
        ask(ws, n)
        if n == kill_day and isinstance(point, float):
            reached = ws.poll_killed_after(point, f"{day} 02:00")
        elif n == kill_day:
            at, times = re.fullmatch(r"(.+?)(?:x(\d+))?", point).groups()
            codes = [ws.poll(f"{day} 02:00", env={"ATOM_KILL_AT": at})[0] for _ in range(int(times or 1))]
            reached = codes[0] == -signal.SIGKILL
        poll_to_the_end(ws, day, n == kill_day)
    return reached


def try_point(atom, days, root, expected, kill_day, point):
    ws = make_workspace(atom, root)
    try:
        reached = play(ws, days, kill_day, point)
        wrong = differences(expected, snapshot(ws)) if reached else []
    except AssertionError as e:
        reached, wrong = True, [str(e)]
    return kill_day, point, reached, wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--atom", required=True)
    parser.add_argument("--generate", required=True)
    parser.add_argument("--point")
    parser.add_argument("--moments", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep")
    args = parser.parse_args()
    with contextlib.ExitStack() as stack:
        scratch = args.keep or stack.enter_context(tempfile.TemporaryDirectory())
        os.makedirs(scratch, exist_ok=True)
        days = make_days(os.path.abspath(args.generate), scratch)
        calm = make_workspace(args.atom, os.path.join(scratch, "calm"))
        began = time.monotonic()
        play(calm, days)
        a_day = (time.monotonic() - began) / len(days)
        expected = snapshot(calm)
        chance = random.Random(args.seed)
        names = [args.point] if args.point else [p + times for p in points() for times in ("", ":2", ":3", ":1x2")]
        failed, met = 0, set()
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            tries = []
            for kill_day in (0, 1):
                for point in (n for n in names if kill_day == 1 or args.point or not n.endswith(":1x2")):
                    root = os.path.join(scratch, f"{point.replace(':', '-')}-day{kill_day + 1}")
                    tries.append((root, pool.submit(try_point, args.atom, days, root, expected, kill_day, point)))
            for n in range(args.moments):
                root = os.path.join(scratch, f"moment-{n}")
                tries.append((root, pool.submit(try_point, args.atom, days, root, expected, n % 2, chance.uniform(0, 1.2 * a_day))))
            moments = 0
            for root, t in tries:
                kill_day, point, reached, wrong = t.result()
                moments += reached and isinstance(point, float)
                point = f"{point:.4f} s (seed {args.seed})" if isinstance(point, float) else point
                if reached and " " not in point:
                    met.add(point.split(":")[0])
                if wrong:
                    failed += 1
                    print(f"DIFFERENT after a kill at {point} on day {kill_day + 1}")
                    for line in wrong[:8]:
                        print(f"    {line}")
                if not args.keep:
                    shutil.rmtree(root, ignore_errors=True)
        unmet = sorted({p.split(":")[0] for p in names} - met)
        for point in unmet:
            print(f"NEVER REACHED {point}")
        print(f"{len(tries)} kills at {len(met)} points and {moments} moments, {failed} left something else than an undisturbed run")
    return 1 if failed or unmet or not met else 0


if __name__ == "__main__":
    sys.exit(main())
