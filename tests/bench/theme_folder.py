"""a poll of an SFTP folder of known files, against its listing alone by OpenSSH's sftp (`ls -ln`); as root, for the server's login

Both log in by a key and list the folder. atom also finds each name, size and time in its ledger, and looks for what is gone.
"""

import os

import base
from measure import Failed
from theme_sftp import batch_file, serving, small_pack


def measure(bench):
    count = bench.args.entries
    with serving(bench, "pasta") as (folder, settings, sftp):
        for i in range(count):
            with open(os.path.join(folder, f"outro_{i:06}.txt"), "wb") as file:
                file.write(b"%d\n" % i)
        w = small_pack(bench, settings())
        poll(bench, w)
        require_known(w, count)
        for _ in bench.rounds():
            bench.rival("sftp ls", *sftp(batch_file(bench, f"ls -ln {folder}")))
            run = poll(bench, w)
            if run.out or run.err:
                raise Failed(f"atom run --once: {run.out[:500]}{run.err[:2000]}")
            bench.keep("poll", run)


def poll(bench, workspace):
    run = bench.run_atom(workspace, "run", "--once", "--at", "2026-11-03 06:00")
    if run.code != 0:
        raise Failed(f"atom run --once: exit {run.code}\n{run.err[:2000]}")
    return run


def require_known(workspace, count):
    """The first poll found no job for them; from here on they are files that were loaded."""
    db = base.opened(workspace)
    changed = db.execute("update atom_file set status = 'done', job = 'grande', layout = 'linhas', data = '2026-11-03', sha256 = printf('%064x', id), "
                         "reason = null where status = 'unmatched'").rowcount  # fmt: skip
    base.closed(db)
    if changed != count:
        raise Failed(f"the poll saw {changed} files of {count}")


def rows(bench):
    count = f"{bench.args.entries:,}"
    return [
        bench.row(f"OpenSSH's sftp lists {count} files", "sftp ls"),
        bench.speed(f"poll of a folder of {count} known files", "poll", "sftp ls", 0.8),
    ]
