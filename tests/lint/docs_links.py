#!/usr/bin/env python3
"""Every relative link in every Markdown page leads to a file of the project, and to a heading that is there."""

import posixpath
import re
import unicodedata
from collections.abc import Iterator
from urllib.parse import unquote

from lintlib import Finding, Sample, Tree, run

INLINE = re.compile(r"!?\[[^\]]*\]\(\s*<?([^)\s>]+)>?(?:\s+[\"'][^)]*)?\)")
DEFINITION = re.compile(r"^ {0,3}\[[^\]]+\]:\s*<?([^\s>]+)")
FENCE = re.compile(r"^\s*(```+|~~~+)")
CODE_SPAN = re.compile(r"(`+)(?!`).+?(?<!`)\1(?!`)")
EXTERNAL = re.compile(r"^[a-z][a-z0-9+.-]*:", re.I)


def prose(lines: list[str]) -> Iterator[tuple[int, str]]:
    """The numbered lines outside of code blocks."""
    fence = None
    for number, line in enumerate(lines, 1):
        match = FENCE.match(line)
        if match and fence is None:
            fence = match[1]
        elif match and fence and match[1].startswith(fence) and not line.strip(" `~"):
            fence = None
        elif fence is None:
            yield number, line


def slug(heading: str) -> str:
    """The anchor that a heading gets: lower case, blanks as hyphens, punctuation gone."""
    heading = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", heading).strip().rstrip("#").strip().lower()
    kept = (c for c in heading if c in " -_" or unicodedata.category(c)[0] in "LNM")
    return "".join(kept).replace(" ", "-")


def anchors(tree: Tree, name: str) -> set[str]:
    found: set[str] = set()
    counts: dict[str, int] = {}
    for _, line in prose(tree.lines(name)):
        heading = re.match(r"^#{1,6}\s+(.*)", line)
        if heading:
            base = slug(heading[1])
            counts[base] = counts.get(base, -1) + 1
            found.add(base if counts[base] == 0 else f"{base}-{counts[base]}")
        found.update(re.findall(r'<a (?:id|name)="([^"]+)"', line))
    return found


def fault_of(tree: Tree, page: str, link: str) -> str | None:
    path, _, anchor = unquote(link).partition("#")
    if path.startswith("/"):
        return f"{link}: links are relative to the page"
    target = posixpath.normpath(posixpath.join(posixpath.dirname(page), path)) if path else page
    if target.startswith(".."):
        return f"{link} leads out of the project"
    if not tree.has(target):
        return f"{link}: there is no {target}"
    if anchor and target.endswith(".md") and anchor not in anchors(tree, target):
        return f"{link}: {target} has no heading #{anchor}"
    return None


def check(tree: Tree) -> Iterator[Finding]:
    for page in tree.files:
        if not page.endswith(".md"):
            continue
        for number, line in prose(tree.lines(page)):
            line = CODE_SPAN.sub("", line)
            for link in INLINE.findall(line) + DEFINITION.findall(line):
                text = None if EXTERNAL.match(link) else fault_of(tree, page, link)
                if text:
                    yield Finding(page, number, text)


SAMPLES = [
    Sample("links that hold", {
        "README.md": "# A\n[x](docs/a.md) ![i](docs/a.md#two-words) [w](https://example.com/x) [m](mailto:a@b.c)\n[f](docs) `[no](gone.md)`\n"
                     "```\n[no](gone.md)\n```\n[r]: docs/a.md \"title\"\n",
        "docs/a.md": "# Two words\n## Ação, `x`!\n# Two words\n[up](../README.md#a) [here](#ação-x) [two](#two-words-1)\n"}),
    Sample("links that do not", {
        "README.md": "[x](gone.md) and [y](docs/a.md#no)\n\n[z](/docs/a.md)\n[r]: gone.png\n[o](../x)\n", "docs/a.md": "# A\n[b](b.md)\n[h](#z)\n"},
        ("README.md:1", "README.md:1", "README.md:3", "README.md:4", "README.md:5", "docs/a.md:2", "docs/a.md:3")),
]

if __name__ == "__main__":
    run(__doc__, check, SAMPLES)
