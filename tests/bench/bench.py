#!/usr/bin/env python3
"""What atom takes, beside what others take for the same work in the same run. Never fails for being slow: it prints and writes numbers.

The rivals' runs and atom's follow each other in each round, each on a fresh base or a fresh copy; the best round of each counts. Before each run
the disk is let come to rest. Seconds are those of whole processes, with commit and checkpoint, unless a row says otherwise.
"""

import argparse
import importlib
import json
import os
import shutil
import sys
from functools import partial

from measure import ROOT, Bench, say

THEMES = ("remessa", "check", "memory", "larger", "phones", "portfolio", "mailing", "keys", "files", "sftp", "folder", "online")


def about_themes():
    """The first line of each theme's own text."""
    texts = ((name, importlib.import_module(f"theme_{name}").__doc__.splitlines()[0]) for name in THEMES)
    return "themes, all unless some are named:\n" + "".join(f"  {name:<10} {text}\n" for name, text in texts)


def options():
    parser = argparse.ArgumentParser(usage="bench.py --build DIR [OPTION…] [THEME…]", description=__doc__,
                                     epilog=about_themes(), formatter_class=argparse.RawDescriptionHelpFormatter)  # fmt: skip
    add = parser.add_argument
    add("themes", nargs="*", metavar="THEME", help="only these")
    add("--build", required=True, type=os.path.abspath, help="a release build: its atom, and the tools in its tests/")
    add("--work", type=os.path.abspath, default=os.path.join(ROOT, "build-bench"), help="a folder for 12 GB (--full: 25 GB) of files and bases (build-bench)")
    add("--json", type=os.path.abspath, metavar="FILE", help="where all numbers go (bench.json in that folder)")
    add("--keep", action="store_true", help="leave the files and bases there")
    add("--rounds", type=int, default=3, metavar="N")
    add("--full", action="store_true", help="also what takes long or much room: 5 GB in one file, a base of 5,000,000 fichas")
    sizes = parser.add_argument_group("sizes; for a run of seconds: --rounds 1 --lines 2000 --rows 10000 --megabytes 50 --entries 500 --seconds 1")
    add = sizes.add_argument
    add("--lines", type=int, default=200_000, metavar="N", help="of a remessa, 280 fields each (200000)")
    add("--rows", type=int, default=1_000_000, metavar="N", help="fichas of the base of phones, portfolio, mailing and files, and lines of their files (1000000)")
    add("--fichas", type=int, metavar="N", help="of the larger base (as --rows; --full: 5000000)")
    add("--memory-lines", type=int, metavar="N", help="of the file of 1 GB that is loaded for its memory alone (250000; as --lines if that is smaller)")
    add("--megabytes", type=int, default=1000, metavar="N", help="of the file that is fetched by SFTP (1000)")
    add("--entries", type=int, default=10_000, metavar="N", help="of the folder that is polled (10000)")
    add("--seconds", type=float, default=15, metavar="N", help="for which the server is asked alone (15)")
    args = parser.parse_intermixed_args()
    unknown = [t for t in args.themes if t not in THEMES]
    if unknown:
        parser.error(f"no theme {unknown[0]}; there are: {', '.join(THEMES)}")
    args.themes = args.themes or list(THEMES)
    args.json = args.json or os.path.join(args.work, "bench.json")
    args.fichas = args.fichas or (5_000_000 if args.full else args.rows)
    args.memory_lines = args.memory_lines or (250_000 if args.lines >= 100_000 else args.lines)
    args.atom = os.path.join(args.build, "atom")
    args.generate, args.yardstick, args.bare = (os.path.join(args.build, "tests", name) for name in ("generate", "yardstick", "bare"))
    return args


def printed(number):
    return "-" if number is None else f"{number:.3f}" if number < 10 else f"{number:.1f}"


def print_table(bench, rows):
    print(f"{'what':<46} {'seconds':>8} {'MB':>6} {'ratio':>8}  {'goal':<46} ok")
    for r in rows:
        seconds, peak = bench.best(r.name), bench.peak(r.name)
        if seconds is None and r.ratio is None:
            continue
        print(f"{r.what:<46} {printed(seconds):>8} {'-' if peak is None else f'{peak / 1e6:.0f}':>6} {printed(r.ratio):>8}  {r.goal:<46} "
              f"{'-' if r.ok is None else 'yes' if r.ok else 'NO'}")  # fmt: skip


def write_json(bench, rows, path):
    table = [vars(r) | {"seconds": bench.best(r.name), "peak_bytes": bench.peak(r.name)} for r in rows]
    sizes = {name: getattr(bench.args, name) for name in ("lines", "rows", "fichas", "memory_lines", "megabytes", "entries", "rounds", "full")}
    runs = {name: [r.numbers() for r in runs] for name, runs in bench.runs.items()}
    with open(path, "w", encoding="utf-8") as file:
        json.dump({"sizes": sizes, "load": os.getloadavg(), "table": table, "runs": runs, **bench.others, "failed": bench.failed}, file, indent=1)
        file.write("\n")
    say(f"all numbers: {path}")


def main():
    args = options()
    os.makedirs(args.work, exist_ok=True)
    bench = Bench(args)
    themes = {name: importlib.import_module(f"theme_{name}") for name in args.themes}
    for name, theme in themes.items():
        say(name)
        bench.theme = name
        bench.attempt("all of it", partial(theme.measure, bench))
        if not args.keep:
            shutil.rmtree(os.path.join(args.work, name), ignore_errors=True)
    if not args.keep:
        shutil.rmtree(os.path.join(args.work, "shared"), ignore_errors=True)
    rows = [row for theme in themes.values() for row in theme.rows(bench)]
    print_table(bench, rows)
    for what, why in bench.failed.items():
        print(f"{what} failed: {why}")
    write_json(bench, rows, args.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())
