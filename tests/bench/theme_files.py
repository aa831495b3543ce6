"""`atom files` on that base, with a ledger of a year, against sqlite3 with the same select
"""

import base
from measure import Failed

FILES = 2500  # ten a bank day
SELECT = "select id, file, job, status, data, read, accepted, rejected, warnings, rejects, changes, exports, reason, seconds from arquivo order by id"
LEDGER = """
with recursive n(i) as (select 1 union all select i + 1 from n where i < ?)
insert into atom_file(source, file, size, modified, job, layout, data, hora, captures, sha256, status, read, accepted, changes, seconds, seen_at, ended_at, attempts)
  select 'credor', printf('%s_180000_remessa_528_out.528', strftime('%Y%m%d', date('2026-11-03', '-' || (i / 10) || ' days'))), 42900000 + i, '1760000000',
    'remessa', 'remessa_assessoria', date('2026-11-03', '-' || (i / 10) || ' days'), '180000', '{"ascob":"528"}', printf('%064x', i), 'done', 10000, 10000,
    '{"ficha":{"inserted":0,"updated":200,"deleted":0}}', 1.5, '2026-11-03 06:00:00', '2026-11-03 06:00:02', 1 from n
"""


def measure(bench):
    w = base.copied(base.fichas(bench, bench.args.rows), bench.workspace("ledger"))
    db = base.opened(w)
    db.execute(LEDGER, (FILES,))
    base.closed(db)
    for _ in bench.rounds():
        bench.rival("its select", "sqlite3", base.path_of(w), SELECT)
        run = bench.run_atom(w, "files", "--at", "2026-11-03 12:00")
        if run.code not in (0, 1) or len(run.out.splitlines()) < FILES + 1:
            raise Failed(f"atom files: exit {run.code}\n{run.err[:2000]}")
        bench.keep("atom files", run)


def rows(bench):
    return [bench.row("sqlite3's select of the ledger", "its select"), bench.time("atom files", "atom files", "its select", 2)]
