"""What the lints share: which files there are, how a finding is printed, and the self-test.

A lint is a function `check(tree)` that yields Findings. It is run in one of two ways:

    lint.py [--root DIR]     over the project; prints file:line: text, exits 1 if there is anything
    lint.py --self-test      over small samples that say what must be found in them: a lint that cannot fail is worthless
"""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, order=True)
class Finding:
    file: str  # relative to the project, '/' between parts
    line: int  # 1-based; 0 = the file as a whole
    text: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.text}" if self.line else f"{self.file}: {self.text}"


class Tree:
    """The files of a project: what git knows or would take with `git add`; without git, all that is not hidden or a build folder."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.files: list[str] = sorted(_git_files(root) or _walked_files(root))

    def under(self, *folders: str, suffixes: tuple[str, ...] = ("",)) -> Iterator[str]:
        for name in self.files:
            if name.endswith(suffixes) and any(name.startswith(folder + "/") for folder in folders):
                yield name

    def has(self, name: str) -> bool:
        return (self.root / name).exists()

    def text(self, name: str) -> str | None:
        """The file's text; None of a binary file or a symbolic link."""
        path = self.root / name
        if path.is_symlink():
            return None
        data = path.read_bytes()
        return None if b"\0" in data else data.decode("utf-8", "replace")

    def lines(self, name: str) -> list[str]:
        """The file's lines without their ends; line 1 is [0]."""
        return (self.text(name) or "").split("\n")


def _git_files(root: Path) -> list[str]:
    try:
        listed = subprocess.run(
            ["git", "-C", str(root), "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            capture_output=True, check=True, text=True)
    except (OSError, subprocess.CalledProcessError):
        return []
    return sorted({name for name in listed.stdout.split("\0") if name and (root / name).is_file()})


def _walked_files(root: Path) -> list[str]:
    found = []
    for folder, folders, names in os.walk(root):
        folders[:] = [f for f in folders if f != ".git" and f != "__pycache__" and not f.startswith("build")]
        found += [(Path(folder) / name).relative_to(root).as_posix() for name in names]
    return found


@dataclass(frozen=True)
class Sample:
    """A little project, and the `file:line` (or `file`) of each finding that the lint must make in it. None = it must be silent."""

    name: str
    files: dict[str, str]
    found: tuple[str, ...] = ()


Check = Callable[[Tree], Iterable[Finding]]


def _self_test(check: Check, samples: list[Sample]) -> int:
    failures = 0
    for sample in samples:
        with tempfile.TemporaryDirectory(prefix="atom-lint-") as folder:
            for name, text in sample.files.items():
                path = Path(folder, name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
            findings = sorted(check(Tree(Path(folder))))
        places = tuple(f"{f.file}:{f.line}" if f.line else f.file for f in findings)
        if places != tuple(sorted(sample.found)):
            failures += 1
            print(f"self-test '{sample.name}': expected {sorted(sample.found)}, found:", file=sys.stderr)
            for finding in findings:
                print(f"  {finding}", file=sys.stderr)
    if not any(sample.found for sample in samples):
        failures += 1
        print("self-test: no sample that must fail", file=sys.stderr)
    return 1 if failures else 0


def run(description: str, check: Check, samples: list[Sample]) -> None:
    """The main() of every lint. Does not return."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--root", type=Path, default=Path(__file__).resolve().parents[2], help="the project (default: this one)")
    parser.add_argument("--self-test", action="store_true", help="check the lint itself")
    options = parser.parse_args()
    if options.self_test:
        sys.exit(_self_test(check, samples))
    findings = sorted(check(Tree(options.root)))
    for finding in findings:
        print(finding)
    sys.exit(1 if findings else 0)
