#!/usr/bin/env python3
"""What an evening's script would do: slices each line of a fixed file and puts the trimmed fields into one table. No checks, no types.

usage: load.py FILE TABLE BASE     (TABLE: tests/tools/tables/remessa_assessoria.csv)
"""

import csv
import sqlite3
import sys

path, table, base = sys.argv[1:]
with open(table, newline="") as file:
    fields = [(r["name"], int(r["at"]) - 1, int(r["at"]) - 1 + int(r["len"])) for r in csv.DictReader(file)]
db = sqlite3.connect(base)
for pragma in ("journal_mode = wal", "synchronous = full", "cache_size = -32768"):
    db.execute("pragma " + pragma)
columns = ", ".join(name + " text" + (" primary key" if name == "contrato" else "") for name, _, _ in fields)
db.execute(f"create table t({columns})")
with open(path, encoding="latin-1", newline="") as file:
    rows = ([line[a:b].strip() or None for _, a, b in fields] for line in file)
    db.executemany(f"insert into t values({', '.join('?' * len(fields))})", rows)
db.commit()
db.close()
