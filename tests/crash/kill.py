#!/usr/bin/env python3
"""Kills atom at each of its named points and begins again: what is there in the end must be what an undisturbed run leaves.

usage: kill.py --atom PATH --generate PATH [--point NAME[:N[xTIMES]]] [--brief] [--moments N] [--seed S] [--sftp] [--keep DIR]

PATH is a build with kill points (ATOM_DEV). The points are read from the sources. Three days are told: all is well; what fails holds the
export, and only removals leave; somebody releases it. Each point is tried at its first time on each day, and on the second day at its second
time and at its first in two polls running (:1x2); with --brief, once. With --sftp the folders are
on an OpenSSH of its own (as root). The poll is killed there, and polls follow. With --moments, as many polls
more are killed at a random moment. In the end, and after one poll more, base (row for row, but for times, attempts and seconds), source folder with
lidos and erros, and the dialer's folder are compared with the undisturbed run's after that day. A day begins where the undisturbed run left it.
"""

import argparse
import contextlib
import concurrent.futures
import dataclasses
import os
import queue
import random
import re
import shutil
import signal
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "tools"))
sys.path.insert(0, os.path.join(HERE, "..", "remote"))
from servers import Servers  # noqa: E402
from workspace import Workspace, files_in, quick_folder  # noqa: E402

ENGINE = os.path.join(HERE, "..", "..", "engine")
PASSING = {"seconds", "attempts"}
CONTRACTS = "60"
AT_ONCE = 2
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


# ---- the days --------------------------------------------------------------------------------------------------------------------------


@dataclasses.dataclass
class Day:
    date: str
    files: dict  # name -> bytes
    deeds: list = dataclasses.field(default_factory=list)  # (verb, file or export): what somebody asks for before the poll


def make_days(generate, scratch):
    def made(kind, day, **options):
        path = os.path.join(scratch, "made")
        words = [generate, kind, "--seed", "7", "--day", day, "--out", path, "--contracts", CONTRACTS, "--bad", "0.1"]
        for key, value in options.items():
            words += ["--" + key, str(value)]
        subprocess.run(words, check=True)
        with open(path, "rb") as file:
            return file.read()

    days = []
    for n, date in enumerate(("2026-12-03", "2026-12-04", "2026-12-07")):
        d = date.replace("-", "")
        slashed = d[6:] + d[4:6] + d[:4]
        days.append(Day(date, {
            f"{d}_180000_remessa_528_out.528": made("remessa", date, change=0.3 * n),
            f"{d}_181000_parc_528_out.528": made("parcelas", date, change=0.3 * n),
            f"telefones_carteira_veic_{slashed[:4]}{slashed[6:]}190000.csv": made("telefones", date),
            f"{d}_190000_acordo_528_out.528.txt": made("acordos", date, share=0.1),
            f"{d}_200000_baixa_528_out.528": made("exclusao", date, share=0.1),
            f"{d}_conferencia.txt": made("exclusao", date, share=0.1),
            "leia-me.txt": b"nothing\n",
        }))
    first, second, third = days
    first.files["20261220_181000_parc_528_out.528"] = made("parcelas", first.date)  # waits for a remessa that does not come
    first.files["20261203_182000_parc_528_out.528"] = b"too short\r\n"
    second.files["20261203_180000_remessa_528_out.528"] = first.files["20261203_180000_remessa_528_out.528"]  # a duplicate
    second.files["20261204_191000_acordo_528_out.528_new.txt"] = b""
    second.files["AcordosBaixados_04122026_528.csv"] = b"A;B\r\n1;2\r\n"
    second.files["20261204_201000_baixa_528_out.528"] = b"too short\r\n"
    second.deeds = [("release", "20261220_181000_parc_528_out.528"), ("approve", "20261203_conferencia.txt")]
    third.deeds = [("release", "discagem")]
    return days


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


# ---- a place to tell them in -------------------------------------------------------------------------------------------------------------


def address_of(server):
    key = "".join(f'\n{name} = "{server[name.upper()]}"' for name in ("key", "known_hosts"))
    return f"sftp://{server['USER']}@127.0.0.1:{server['SFTP_PORT']}", key


