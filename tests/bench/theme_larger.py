"""the next day's load beside many other fichas, against the same load on a base without them

The other fichas have all rows that a remessa makes of them, but of their 280 fields only a few: so five million of them fit a small disk. Their
contracts lie between those of the file.
"""

import base
from theme_remessa import FIRST, FOURTH, SECOND


def first_day(bench, name, others):
    """A workspace with the first day's file in it, beside so many other fichas."""
    w = bench.workspace(name)
    if others:
        db = base.opened(w)
        base.fill(db, bench.args.lines + 1, others, remessas=True)
        base.closed(db)
    bench.keep(f"first load, {name}", bench.imported(w, bench.remessa(FIRST), bench.args.lines))
    return w


def measure(bench):
    second, fourth = bench.remessa(SECOND, "--change", "0.02"), bench.remessa(FOURTH, "--daily-arrears")
    templates = {"small": first_day(bench, "small", 0), "larger": first_day(bench, "larger", bench.args.fichas)}
    for _ in bench.rounds():
        for name, template in templates.items():
            w = base.copied(template, bench.workspace("at work"))
            bench.keep(f"2 % day, {name}", bench.imported(w, second, bench.args.lines))
            bench.keep(f"all changed, {name}", bench.imported(w, fourth, bench.args.lines))


def rows(bench):
    count = f"{bench.args.fichas:,}"
    return [
        bench.time(f"2 % changed, beside {count} others", "2 % day, larger", "2 % day, small", 1.3),
        bench.time(f"all changed, beside {count} others", "all changed, larger", "all changed, small", 1.3),
        bench.speed(f"first load, beside {count} others", "first load, larger", "first load, small"),
    ]
