"""telefones: so many CSV lines into a base of as many fichas, against a bare insert loop

Each line names a contract of the base, with its client's document and one to three new numbers. The rival (bare.c) has its lines taken apart and
its numbers' digits picked, and puts a row a number into the same table of the same base by one prepared insert: no contract is looked up, no
document compared, no number judged or sought.
"""

import os

import base
from measure import Failed


def rows_of(bench, workspace):
    run = bench.run_atom(workspace, "query", "select count(*) from telefone where ordem > 100")
    return int(run.out.split()[1])


def bare(bench, template, path):
    w = base.copied(template, bench.workspace("bare"))
    bench.rival("bare inserts", bench.args.bare, "phones", path, base.path_of(w))
    return rows_of(bench, w)


def job(bench, template, path):
    w = base.copied(template, bench.workspace("job"))
    bench.keep("telefones", bench.imported(w, path, bench.args.rows, "--release"))
    return rows_of(bench, w)


def measure(bench):
    template = base.fichas(bench, bench.args.rows)
    path = base.phones_file(bench, bench.args.rows)
    for _ in bench.rounds():
        theirs, ours = bare(bench, template, path), job(bench, template, path)
        if not 0.98 * theirs <= ours <= theirs:  # a few numbers come twice in a line
            raise Failed(f"{ours} rows in {os.path.basename(template)}, {theirs} by the bare loop: that is not the same work")


def rows(bench):
    return [bench.row("bare inserts of the phones", "bare inserts"), bench.speed("telefones", "telefones", "bare inserts", 0.4)]
