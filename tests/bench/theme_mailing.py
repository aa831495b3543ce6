"""mailing: the first full one against `sqlite3 -csv` of the same query; the increment after 1 % of the fichas got phones against the full

Both write all rows of 52 columns to a file. atom also remembers each row's hash and line for the increments and for `atom why`, writes money,
encoding and line ends as the layout says, syncs the file and delivers it to a folder, staged.
"""

import os

import base
from measure import Failed


def with_target(workspace, folder):
    """Only now, so that the jobs before did not write the export themselves."""
    os.makedirs(folder)
    with open(os.path.join(workspace, "atom.toml"), "a", encoding="utf-8") as file:
        file.write(f'\n[[target]]\nname = "discador"\nurl = "file://{folder}"\n')


def without_target(workspace):
    path = os.path.join(workspace, "atom.toml")
    with open(path, encoding="utf-8") as file:
        text = file.read()
    with open(path, "w", encoding="utf-8") as file:
        file.write(text[: text.index("\n[[target]]\n")] if "\n[[target]]\n" in text else text)


def export(bench, workspace, target, name, wanted, *options):
    """One that must write so many rows, the header aside."""
    before = set(os.listdir(target))
    run = bench.run_atom(workspace, "export", "discagem", *options)
    new = [f for f in os.listdir(target) if f not in before and f.endswith(".csv")]
    lines = sum(1 for f in new for _ in open(os.path.join(target, f), "rb")) - len(new)
    if run.code != 0 or lines != wanted:
        raise Failed(f"atom export: exit {run.code}, {lines} rows of {wanted}\n{run.err[:2000]}")
    bench.keep(name, run)


def measure(bench):
    count = bench.args.rows
    template = base.fichas(bench, count)
    few = base.phones_file(bench, count, 0.01, "070000")
    with open(few, "rb") as file:
        touched = sum(1 for _ in file) - 1
    for _ in bench.rounds():
        out = os.path.join(bench.folder("rival"), "mailing.csv")
        bench.rival("sqlite3 -csv", "sqlite3", "-csv", "-header", "-cmd", f".output {out}", base.path_of(template), "select * from mailing")
        w, target = base.copied(template, bench.workspace("job")), os.path.join(bench.folder("target"), "discador")
        with_target(w, target)
        export(bench, w, target, "mailing", count)
        export(bench, w, target, "mailing, all again", count, "--full")
        without_target(w)
        bench.imported(w, few, touched, "--release")
        os.rename(target, target + "-before")
        with_target(w, target)
        export(bench, w, target, "increment", touched)


def rows(bench):
    return [
        bench.row("sqlite3 -csv of the mailing's query", "sqlite3 -csv"),
        bench.speed("mailing, the first full", "mailing", "sqlite3 -csv", 1.0),
        bench.speed("  full once more", "mailing, all again", "sqlite3 -csv"),
        bench.time("mailing, increment of 1 %", "increment", "mailing", 0.1),
    ]
