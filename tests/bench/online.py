#!/usr/bin/env python3
"""How long a write and a read over HTTP take, alone and while a remessa is loaded. Never fails for being slow: it prints and writes numbers.

usage: online.py --atom PATH --generate PATH [--work DIR] [--lines 200000] [--seconds 15] [--clients 4] [--json FILE]

`atom serve` runs on loopback beside a base that has the remessa of the day before, of so many lines of 280 fields. Half of the clients send outcomes
(InsertTabulacao, each its own attendance), the others ask for a client's document (ConsultaCliente, which leaves a trail on the disk before it is
answered), each for any ficha of the base, and the next when the last is answered, on a connection that is kept. First for so many seconds alone, then
beside `atom import` of the day's remessa, in which every line differs, from its beginning to its end.
"""

import argparse
import http.client
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "online"))
from served import Served  # noqa: E402

TABLES = os.path.join(os.path.dirname(HERE), "tools", "tables")
BEFORE, DAY = "2026-10-30", "2026-11-03"  # Monday the 2nd is a holiday
OUTCOME = {"idCampanha": 1, "resultado": 12, "usuario": "ana", "idTipoCanal": 1, "dataInicioAtendimento": "2026-11-03 09:59:00"}


def say(text):
    print(text, file=sys.stderr, flush=True)


class Client(threading.Thread):
    """Asks the one call again and again until it is told to end; keeps how many seconds each answer took, or what went wrong."""

    def __init__(self, server, number, writes, fichas, until):
        super().__init__(daemon=True)
        self.server, self.number, self.writes, self.fichas, self.until = server, number, writes, fichas, until
        self.took, self.wrong, self.random = [], None, random.Random(number)
        self.headers = {"Authorization": "Bearer " + server.tokens["ana"], "Content-Type": "application/json"}

    def run(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=60)
        try:
            while not self.until.is_set():
                self.ask(connection)
        except Exception as error:  # told by measure(): a thread's own exception ends nothing
            self.wrong = error
        finally:
            connection.close()

    def ask(self, connection):
        ficha = self.random.choice(self.fichas)
        body = json.dumps(OUTCOME | {"idCrm": ficha, "attendanceId": f"{self.number}-{time.time_ns()}"})
        begun = time.perf_counter()
        if self.writes:
            connection.request("POST", "/api/InsertTabulacao", body, self.headers)
        else:
            connection.request("GET", f"/api/ConsultaCliente?idCrm={ficha}", headers=self.headers)
        answer = connection.getresponse()
        answer.read()
        self.took.append(time.perf_counter() - begun)
        wanted = 201 if self.writes else 200
        if answer.status != wanted:
            raise ValueError(f"answered {answer.status}, not {wanted}")


def measure(server, clients, fichas, work):
    """What the clients measured while `work` ran, by call."""
    until = threading.Event()
    threads = [Client(server, n, n % 2 == 0, fichas, until) for n in range(clients)]
    for t in threads:
        t.start()
    begun = time.perf_counter()
    try:
        work()
    finally:
        seconds = time.perf_counter() - begun
        until.set()
        for t in threads:
            t.join()
    wrong = [t.wrong for t in threads if t.wrong]
    if wrong:
        raise SystemExit(f"a request went wrong: {wrong[0]!r}")
    out = {"seconds": seconds}
    for call, writes in (("tabulacao", True), ("consulta", False)):
        took = sorted(s for t in threads if t.writes == writes for s in t.took)
        out[call] = {"requests": len(took), "p50_ms": 1000 * took[len(took) // 2], "p99_ms": 1000 * took[len(took) * 99 // 100], "most_ms": 1000 * took[-1]}
    return out


def make(args, day):
    path = os.path.join(args.work, f"{day.replace('-', '')}_180000_remessa_528_out.528")
    subprocess.run([args.generate, "remessa", "--seed", "1", "--lf", "--tables", TABLES, "--out", path, "--contracts", str(args.lines), "--day", day,
                    "--daily-arrears"], check=True)  # fmt: skip
    return path


def load(args, server, path):
    command = [args.atom, "-C", server.work.home, "import", path, "--json", "--release", "--at", DAY + " 10:05"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    line = json.loads(done.stdout.splitlines()[0])
    if line["status"] != "done" or line["read"] != args.lines:
        raise SystemExit(f"the load went wrong: {done.stdout}{done.stderr}")


def run(args):
    say("making the files, loading the first …")
    with Served(args.atom, folder=args.work) as server:
        load(args, server, make(args, BEFORE))
        today = make(args, DAY)
        fichas = [n for (n,) in server.base("select id_crm from ficha where contrato in (select contrato from remessa_assessoria)")]
        say("alone …")
        alone = measure(server, args.clients, fichas, lambda: time.sleep(args.seconds))
        say("beside a load …")
        beside = measure(server, args.clients, fichas, lambda: load(args, server, today))
    return {"lines": args.lines, "clients": args.clients, "alone": alone, "beside": beside}


def show(result):
    print(f"{result['clients']} clients; beside a load of {result['lines']} lines, which took {result['beside']['seconds']:.1f} s")
    print(f"{'':24}{'alone':>10}{'beside':>10}{'ratio':>8}")
    for call in ("tabulacao", "consulta"):
        for what in ("p50_ms", "p99_ms", "most_ms"):
            a, b = result["alone"][call][what], result["beside"][call][what]
            print(f"{call + ' ' + what.removesuffix('_ms') + ', ms':24}{a:10.2f}{b:10.2f}{b / a:8.1f}")
        print(f"{call + ' a second':24}{result['alone'][call]['requests'] / result['alone']['seconds']:10.0f}"
              f"{result['beside'][call]['requests'] / result['beside']['seconds']:10.0f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--atom", required=True, type=os.path.abspath)
    parser.add_argument("--generate", required=True, type=os.path.abspath)
    parser.add_argument("--work", help="a folder on the disk to measure; the system's for temporary files unless told")
    parser.add_argument("--lines", type=int, default=200000)
    parser.add_argument("--seconds", type=float, default=15)
    parser.add_argument("--clients", type=int, default=4)
    parser.add_argument("--json")
    args = parser.parse_args()
    args.work = tempfile.mkdtemp(prefix="atom-bench-online-", dir=args.work)
    try:
        result = run(args)
    finally:
        shutil.rmtree(args.work, ignore_errors=True)
    show(result)
    if args.json:
        with open(args.json, "w", encoding="utf-8") as file:
            json.dump(result, file, indent=2)
    return 0


if __name__ == "__main__":
    sys.exit(main())