class Stage:
    """A workspace of the pack, and a job whose files are always held. It can be put back to the evening before any day."""

    def __init__(self, atom, root, days, server=None):
        self.days, self.saved, self.user = days, os.path.join(root, "evenings"), server and server["USER"]
        self.ws = Workspace(atom, os.path.join(root, "shop")).make(*(address_of(server) if server else ()))
        with open(os.path.join(self.ws.home, "jobs", "conferencia.toml"), "w", encoding="utf-8") as file:
            file.write(HOLDING_JOB)
        self.dropped, self.expected = [], []
        for n in range(len(days)):
            shutil.copytree(self.ws.root, os.path.join(self.saved, str(n)))
            self.dropped.append(self.ws.dropped)
            self.begin(n)
            began = time.monotonic()
            self.poll(n)
            self.seconds = time.monotonic() - began  # of the last day's poll
            self.expected.append(snapshot(self.ws))

    def put_back(self, n):
        shutil.rmtree(self.ws.root)
        shutil.copytree(os.path.join(self.saved, str(n)), self.ws.root)
        self.ws.dropped = self.dropped[n]

    def begin(self, n):
        for name, data in self.days[n].files.items():
            self.ws.drop(name, data)
        for folder in (self.ws.source, self.ws.target) if self.user else ():
            subprocess.run(["chown", "-R", self.user, folder], check=True)
        listed = self.ws.call("files", "--json")[1] if self.days[n].deeds else []
        for verb, name in self.days[n].deeds:
            ids = [str(r["id"]) for r in listed if r["file"] == name]
            code, _, err = self.ws.call(verb, *(ids or [name]), "--by", "ana")
            assert code == 0, err

    def poll(self, n, **options):
        code, _, err = self.ws.poll(f"{self.days[n].date} 02:00", **options)
        assert code in (0, 1), f"exit {code}: {err}"

    def kill_at(self, n, point, env=None):
        """Whether the point, or the moment, was reached."""
        if isinstance(point, float):
            return self.ws.poll_killed_after(point * self.seconds, f"{self.days[n].date} 02:00")
        at, times = re.fullmatch(r"(.+?)(?:x(\d+))?", point).groups()
        env = {"ATOM_KILL_AT": at} | (env or {})
        codes = [self.ws.poll(f"{self.days[n].date} 02:00", env=env)[0] for _ in range(int(times or 1))]
        assert codes[0] in (0, 1, -signal.SIGKILL), f"exit {codes[0]}"
        return codes[0] == -signal.SIGKILL

    def differences_in_the_end(self, n):
        """After as many polls as it takes, at most four, and one more, by which nothing may change."""
        for _ in range(4):
            self.poll(n)
            wrong = differences(self.expected[n], snapshot(self.ws))
            if not wrong:
                break
        else:
            return wrong
        self.poll(n)
        return differences(self.expected[n], snapshot(self.ws))


def try_point(stages, chosen, point):
    """[(day, what is wrong)] of kills at a point (or at a moment: that share of a poll's time) on one of the days, or on each. Empty: not reached."""
    stage = stages.get()
    out, (days, each) = [], chosen
    try:
        for n in days:
            stage.put_back(n)
            stage.begin(n)
            if stage.kill_at(n, point):
                out.append((n, stage.differences_in_the_end(n)))
                if not each:
                    break
    except AssertionError as e:
        out.append((n, [str(e)]))
    finally:
        stages.put(stage)
    return out


def stages_of(atom, scratch, days, server=None):
    made = queue.Queue()
    for i in range(AT_ONCE):
        stage = Stage(atom, os.path.join(scratch, f"stage{i}"), days, server)
        if i > 0:
            assert stage.expected == first.expected, "two undisturbed runs differ"
        first = stage
        made.put(stage)
    return made


def wanted(args):
    """((days, on each of them?), point or moment)"""
    each = ((1, 0, 2), bool(args.point) or not args.brief)
    out = [(each, p) for p in ([args.point] if args.point else points())]
    if not args.point and not args.brief:
        out += [(((1,), True), p + times) for p in points() for times in (":2", ":1x2")]
    chance = random.Random(args.seed)
    return out + [(((n % 3,), True), chance.uniform(0, 1.1)) for n in range(args.moments)]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--atom", required=True)
    parser.add_argument("--generate", required=True)
    parser.add_argument("--point")
    parser.add_argument("--brief", action="store_true")
    parser.add_argument("--moments", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--sftp", action="store_true")
    parser.add_argument("--keep")
    args = parser.parse_args()
    with contextlib.ExitStack() as stack:
        scratch = args.keep or stack.enter_context(quick_folder())
        os.makedirs(scratch, exist_ok=True)
        days = make_days(os.path.abspath(args.generate), scratch)
        server = None
        if args.sftp:
            os.chmod(scratch, 0o755)  # the server's user must come through
            server = stack.enter_context(Servers(os.path.join(scratch, "servers"), ftp=False)).env
        stages = stages_of(args.atom, scratch, days, server)
        failed, kills, moments, met = 0, 0, 0, set()
        with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
            tries = [(point, pool.submit(try_point, stages, chosen, point)) for chosen, point in wanted(args)]
            for point, t in tries:
                is_moment = isinstance(point, float)
                for n, wrong in t.result():
                    kills, moments = kills + 1, moments + is_moment
                    met |= set() if is_moment else {point.split(":")[0]}
                    failed += bool(wrong)
                    if wrong:
                        name = f"{point:.3f} of a poll (seed {args.seed})" if is_moment else point
                        print(f"DIFFERENT after a kill at {name} on day {n + 1}")
                        print(*(f"    {line}" for line in wrong[:8]), sep="\n")
        unmet = sorted({p.split(":")[0] for p, _ in tries if not isinstance(p, float)} - met)
        for point in unmet:
            print(f"NEVER REACHED {point}")
        print(f"{kills} kills, at {len(met)} points and {moments} moments, {failed} left something else than an undisturbed run")
    return 1 if failed or unmet or not met else 0


if __name__ == "__main__":
    sys.exit(main())
