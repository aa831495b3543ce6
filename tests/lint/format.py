#!/usr/bin/env python3
"""All C++ is as clang-format writes it (.clang-format). Debian 12's version counts; others break lines elsewhere, and say nothing here."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from lintlib import Finding, Sample, Tree, run

VERSION = 14
STYLE = Path(__file__).resolve().parents[2] / ".clang-format"
FILES_AT_ONCE = 50
PLACE = re.compile(r"^(?P<file>.+?):(?P<line>\d+):\d+: error: ", re.MULTILINE)


def clang_format() -> str | None:
    for name in (f"clang-format-{VERSION}", "clang-format"):
        if shutil.which(name) and f"version {VERSION}." in subprocess.run([name, "--version"], capture_output=True, text=True, check=True).stdout:
            return name
    return None


def check(tree: Tree) -> Iterator[Finding]:
    files = list(tree.under("engine", "cmd", "tests", suffixes=(".cpp", ".hpp")))
    program = clang_format()
    for first in range(0, len(files), FILES_AT_ONCE) if program else ():
        done = subprocess.run([program, "--dry-run", "-Werror", f"--style=file:{STYLE}", *files[first:first + FILES_AT_ONCE]],
                              cwd=tree.root, capture_output=True, text=True, check=False)
        for file, line in sorted({(place["file"], int(place["line"])) for place in PLACE.finditer(done.stderr)}):
            yield Finding(file, line, "not as clang-format writes it: clang-format -i does")


SAMPLES = [
    Sample("as it writes", {"engine/job/a.cpp": "int f() { return 1; }\n", "docs/a.cpp": "int  f ( ) ;\n"}),
    Sample("otherwise", {"engine/job/a.cpp": "int f() { return 1; }\nint  f ( ) ;\n", "cmd/a.hpp": "void f(int*a);\n"},
           ("cmd/a.hpp:1", "engine/job/a.cpp:2")),
]

if __name__ == "__main__":
    run(__doc__, check, SAMPLES)
