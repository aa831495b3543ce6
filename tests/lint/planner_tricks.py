#!/usr/bin/env python3
"""No rule of the pack tells a planner how to work: what is to be fast is the engine's work, declared in layouts and verbs."""

import re
from collections.abc import Iterator

from lintlib import Finding, Sample, Tree, run

TRICKS = (
    (re.compile(r"\bcross\s+join\b", re.I), "cross join only sets an order: join … on"),
    (re.compile(r"\b(?:not\s+indexed|indexed\s+by)\b", re.I), "indexed by names an index: leave the choice to the planner"),
    (re.compile(r"\blimit\s+-\s*1\b", re.I), "limit -1 only keeps a subquery apart: declare the value as a field (join) of the layout"),
    (re.compile(r"\b(?:likely|unlikely|likelihood)\s*\(", re.I), "a likelihood is the planner's affair"),
    (re.compile(r"\blugar\s*\(", re.I), "lugar() is a group's posicao: distinct in the layout"),
    (re.compile(r"""(?:[=<>(,"]|\b(?:and|or|not|on|where|by|in|is|select|when|then|else)\b)\s*\+\s*[a-z_("]""", re.I), "a + in front of a column only hides it from an index"),
)  # fmt: skip
COMMENT = re.compile(r"^\s*(?:#|--)|\s--\s.*$")


def check(tree: Tree) -> Iterator[Finding]:
    for name in tree.under("jobs", suffixes=(".toml", ".sql")):
        for number, line in enumerate(tree.lines(name), 1):
            code = COMMENT.sub(" ", line) if not line.lstrip().startswith(("#", "--")) else ""
            for trick, why in TRICKS:
                if trick.search(code):
                    yield Finding(name, number, why)


SAMPLES = [
    Sample("plain SQL", {
        "jobs/a.toml": '# cross join, lugar(1)\nfrom = "select a + b, -1, \'+55\' || c from e join t on t.k = e.k limit 1"\n  + row_number() over () n\nset = { n = "t.n + 1" }\n',
        "jobs/schema/base/1.sql": "-- indexed by\ncreate index i on t(a); -- limit -1\n", "docs/a.toml": "cross join"}),
    Sample("each trick", {
        "jobs/a.toml": "e Cross  Join t\nfrom t indexed by i\nfrom t NOT INDEXED\nfrom e limit -1\nwhere unlikely(x)\nselect lugar (1, a)\n",
        "jobs/b/c.sql": "where a = +b\nwhere +t.a in (select 1)\norder by +a\nselect +(a)\non +a = b\nf(+a)\n"},
        tuple(f"jobs/a.toml:{n}" for n in range(1, 7)) + tuple(f"jobs/b/c.sql:{n}" for n in range(1, 7))),
]  # fmt: skip

if __name__ == "__main__":
    run(__doc__, check, SAMPLES)
