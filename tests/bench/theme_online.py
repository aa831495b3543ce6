"""writes and reads over HTTP, alone and beside a load (online.py): its own table, and its numbers in the JSON
"""

import json
import os
import sys

from measure import HERE, Failed, Run


def measure(bench):
    out = os.path.join(bench.folder("out"), "online.json")
    words = ("--atom", bench.atom, "--generate", bench.args.generate, "--work", os.path.dirname(out), "--lines", bench.args.lines)
    run = Run([sys.executable, os.path.join(HERE, "online.py"), *map(str, words), "--seconds", str(bench.args.seconds), "--json", out])
    if run.code != 0:
        raise Failed(f"online.py: exit {run.code}\n{run.err[:2000]}")
    with open(out, encoding="utf-8") as file:
        bench.others["online"] = json.load(file)
    print(run.out)


def rows(_bench):
    return []
