"""values checked, no load: the shipped remessa's file of 280 fields a line

`atom query 'select 1' --file FILE --layout L` maps the file, checks the shape of every line and every value on all cores, and then asks nothing of
them: it takes no hash, opens no base and writes nothing. Bytes of the file by the seconds of the whole process, its start and the reading of
the pack's configuration included. `atom import --dry-run` would not do: it copies the base and runs the rules.
"""

import os

from measure import Failed
from theme_remessa import FIRST


def measure(bench):
    path = bench.remessa(FIRST)
    w = bench.workspace("shipped")
    for _ in bench.rounds():
        run = bench.run_atom(w, "query", "select 1", "--file", path, "--layout", "remessa_assessoria")
        if run.code != 0 or run.out.split() != ["1", "1"]:
            raise Failed(f"atom query: exit {run.code}\n{run.out[:200]}{run.err[:2000]}")
        run.bytes = os.path.getsize(path)
        bench.keep("check", run)


def rows(bench):
    run = bench.first("check")
    speed = run.bytes / bench.best("check") / 1e9 if run else None
    return [bench.number("values checked, no load, in GB/s", "check", speed, ">= 4 GB/s on two cores", lambda v: v >= 4)]
