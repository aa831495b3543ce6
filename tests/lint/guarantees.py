#!/usr/bin/env python3
"""Every test that docs/guarantees.md names is there: one of ctest's, and the case in it."""

import re
from collections.abc import Iterator

from lintlib import Finding, Sample, Tree, run

PAGE = "docs/guarantees.md"
SCRIPTS = {"end_to_end": "tests/remote/end_to_end.py", "odd_ftp": "tests/remote/odd_ftp.py", "service": "tests/service/service.py",
           "online_hostile": "tests/online/hostile.py"}  # each case is a function
SOURCES = {"unit": "tests/unit", "remote": "tests/remote"}  # each case is a TEST_CASE


def is_test(tree: Tree, name: str) -> bool:
    if name.startswith("golden_"):
        return tree.has(f"fixtures/{name[7:]}/session")
    if name.startswith("lint_"):
        return tree.has(f"tests/lint/{name[5:]}.py")
    return re.search(rf"add_test\(NAME {re.escape(name)} ", tree.text("tests/CMakeLists.txt") or "") is not None


def has_case(tree: Tree, test: str, case: str) -> bool:
    if test in SCRIPTS:
        return f"\ndef {case}(" in (tree.text(SCRIPTS[test]) or "")
    sources = tree.under(SOURCES.get(test, "-"), suffixes=(".cpp",))
    return any(f'TEST_CASE("{case}"' in (tree.text(name) or "") for name in sources)


def check(tree: Tree) -> Iterator[Finding]:
    for number, line in enumerate(tree.lines(PAGE), 1):
        cells = line.split("|")
        if len(cells) < 4:
            continue
        named = re.findall(r"`([a-z0-9_-]+)(?:: ([^`]+))?`", cells[2])
        if not named and "---" not in line and cells[2].strip() != "test":
            yield Finding(PAGE, number, "a promise without a test")
        for test, case in named:
            if not is_test(tree, test):
                yield Finding(PAGE, number, f"there is no test {test}")
            elif case and not has_case(tree, test, case):
                yield Finding(PAGE, number, f"{test} has no case {case}")


HEAD = "| promise | test |\n|---|---|\n"
TESTS = {"tests/CMakeLists.txt": "add_test(NAME service COMMAND x)\nadd_test(NAME unit COMMAND y)\n", "tests/service/service.py": "\ndef it_works(root):\n",
         "tests/unit/a_test.cpp": 'TEST_CASE("a, b", "[x]")\n', "fixtures/good/session": ""}  # fmt: skip
SAMPLES = [
    Sample("all is there", TESTS | {PAGE: HEAD + "| x | `service: it_works`, `unit: a, b`, `golden_good`, `unit` (slow; `a.py --moments 2`) |\n"}),
    Sample("no such test", TESTS | {PAGE: HEAD + "| x | `gone` |\n"}, (f"{PAGE}:3",)),
    Sample("no such case", TESTS | {PAGE: HEAD + "| x | `service: gone` |\n| y | `unit: a` |\n"}, (f"{PAGE}:3", f"{PAGE}:4")),
    Sample("no such fixture", TESTS | {PAGE: HEAD + "| x | `golden_bad` |\n"}, (f"{PAGE}:3",)),
    Sample("no test at all", TESTS | {PAGE: HEAD + "| x | |\n"}, (f"{PAGE}:3",)),
]

if __name__ == "__main__":
    run(__doc__, check, SAMPLES)
